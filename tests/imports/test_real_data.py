"""The real roster and the real history: every row and every fact is accounted for, in either order."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.imports.batch import plan_file
from services.imports.directory import Directory
from services.imports.verdicts import REFUSED, Plan
from tests.imports.real import Order, Real
from tests.imports.rows import CAUSE, NOW, ORG

EVENT_OF = {
    "proposed": "relationship.proposed",
    "accepted": "relationship.accepted",
    "acceptance_undone": "relationship.acceptance_undone",
    "mentor_added": "relationship.mentor_joined",
    "mentor_removed": "relationship.mentor_left",
    "contact_corrected": "person.contact_corrected",
    "revised": "relationship.revised",
    "withdrawn": "relationship.withdrawn",
    "reinstated": "relationship.reinstated",
    "moved": "relationship.moved",
    "link_added": "relationship.link_changed",
    "link_changed": "relationship.link_changed",
    "link_removed": "relationship.link_changed",
    "deadline_set": "programme.deadline_set",
    "deadline_changed": "programme.deadline_set",
    "deadline_removed": "programme.deadline_removed",
    "status_set": "programme.status_noted",
    "status_changed": "programme.status_noted",
}


def types_of(plan: Plan) -> Counter[str]:
    """How many facts of each type the plan has."""
    return Counter(fact.data.TYPE for fact in plan.facts())


def refs_of(facts: list[dict[str, Any]]) -> Iterator[str]:
    """Every reference to a person in the raw facts."""
    for one in facts:
        detail = one["detail"]
        yield from detail.get("mentors", ())
        yield from detail.get("swapped_for", ())
        yield from detail.get("roles", ())
        if one["person"]:
            yield one["person"]


def test_every_row_of_the_roster_is_imported(real: Real, order: Order) -> None:
    """813 rows become 813 relationships, each row with a goal one goal, nobody and no place twice."""
    addresses = {
        (row["programme"], address.strip(), role)
        for row in real.rows
        for role, cell in (("mentor", row["mentor_emails"]), ("mentee", row["mentee_email"]))
        for address in cell.split(";")
    }
    found = types_of(order.roster)
    assert (813, 813, 0) == (len(real.rows), len(order.roster.rows), order.roster.counts()[REFUSED])
    assert 813 == found["relationship.registered"] == sum(bool(row.facts) for row in order.roster.rows)
    assert len([row for row in real.rows if row["goal"].strip()]) == found["relationship.goal_set"] == 807
    assert len(addresses) == found["enrolment.enrolled"] == 1956
    assert len({address for _, address, _ in addresses}) == 1400
    assert 1400 == sum(person.email is not None for person in order.directory.people.values())


def test_every_fact_of_the_history_is_one_event(real: Real, order: Order) -> None:
    """2,317 facts become 2,317 events of the right types, each at the moment of its fact; none is refused."""
    assert (2317, 2317, 0) == (len(real.facts), len(order.history.rows), order.history.counts()[REFUSED])
    assert set(EVENT_OF) == {fact["kind"] for fact in real.facts}
    for fact, verdict in zip(real.facts, order.history.rows, strict=True):
        own = verdict.facts[-1]
        assert EVENT_OF[fact["kind"]] == own.data.TYPE
        assert datetime.fromisoformat(fact["at"]) == own.occurred_at
        introductions = {one.data.TYPE for one in verdict.facts[:-1]}
        assert introductions <= {
            "programme.created",
            "programme.opened",
            "programme.renamed",
            "person.registered",
        }


def test_each_life_has_one_stream(real: Real, order: Order) -> None:
    """As many relationships as proposals and acceptances without one, a title listed twice counted once."""
    begun = [
        fact
        for fact in real.facts
        if fact["kind"] == "proposed"
        or (fact["detail"].get("without_proposal") and not fact["detail"].get("duplicate_title_in_term"))
    ]
    told = {fact.stream for fact in order.history.facts() if fact.stream.startswith("relationship-")}
    assert len(begun) == len(told) == 702


def test_everybody_has_one_entry(real: Real, order: Order) -> None:
    """People of both files are one by their reference: nobody is registered twice, nobody is missing."""
    local = {
        address.strip().partition("@")[0]
        for row in real.rows
        for address in f"{row['mentor_emails']};{row['mentee_email']}".split(";")
    }
    assert {person.ref for person in order.directory.people.values()} == local | set(refs_of(real.facts))
    assert len(order.directory.people) == 1512


def test_programmes_of_both_files(real: Real, order: Order) -> None:
    """Each programme is one stream.

    Those that only the history knows have no dates, the others their term.
    """
    terms = {row["programme"]: row["starts_on"] for row in real.rows}
    names = set(terms) | {fact["programme"] for fact in real.facts}
    known = {one.name: str(one.starts_on) for one in order.directory.programmes.values()}
    assert {name: terms.get(name, "None") for name in names} == known
    assert 22 == len(known)


def test_warnings_of_the_roster(real: Real, order: Order) -> None:
    """A name that comes with a second address is warned of, and nothing else in this file is."""
    known: dict[str, set[str]] = defaultdict(set)
    expected = 0
    for row in real.rows:
        addresses = [*row["mentor_emails"].split(";"), row["mentee_email"]]
        names = [*row["mentor_names"].split(";"), row["mentee_name"]]
        for address, name in zip(addresses, names, strict=True):
            others = known[name.strip().casefold()]
            expected += bool(others) and address.strip() not in others
            others.add(address.strip())
    codes = Counter(note.code for row in order.roster.rows for note in row.notes)
    assert {"same_name_other_address": expected} == codes
    assert 57 == expected


def test_warnings_of_the_history(real: Real, order: Order) -> None:
    """A title that is listed or proposed a second time is warned of; so is the renaming of one of two."""
    twice = [fact for fact in real.facts if fact["detail"].get("duplicate_title_in_term")]
    codes = Counter(note.code for row in order.history.rows for note in row.notes)
    assert {
        "listed_twice": len([fact for fact in twice if fact["kind"] == "accepted"]),
        "same_title_twice": 2,
    } == codes
    assert 34 == codes["listed_twice"]


def lives(order: Order) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Which lines of the roster and which of the history are about one relationship."""
    rows: dict[str, list[int]] = defaultdict(list)
    facts: dict[str, list[int]] = defaultdict(list)
    for plan, found in ((order.roster, rows), (order.history, facts)):
        for row in plan.rows:
            for one in row.facts[-2:]:
                if one.stream.startswith("relationship-") and row.line not in found[one.stream]:
                    found[one.stream].append(row.line)
    return {(tuple(rows[stream]), tuple(facts[stream])) for stream in set(rows) | set(facts)}


def test_both_orders_come_to_the_same(roster_first: Order, history_first: Order) -> None:
    """Whichever file comes first, the same lines are about the same relationship."""
    assert lives(roster_first) == lives(history_first)


def test_rows_find_their_history(real: Real, order: Order) -> None:
    """A row with the exact name of a fact is that relationship.

    The others that were matched share a mentor with it.
    """
    named = {(fact["programme"], fact["unit"], fact["title"]) for fact in real.facts}
    mentors: dict[str, set[str]] = defaultdict(set)
    for fact in order.history.facts():
        mentors[fact.stream] |= {*getattr(fact.data, "mentors", ()), getattr(fact.data, "person", None) or ""}
    matched = exact = 0
    for number, row in enumerate(real.rows):
        stream = order.roster.rows[number].facts[-1].stream
        known = order.directory.relationships[stream.partition("-")[2]]
        is_named = (row["programme"], row["unit"], row["title"]) in named
        exact += is_named
        matched += bool(known.opened_at)
        assert known.opened_at or not is_named
        if known.opened_at and not is_named:
            assert known.registered is not None
            assert set(known.registered.mentors) & mentors[stream]
    assert (446, 461) == (exact, matched)
    assert 702 + 813 - 461 == len(order.directory.relationships)


@pytest.mark.parametrize("name", ("roster", "history"))
def test_importing_again_changes_nothing(real: Real, name: str, order: Order) -> None:
    """Either file once more, after both, finds everything as it is."""
    data: bytes = getattr(real, name)
    again = plan_file(ORG, data, order.directory, NOW, CAUSE)
    assert len(again.rows) == again.counts()["unchanged"]


def test_ids_are_the_same_in_every_run(real: Real, roster_first: Order) -> None:
    """The plan depends on the file, the moment and the organisation alone.

    Another organisation has other ids.
    """
    again = plan_file(ORG, real.roster, Directory(), NOW, CAUSE)
    other = plan_file(UUID(int=1), real.roster, Directory(), NOW, CAUSE)
    assert again == roster_first.roster
    assert not {fact.stream for fact in other.facts()} & {fact.stream for fact in again.facts()}
