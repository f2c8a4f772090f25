"""Organisations and their tokens: a token opens its own organisation, and nothing after it ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from events.log import Log
from events.organisations import create_log, credential_of, issue_token, organisations, revoke_token
from tests.core import Whole
from tests.events.rows import rows
from tests.events.samples import append, goal, new_stream, write

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCOPES = frozenset({"read", "write"})
HOUR = timedelta(hours=1)


def _token(everything: Whole, org: UUID, expires_at: datetime | None = None) -> tuple[UUID, str]:
    return issue_token(everything.engine, org, label="Ada's", scopes=SCOPES, now=NOW, expires_at=expires_at)


def test_a_token_opens_its_organisation(everything: Whole, org: UUID) -> None:
    """The organisation, the scopes and the label come from the credential."""
    token_id, token = _token(everything, org, NOW + HOUR)
    found = credential_of(everything.engine, token, NOW)
    assert found is not None
    assert (org, token_id, "Ada's", SCOPES, NOW + HOUR) == (
        found.org,
        found.token_id,
        found.label,
        found.scopes,
        found.expires_at,
    )


def test_the_secret_is_kept_nowhere(everything: Whole, org: UUID, url: str) -> None:
    """A copy of the table opens nothing."""
    _, token = _token(everything, org)
    (kept,) = rows(url, org, "SELECT t::text FROM api_tokens t")
    secret = token[-43:]
    assert secret not in kept[0] and secret.encode().hex() not in kept[0]


def test_tokens_differ(everything: Whole, org: UUID) -> None:
    """Two tokens of one organisation are two secrets."""
    tokens = {_token(everything, org)[1] for _ in range(10)}
    assert 10 == len({token[-43:] for token in tokens})


MALFORMED = (
    "", " ", "ml_", "Bearer ml_", "ml___", "ml_x_y_z", "\x00", "é" * 111, "' OR true --", "x" * 100_000,
)  # fmt: skip  # one per line says no more


@pytest.mark.parametrize("token", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_token_opens_nothing(everything: Whole, token: str) -> None:
    """Whatever it is, the answer is the same as for an unknown one."""
    assert credential_of(everything.engine, token, NOW) is None


@pytest.mark.parametrize("change", ("upper case", "shorter", "longer", "spaces", "line", "other digits"))
def test_a_damaged_token_opens_nothing(everything: Whole, org: UUID, change: str) -> None:
    """A token is exactly its text."""
    _, token = _token(everything, org)
    damaged = {
        "upper case": token.upper(),
        "shorter": token[:-1],
        "longer": token + "A",
        "spaces": f" {token} ",
        "line": token + "\n",
        "other digits": token[:-43] + "\u0661" + token[-42:],
    }
    assert credential_of(everything.engine, damaged[change], NOW) is None


def test_another_secret_opens_nothing(everything: Whole, org: UUID) -> None:
    """Knowing the ids is not enough; nor is the secret of another token."""
    one, two = _token(everything, org)[1], _token(everything, org)[1]
    assert credential_of(everything.engine, one[:-43] + two[-43:], NOW) is None
    assert credential_of(everything.engine, one[:-43] + "A" * 43, NOW) is None


def test_a_token_is_never_found_for_another_organisation(everything: Whole, org: UUID) -> None:
    """Who writes another organisation's id into a token gets nothing, whether that one exists or not."""
    _, token = _token(everything, org)
    neighbour = everything.organisation()
    _token(everything, neighbour)
    for other in (neighbour, uuid4()):
        assert credential_of(everything.engine, token.replace(org.hex, other.hex), NOW) is None


def test_an_expired_token_opens_nothing(everything: Whole, org: UUID) -> None:
    """Up to the moment, and not at it."""
    _, token = _token(everything, org, NOW + HOUR)
    assert credential_of(everything.engine, token, NOW + HOUR - timedelta(microseconds=1)) is not None
    assert credential_of(everything.engine, token, NOW + HOUR) is None


def test_a_revoked_token_opens_nothing_for_good(everything: Whole, org: UUID, url: str) -> None:
    """Revoking again changes nothing, not even the moment; its neighbours go on."""
    token_id, token = _token(everything, org)
    _, neighbour = _token(everything, org)
    assert revoke_token(everything.engine, org, token_id, NOW)
    assert credential_of(everything.engine, token, NOW) is None
    assert revoke_token(everything.engine, org, token_id, NOW + HOUR)
    assert [(NOW,)] == rows(url, org, "SELECT revoked_at FROM api_tokens WHERE token_id = %s", token_id)
    assert credential_of(everything.engine, neighbour, NOW) is not None


def test_nobody_revokes_another_organisations_token(everything: Whole, org: UUID) -> None:
    """It is as if it were not there, and it goes on working."""
    token_id, token = _token(everything, org)
    assert not revoke_token(everything.engine, everything.organisation(), token_id, NOW)
    assert not revoke_token(everything.engine, org, uuid4(), NOW)
    assert credential_of(everything.engine, token, NOW) is not None


def test_a_log_that_is_begun_again_stays_as_it_is(everything: Whole, log: Log, org: UUID) -> None:
    """Creating twice is no error and empties nothing."""
    log.append(org, append(write(new_stream(), goal())))
    create_log(everything.engine, org)
    assert 1 == log.size(org)
    assert 1 == organisations(everything.engine).count(org)


def test_organisations_come_oldest_first(everything: Whole) -> None:
    """The directory tells ids and nothing of what is in them."""
    made = [everything.organisation() for _ in range(3)]
    assert made == organisations(everything.engine)[-3:]
