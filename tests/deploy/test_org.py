"""`mentorledger org` and `mentorledger token`: organisations and the tokens that open them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy import tokens
from deploy.composition import composed
from events.organisations import credential_of
from tests.conftest import Command, Database


def said(command: Command, *words: str) -> Any:
    """What the command prints as JSON, having been done."""
    status, out, _ = command(*words, "--json")
    assert 0 == status
    return json.loads(out)


def opens(database: Database, token: str) -> frozenset[str] | None:
    """The scopes of a token, None for one that opens nothing."""
    with composed(database.service_url) as core:
        credential = credential_of(core.engine, token, datetime.now(UTC))
    return credential.scopes if credential else None


def test_organisation_is_made_with_a_token_that_opens_it(command: Command, database: Database) -> None:
    """`org create` prints id and token; `org list` then has its name; the event names no secret."""
    made = said(command, "org", "create", "Nordlicht e.V.")
    assert frozenset(tokens.SCOPES) == opens(database, made["token"])
    assert [{"organisation_id": made["organisation_id"], "name": "Nordlicht e.V."}] == said(command, "org", "list")


def test_words_for_people(command: Command) -> None:
    """Without --json a person reads what was made, and how to begin where there is nothing."""
    assert "There is no organisation yet; make one" in command("org", "list")[1]
    assert "There is no organisation yet; make one" in command("token", "list")[2]
    out = command("org", "create", "Nordlicht")[1]
    assert "Token: ml_" in out
    assert "shown this once" in out
    assert "open     read,write,import,admin  First token" in command("token", "list")[1]


def test_blank_name_is_refused(command: Command) -> None:
    """An organisation needs a name, and none is left behind without."""
    status, _, errors = command("org", "create", "  ")
    assert 1 == status
    assert errors.startswith("error [name_missing]:")
    assert [] == said(command, "org", "list")


def test_name_of_more_than_a_line_is_refused(command: Command) -> None:
    """A tab or a line break would break the list of organisations; nothing is made."""
    status, out, err = command("org", "create", "tab\tnew\nline")
    assert (1, "") == (status, out)
    assert err.startswith("error [name_unprintable]: The name has a character that cannot be printed in a line (U+0009")
    assert [] == said(command, "org", "list")


def test_name_is_given_once_unless_told(command: Command) -> None:
    """A second organisation of the same name is refused with the first one's id; --same-name makes it all the same."""
    first = said(command, "org", "create", "Your name")["organisation_id"]
    status, out, err = command("org", "create", "Your name")
    assert (1, "", True) == (status, out, err.startswith(f"error [name_taken]: {first} has this name already."))
    assert 1 == len(said(command, "org", "list"))
    said(command, "org", "create", "Your name", "--same-name")
    assert ["Your name", "Your name"] == [one["name"] for one in said(command, "org", "list")]


def test_token_is_issued_listed_and_revoked(command: Command, database: Database) -> None:
    """A token has the scopes that were asked for, and opens nothing once it is revoked."""
    said(command, "org", "create", "Nordlicht")
    made = said(command, "token", "issue", "--label", "Report", "--scope", "read")
    assert frozenset({"read"}) == opens(database, made["token"])
    assert {"revoked": made["token_id"]} == said(command, "token", "revoke", made["token_id"])
    assert opens(database, made["token"]) is None
    assert [False, True] == [one["revoked"] for one in said(command, "token", "list")]


def test_unknown_token_is_not_revoked(command: Command) -> None:
    """An id that is no token's is said to be unknown."""
    said(command, "org", "create", "Nordlicht")
    status, _, errors = command("token", "revoke", "00000000-0000-0000-0000-000000000001")
    assert 1 == status
    assert errors.startswith("error [unknown_token]:")


def test_two_organisations_must_be_told_apart(command: Command) -> None:
    """With several organisations a token is issued for the one that --org names."""
    said(command, "org", "create", "One")
    other = said(command, "org", "create", "Other")["organisation_id"]
    refused = command("token", "issue")[2]
    assert refused.startswith("error [which_organisation]:")
    assert "`mentorledger org list` shows the ids" in refused
    assert "`mentorledger org list` shows the ids" in command("token", "list", "--org", str(UUID(int=1)))[2]
    assert said(command, "token", "issue", "--org", other)["token"].startswith(f"ml_{other.replace('-', '')}_")


def test_data_folder_may_stand_behind_the_action(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--data` counts before and behind the action's name."""
    monkeypatch.delenv("MENTORLEDGER_DATA")
    monkeypatch.chdir(tmp_path)
    assert 0 == command("org", "list", "--data", str(tmp_path / "behind"))[0]
    assert 0 == command("org", "--data", str(tmp_path / "before"), "list")[0]
    assert {"behind", "before"} == {path.name for path in tmp_path.iterdir()}
