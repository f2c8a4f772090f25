"""Live rows and claims: kept with their events, counted under the lock."""

from __future__ import annotations

from uuid import UUID

import pytest

from events.append import Claim
from events.errors import (
    ClaimTaken,
)
from events.log import Log
from tests.core import Whole
from tests.events.rows import everything_of, rows
from tests.events.samples import append, goal, live, new_stream, write


def scopes(url: str, org: UUID) -> list[tuple[str, str]]:
    """Which stream holds which scope."""
    return [(scope, stream) for scope, stream in rows(url, org, "SELECT scope, stream FROM live_claims ORDER BY 1, 2")]


def test_a_live_row_is_kept_with_its_events(log: Log, org: UUID, url: str) -> None:
    """State, fold and columns are those of the last append; version and position those of its last event."""
    stream = new_stream("person")
    log.append(org, append(write(stream, goal(), live=live("one", members=("a", "b"), scope="s"))))
    assert {stream: (1, 1, b"one")} == log.load(org, [stream, new_stream()]).rows
    log.append(org, append(write(new_stream(), goal()), write(stream, goal(), goal(), live=live("two"))))
    found = rows(url, org, "SELECT stream, version, position, state, scope, members FROM live_states")
    assert [(stream, 3, 3, b"two", None, [])] == found


@pytest.mark.parametrize("member", ("plain", 'quo"ted', "back\\slash", "{brace},comma", "NULL", "", " space "))
def test_members_are_kept_as_they_are(log: Log, org: UUID, url: str, member: str) -> None:
    """Whatever an id holds, a list of ids comes back as the same list."""
    log.append(org, append(write(new_stream(), goal(), live=live(members=(member, "second")))))
    assert [([member, "second"],)] == rows(url, org, "SELECT members FROM live_states")


def test_a_claim_is_taken_and_given_up(log: Log, org: UUID, url: str) -> None:
    """A scope is held by the stream that took it, until that one gives it up."""
    one, two = sorted((new_stream(), new_stream()))
    log.append(org, append(write(one, goal(), claims=(Claim(scope="a", limit=1), Claim(scope="b")))))
    log.append(org, append(write(two, goal(), claims=(Claim(scope="b"), Claim(scope="a", take=False)))))
    assert [("a", one), ("b", one), ("b", two)] == scopes(url, org)
    log.append(org, append(write(one, goal(), claims=(Claim(scope="a", take=False),))))
    assert [("b", one), ("b", two)] == scopes(url, org)


def test_a_full_scope_refuses_with_its_limit(log: Log, org: UUID, url: str) -> None:
    """The refusal names scope and limit, and nothing of the append is stored."""
    for _ in range(2):
        log.append(org, append(write(new_stream(), goal(), claims=(Claim(scope="seat", limit=2),))))
    before = everything_of(url, org)
    with pytest.raises(ClaimTaken) as caught:
        log.append(org, append(write(new_stream(), goal(), claims=(Claim(scope="seat", limit=2),)), command="k"))
    assert ("seat", 2) == (caught.value.facts["scope"], caught.value.facts["limit"])
    assert before == everything_of(url, org)


def test_a_stream_does_not_compete_with_itself(log: Log, org: UUID, url: str) -> None:
    """Taking again what one holds is no second seat."""
    stream = new_stream()
    for _ in range(2):
        log.append(org, append(write(stream, goal(), claims=(Claim(scope="seat", limit=1),))))
    assert [("seat", stream)] == scopes(url, org)


def test_a_seat_that_was_given_up_is_free(log: Log, org: UUID) -> None:
    """The next one gets it."""
    stream = new_stream()
    seat = Claim(scope="seat", limit=1)
    log.append(org, append(write(stream, goal(), claims=(seat,))))
    log.append(org, append(write(stream, goal(), claims=(Claim(scope="seat", take=False),))))
    log.append(org, append(write(new_stream(), goal(), claims=(seat,))))


def test_claims_of_one_append_count_against_each_other(log: Log, org: UUID, url: str) -> None:
    """Two streams of one append cannot both take the last seat."""
    seat = Claim(scope="seat", limit=1)
    with pytest.raises(ClaimTaken):
        log.append(org, append(*(write(new_stream(), goal(), claims=(seat,)) for _ in range(2))))
    assert [] == scopes(url, org)
    assert 0 == log.size(org)


def test_a_seat_that_the_same_append_gives_up_is_not_free_yet(log: Log, org: UUID, url: str) -> None:
    """Claims count as they stood before the append: the order of its writes does not decide."""
    one, two = new_stream(), new_stream()
    log.append(org, append(write(one, goal(), claims=(Claim(scope="seat", limit=1),))))
    leaving = write(one, goal(), claims=(Claim(scope="seat", take=False),))
    with pytest.raises(ClaimTaken):
        log.append(org, append(leaving, write(two, goal(), claims=(Claim(scope="seat", limit=1),))))
    assert [("seat", one)] == scopes(url, org)


def test_claims_count_within_one_organisation(log: Log, everything: Whole, org: UUID) -> None:
    """The same scope of another organisation is another scope."""
    for one in (org, everything.organisation()):
        log.append(one, append(write(new_stream(), goal(), claims=(Claim(scope="seat", limit=1),))))
