"""The planned facts of the real files, folded in memory: what was the case, then and now."""

from datetime import datetime, timedelta
from typing import Any

from services.imports.keys import folded
from services.pipeline import Fact
from tests.imports.real import Order, Real, replayed

SECOND = timedelta(seconds=1)


def stream_of(order: Order, line: int) -> list[Fact]:
    """The stream to which a line of the history belongs, as the history tells it.

    A roster says at the term's first day what is so at its end: a later title, the mentors who stayed.
    """
    stream = order.streams[order.history.rows[line - 1].facts[-1].stream]
    return [fact for fact in stream if fact.data.TYPE != "relationship.registered"]


def lines(real: Real, kind: str) -> list[tuple[int, dict[str, Any], datetime]]:
    """The facts of a kind: line, fact, moment."""
    return [
        (number, fact, datetime.fromisoformat(fact["at"]))
        for number, fact in enumerate(real.facts, start=1)
        if fact["kind"] == kind
    ]


def seen(state: Any) -> tuple[Any, ...]:
    """What does not depend on ids."""
    about = (state.title, state.unit, state.about.description, state.about.skills, state.starts_on)
    return (*about, state.status, state.stage, len(state.mentors), len(state.mentees), len(state.goals.by_id))


def id_of(order: Order, ref: str) -> str:
    """The id of the person behind a reference."""
    return order.directory.by_ref[ref].person_id


def test_withdrawn_and_reinstated(real: Real, order: Order) -> None:
    """What was withdrawn and taken up again was withdrawn in between, and is what it was before."""
    [(line, fact, back)] = lines(real, "reinstated")
    stream = stream_of(order, line)
    [gone] = [one.occurred_at for one in stream if one.data.TYPE == "relationship.withdrawn"]
    assert ["proposed", "withdrawn", "withdrawn", fact["detail"]["stage"]] == [
        replayed(stream, moment).status for moment in (gone - SECOND, gone, back - SECOND, back)
    ]


def test_renamed(real: Real, order: Order) -> None:
    """Each title that was changed was the old one until then and is the new one from then on."""
    seen = 0
    for line, fact, at in lines(real, "revised"):
        change = fact["detail"]["changes"].get("title")
        beside = [one for one in real.facts if one["at"] == fact["at"] and one["detail"].get("was_title")]
        if change is None or beside:
            continue
        stream = stream_of(order, line)
        assert change["to"] == replayed(stream, at).title
        assert change["from"] == replayed(stream, at - SECOND).title
        seen += 1
    assert seen == len([one for one in real.facts if "title" in one["detail"].get("changes", ())]) - 8


def test_mentors_join_and_leave(real: Real, history_first: Order) -> None:
    """A mentor who was added is there from then on; one who was removed is not; those swapped for are."""
    for line, fact, at in lines(real, "mentor_added"):
        person, stream = id_of(history_first, fact["person"]), stream_of(history_first, line)
        assert person in replayed(stream, at).mentors
    for line, fact, at in lines(real, "mentor_removed"):
        person, stream = id_of(history_first, fact["person"]), stream_of(history_first, line)
        state = replayed(stream, at)
        assert person not in state.mentors
        assert {id_of(history_first, ref) for ref in fact["detail"].get("swapped_for", ())} <= set(state.mentors)
        assert person in replayed(stream, at - SECOND).mentors


def test_accepted_undone_and_accepted_again(real: Real, order: Order) -> None:
    """Acceptances that were taken back for minutes are proposals in between."""
    undone = lines(real, "acceptance_undone")
    assert 38 == len(undone)
    for line, _, at in undone:
        stream = stream_of(order, line)
        assert ("active", "proposed") == (replayed(stream, at - SECOND).status, replayed(stream, at).status)


def test_moved_to_another_programme(real: Real, order: Order) -> None:
    """What was carried to another programme belongs to it from then on."""
    [(line, fact, at)] = lines(real, "moved")
    stream, programmes = stream_of(order, line), order.directory.by_programme_name
    names = {known.programme_id: known.name for known in programmes.values()}
    assert fact["programme"] == names[replayed(stream, at).programme_id]
    assert fact["detail"]["from_programme"] == names[replayed(stream, at - SECOND).programme_id]


def test_both_orders_come_to_the_same_state(roster_first: Order, history_first: Order) -> None:
    """Whichever file comes first, every row of the roster is in the same state, then and a year later."""
    for one, other in zip(roster_first.roster.rows, history_first.roster.rows, strict=True):
        fact, same = one.facts[-1], other.facts[-1]
        for moment in (fact.occurred_at, fact.occurred_at + timedelta(days=365)):
            left = replayed(roster_first.streams[fact.stream], moment)
            right = replayed(history_first.streams[same.stream], moment)
            assert seen(left) == seen(right)


def test_every_row_of_the_roster_runs_at_its_term_start(order: Order) -> None:
    """On the first day of its term a row is a running relationship with its mentors and its mentee."""
    for row in order.roster.rows:
        registered = next(one for one in row.facts if one.data.TYPE == "relationship.registered")
        state, data = replayed(order.streams[registered.stream], registered.occurred_at), registered.data
        assert "active" == state.status
        assert set(data.mentors) == set(state.mentors)  # type: ignore[attr-defined]  # a Registered, by its TYPE
        assert set(data.mentees) == set(state.mentees)  # type: ignore[attr-defined]  # as above


def test_programmes_have_their_name_from_their_first_fact_on(real: Real, order: Order) -> None:
    """A programme is called by its name and open at its first fact, even before its term begins."""
    first: dict[str, datetime] = {}
    for fact in real.facts:
        first.setdefault(fact["programme"], datetime.fromisoformat(fact["at"]))
    for name, at in first.items():
        known = order.directory.by_programme_name[folded(name)]
        then = replayed(order.streams[f"programme-{known.programme_id}"], at)
        assert (name, "open") == (then.name, then.status)


def test_people_have_the_name_and_address_of_the_roster(real: Real, order: Order) -> None:
    """A person of both files has the name and the address that the roster gives, whichever came first."""
    for row in real.rows:
        addresses, names = row["mentor_emails"].split("; "), row["mentor_names"].split("; ")
        for address, name in zip(addresses, names, strict=True):
            person_id = id_of(order, address.partition("@")[0])
            state = replayed(order.streams[f"person-{person_id}"])
            assert (name, address) == (state.name, state.email)
