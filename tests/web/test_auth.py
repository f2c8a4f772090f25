"""Who may come in, for which organisation and to do what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from events.organisations import Credential, issue_token, revoke_token
from services.web.auth import Credentials
from tests.web.conftest import Client, Running, json_of


@pytest.mark.parametrize(
    ("authorization", "code"),
    (
        (None, "no_token"),
        ("Basic dXNlcjpwYXNz", "no_token"),
        ("Bearer", "no_token"),
        ("Bearer ", "no_token"),
        ("ml_x", "no_token"),
        ("Bearer ml_x", "invalid_token"),
        ("Bearer \u00e9", "invalid_token"),
        ("Bearer ml_" + "0" * 32 + "_" + "0" * 32 + "_" + "A" * 43, "invalid_token"),
    ),
)
def test_without_a_token_that_opens_nobody_comes_in(client: Client, authorization: str | None, code: str) -> None:
    """The answer is 401 and says how to authenticate."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = replace(client, token=None, headers=headers).get("/programmes")
    assert (401, code) == (answer.status_code, json_of(answer)["code"])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_with_another_secret_opens_nothing(client: Client) -> None:
    """The organisation and the token's id are not enough."""
    assert client.token is not None
    other = replace(client, token=client.token[:-4] + "AAAA")
    assert 401 == other.get("/programmes").status_code


def test_an_expired_token_opens_nothing(shared_api: Running) -> None:
    """A token ends at its time."""
    org = shared_api.organisation()
    then = datetime.now(UTC) - timedelta(days=2)
    _, token = issue_token(
        shared_api.engine, org, label="old", scopes=frozenset({"read"}), now=then, expires_at=then + timedelta(days=1)
    )
    assert 401 == Client(shared_api.app, org, token).get("/programmes").status_code


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    (
        ("read", "get", "/programmes"),
        ("write", "post", "/people"),
        ("admin", "post", "/programmes"),
        ("import", "post", "/imports/preview"),
    ),
)
def test_a_token_without_the_scope_is_told_which_it_lacks(
    shared_api: Running, scope: str, method: str, path: str
) -> None:
    """The answer is 403 with the scope, before the body is looked at."""
    client = shared_api.client(frozenset({"read", "write", "import", "admin"}) - {scope})
    answer = client.get(path) if method == "get" else client.raw(path, b"{broken")
    assert (403, "missing_scope", {"scope": scope}) == (
        answer.status_code,
        json_of(answer)["code"],
        json_of(answer)["facts"],
    )
    assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]


def test_every_token_may_ask_who_it_is(shared_api: Running) -> None:
    """`/me` needs no scope and tells the organisation and the scopes."""
    client = shared_api.client(frozenset({"import"}))
    assert (str(client.org), ["import"]) == (
        json_of(client.get("/me"))["organisation_id"],
        json_of(client.get("/me"))["scopes"],
    )


def test_a_revoked_token_opens_nothing_within_five_seconds(shared_api: Running) -> None:
    """Who a token speaks for is remembered for five seconds at most, and then asked again."""
    org, now = shared_api.organisation(), datetime.now(UTC)
    token_id, token = issue_token(shared_api.engine, org, label="t", scopes=frozenset({"read"}), now=now)
    moment = [0.0]
    looked: list[str] = []

    def look_up(text: str) -> Credential | None:
        looked.append(text)
        found = Credential(org=org, token_id=token_id, label="t", scopes=frozenset(), expires_at=None)
        return found if len(looked) == 1 else None

    credentials = Credentials(look_up, clock=lambda: moment[0])
    assert credentials.of(token) is credentials.of(token)
    assert revoke_token(shared_api.engine, org, token_id, now)
    moment[0] = 5.0
    assert credentials.of(token) is None
    assert [token, token] == looked


def test_an_unknown_token_is_never_remembered() -> None:
    """A token that is issued a moment after it was tried works at once."""
    found: list[Credential | None] = [
        None,
        Credential(org=uuid4(), token_id=uuid4(), label="", scopes=frozenset(), expires_at=None),
    ]
    credentials = Credentials(lambda _: found.pop(0))
    assert credentials.of("ml_x") is None
    assert credentials.of("ml_x") is not None
