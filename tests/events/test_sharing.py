"""Appends of several organisations in one call: each lands in its own log, and none waits for another one's lock."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID, uuid4

import pytest

from events import appender, waiting
from events.append import Append, Appended, Claim
from events.errors import ClaimTaken, ClockJump, LogHalted, StorageUnavailable, UnknownOrganisation, VersionConflict
from events.proof.tree import leaf_hash
from tests.conftest import Database
from tests.core import Whole
from tests.events.racing import DEADLINE, Gated, at_once, head_locked
from tests.events.rows import change, rows
from tests.events.samples import append, goal, live, new_stream, write
from tests.events.test_group_commit import IMPOSSIBLE, CutOff, Cutting


@pytest.fixture
def gated(everything: Whole, org: UUID, monkeypatch: pytest.MonkeyPatch) -> Gated:
    """A log that makes one call at a time, and whose first one is held back."""
    monkeypatch.setattr(waiting, "CALLS", 1)
    monkeypatch.setattr(appender, "PATIENCE", DEADLINE)
    return Gated(everything.engine, org)


@pytest.fixture
def others(everything: Whole) -> list[UUID]:
    """More organisations."""
    return [everything.organisation() for _ in range(5)]


def _one(**more: object) -> Append:
    return append(write(new_stream(), goal()), **more)


def _sending(gated: Gated, orgs: Sequence[UUID]) -> list[Callable[[], Appended]]:
    return [partial(gated.log.append, org, _one()) for org in orgs]


def _stored(done: Sequence[object]) -> list[int]:
    return [one.first_position if isinstance(one, Appended) else -1 for one in done]


def test_waiting_appends_of_several_organisations_share_a_call(gated: Gated, others: list[UUID]) -> None:
    """All that queued up are carried in one call; each organisation's positions are its own."""
    done = gated.behind_one(_sending(gated, [*others, *others, gated.org]))
    assert [1, 11] == gated.gate.sizes
    assert [0] * 5 + [1] * 6 == _stored(done)


def test_a_shared_call_stays_small(gated: Gated, others: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for all statements of its call, so what is over the limit takes the next one."""
    monkeypatch.setattr(waiting, "SHARED_EVENTS", 3)
    done = gated.behind_one(_sending(gated, others))
    assert [1, 3, 2] == gated.gate.sizes
    assert [0] * 5 == _stored(done)


def test_a_large_append_shares_its_call_with_nobody(
    gated: Gated, others: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for an import of another organisation."""
    monkeypatch.setattr(waiting, "SHARED_EVENTS", 3)
    large = append(write(new_stream(), *[goal()] * 4))
    calls = _sending(gated, others)
    calls[0] = partial(gated.log.append, others[0], large)
    assert [0] * 5 == _stored(gated.behind_one(calls))
    assert [1, 1, 3, 1] == gated.gate.sizes


@pytest.mark.parametrize("place", (0, 2, 4))
def test_nobody_waits_for_another_organisations_lock(
    place: int, gated: Gated, others: list[UUID], module_database: Database
) -> None:
    """Of a shared call only the locked organisation's appends wait, and they are stored once the lock is free."""
    orgs = [*others, others[place]]
    with gated.queued_up(_sending(gated, orgs)) as futures:
        with head_locked(module_database.service_url, others[place]):
            gated.gate.opened.set()
            free = [future for org, future in zip(orgs, futures, strict=True) if org != others[place]]
            assert [0] * 4 == _stored([future.result(DEADLINE) for future in free])
            assert not futures[place].done() and not futures[5].done()
        assert [0, 1] == _stored([futures[place].result(DEADLINE), futures[5].result(DEADLINE)])


@pytest.mark.parametrize("place", (0, 2))
def test_a_halted_or_unknown_log_stops_no_other(
    place: int, gated: Gated, others: list[UUID], module_database: Database
) -> None:
    """Its own appends are refused as ever, those that travelled with them are stored."""
    halted, unknown = others[place], uuid4()
    statement = "UPDATE log_heads SET halted = 'It went back.' WHERE org_id = %s"
    change(module_database.owner_url, halted, statement, halted)
    calls = _sending(gated, [*others, halted, unknown])
    done = gated.behind_one(calls)
    expected: list[type] = [Appended] * 5 + [LogHalted, UnknownOrganisation]
    expected[place] = LogHalted
    assert expected == [type(one) for one in done]


def test_a_wrong_clock_of_one_log_stops_no_other(gated: Gated, others: list[UUID], module_database: Database) -> None:
    """A log whose last stamp lies ahead refuses its own appends alone."""
    statement = "UPDATE log_heads SET last_recorded_at = now() + interval '1 hour' WHERE org_id = %s"
    change(module_database.owner_url, others[1], statement, others[1])
    done = gated.behind_one(_sending(gated, others))
    assert [Appended, ClockJump, Appended, Appended, Appended] == [type(one) for one in done]


@pytest.mark.parametrize("what", IMPOSSIBLE)
@pytest.mark.parametrize("place", (0, 2))
def test_an_append_that_cannot_be_stored_stops_no_other_organisation(
    gated: Gated, others: list[UUID], what: str, place: int
) -> None:
    """The neighbours in its call are stored, each once; it is told its own fault."""
    calls = _sending(gated, others)
    calls[place] = partial(gated.log.append, others[place], IMPOSSIBLE[what]())
    done = gated.behind_one(calls)
    bad = done.pop(place)
    assert isinstance(bad, Exception) and not isinstance(bad, StorageUnavailable)
    assert [0] * 4 == _stored(done)
    assert [int(at != place) for at in range(5)] == [gated.log.size(org) for org in others]


def test_each_organisation_has_rules_of_its_own(gated: Gated, others: list[UUID]) -> None:
    """The same stream, key and seat in two organisations are no conflict; in one they are."""
    stream, seat = new_stream(), Claim(scope="seat", limit=1)
    kinds = (
        append(write(stream, goal(), expected=0), command="k", digest=b"1"),
        append(write(stream, goal(), expected=0)),
        append(write(new_stream(), goal(), claims=(seat,))),
        append(write(new_stream(), goal(), claims=(seat,))),
    )
    calls = [partial(gated.log.append, org, kind) for kind in kinds for org in others[:2]]
    done = gated.behind_one(calls)
    assert [1, 8] == gated.gate.sizes
    rules: list[type] = [Appended, VersionConflict, Appended, ClaimTaken]
    assert [rule for rule in rules for _ in range(2)] == [type(one) for one in done]


def test_who_has_waited_for_long_begins_a_call(
    gated: Gated, others: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a call of another organisation does not end, appends go on."""
    monkeypatch.setattr(appender, "PATIENCE", 0.01)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gated.first)
        assert gated.gate.entered.wait(DEADLINE)
        assert [0] * 5 == _stored([gated.log.append(org, _one()) for org in others])
        assert not first.done()
        gated.gate.opened.set()
        first.result(DEADLINE)
    assert 0 == gated.appender._waiting._calls


def test_a_cut_off_carrier_of_several_leaves_nobody_waiting(
    everything: Whole, gated: Gated, others: list[UUID]
) -> None:
    """Whoever travelled with it is told to send again, and the next append of each goes through."""
    gated.gate = gated.appender._calls = Cutting(everything.engine)
    done = gated.behind_one(_sending(gated, others))
    assert [CutOff, *[StorageUnavailable] * 4] == [type(one) for one in done]
    assert [0] * 5 == _stored([gated.log.append(org, _one()) for org in others])


def test_organisations_that_write_by_turns_never_mix(everything: Whole, module_database: Database) -> None:
    """Sixteen threads, ten organisations with the same stream names: each log is whole, and holds its own alone."""
    orgs = [everything.organisation() for _ in range(10)]
    streams = [new_stream() for _ in range(3)]

    def work(seed: int) -> list[tuple[UUID, str]]:
        dice, stored = random.Random(seed), []
        for number in range(60):
            org, text = dice.choice(orgs), f"{seed} {number}"
            one = write(dice.choice(streams), goal(text), live=live(text))
            if isinstance(everything.log.append(org, append(one)), Appended):
                stored.append((org, text))
        return stored

    told = [entry for part in at_once([partial(work, seed) for seed in range(16)]) for entry in _list(part)]
    query = "SELECT position, record, leaf_hash, org_id FROM events WHERE org_id = %s ORDER BY position"
    for org in orgs:
        found = rows(module_database.service_url, org, query, org)
        assert list(range(len(found))) == [position for position, *_ in found]
        assert all(str(org).encode() in record and leaf == leaf_hash(record) for _, record, leaf, _ in found)
        texts = [event.data.specific for event in everything.log.read(org)]
        assert sorted(texts) == sorted(text for owner, text in told if owner == org)
    assert 16 * 60 == len(told)


def _list(part: list[tuple[UUID, str]] | Exception) -> list[tuple[UUID, str]]:
    assert isinstance(part, list), part
    return part
