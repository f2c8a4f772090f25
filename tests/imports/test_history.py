"""Facts of a history become events, each in the stream of the life it belongs to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.imports import entries
from services.imports.directory import Directory
from tests.imports.rows import codes, data_of, fact, history, of_type, proposed, roster, row, types


def streams(plan: Any) -> list[str]:
    """The stream of each row's own event."""
    return [one.facts[-1].stream for one in plan.rows]


def changes(**fields: tuple[Any, Any]) -> dict[str, Any]:
    """The detail of a revision."""
    return {"changes": {name: {"from": was, "to": to} for name, (was, to) in fields.items()}, "minor": False}


def test_a_proposal_introduces_programme_and_people() -> None:
    """The first fact of a programme makes it, without dates, and its people, known by reference alone."""
    [verdict] = history(proposed()).rows
    assert ["programme.created", "programme.opened", "person.registered", "relationship.proposed"] == types(verdict)
    assert {datetime(2021, 1, 1, 10, tzinfo=UTC)} == {one.occurred_at for one in verdict.facts}
    created, _, person, _ = (data_of(one) for one in verdict.facts)
    assert (None, "mentor-0001", "mentor-0001", None) == (
        created.starts_on,
        person.name,
        person.ref,
        person.email,
    )


def test_every_kind_has_its_event() -> None:
    """Each of the 18 kinds is one event of the right type."""
    link = {"link": "programme page", "urls": ["https://a.example"], "removed": []}
    told = {"description": "", "mentors": [], "skills": [], "issue_urls": [], "programme_urls": []}
    plan = history(
        proposed(),
        fact("accepted", "2021-01-02"),
        fact("mentor_added", "2021-01-03", person="mentor-0002"),
        fact("mentor_removed", "2021-01-04", person="mentor-0001", detail={"swapped_for": ["mentor-0002"]}),
        fact("revised", "2021-01-05", detail=changes(size=("", "large"))),
        fact("link_added", "2021-01-06", detail=link),
        fact("link_changed", "2021-01-07", detail=link),
        fact("link_removed", "2021-01-08", detail=link | {"urls": [], "removed": ["https://a.example"]}),
        fact("acceptance_undone", "2021-01-09"),
        fact("withdrawn", "2021-01-10", detail={"stage": "proposed"}),
        fact(
            "reinstated",
            "2021-01-11",
            detail={"stage": "proposed", "was_stage": "proposed", "gap_hours": 24.5},
        ),
        fact(
            "moved",
            "2021-01-12",
            programme="Fall",
            detail=told | {"from_programme": "Spring", "to_stage": "accepted"},
        ),
        fact(
            "contact_corrected",
            "2021-01-13",
            person="mentor-0002",
            detail={"fields": ["email"], "filled_in": []},
        ),
        fact("deadline_set", "2021-01-14", "", unit="", detail={"activity": "Start", "to": "1 May"}),
        fact(
            "deadline_changed",
            "2021-01-15",
            "",
            unit="",
            detail={"activity": "Start", "from": "1 May", "to": "2 May"},
        ),
        fact("deadline_removed", "2021-01-16", "", unit="", detail={"activity": "Start", "from": "2 May"}),
        fact("status_set", "2021-01-17", "", unit="", detail={"to": "Planned", "source": "page"}),
        fact(
            "status_changed",
            "2021-01-18",
            "",
            unit="",
            detail={"from": "Planned", "to": "Done", "source": "page"},
        ),
    )
    assert {"import"} == {one.verdict for one in plan.rows}
    assert [types(one)[-1] for one in plan.rows] == [
        "relationship.proposed",
        "relationship.accepted",
        "relationship.mentor_joined",
        "relationship.mentor_left",
        "relationship.revised",
        "relationship.link_changed",
        "relationship.link_changed",
        "relationship.link_changed",
        "relationship.acceptance_undone",
        "relationship.withdrawn",
        "relationship.reinstated",
        "relationship.moved",
        "person.contact_corrected",
        "programme.deadline_set",
        "programme.deadline_set",
        "programme.deadline_removed",
        "programme.status_noted",
        "programme.status_noted",
    ]
    assert 1 == len(set(streams(plan)[:12]))
    [moved], [left] = of_type(plan, "relationship.moved"), of_type(plan, "relationship.mentor_left")
    assert moved.programme_id != moved.from_programme
    assert left.replaced_by == (of_type(plan, "relationship.mentor_joined")[0].person,)


def test_facts_follow_renames() -> None:
    """A title or unit that was changed is the same life.

    Facts under the old and the new name belong to it.
    """
    plan = history(
        proposed(),
        fact("revised", "2021-01-02", "Cache", detail=changes(title=("Caching", "Cache"))),
        fact("revised", "2021-01-03", "Cache", unit="Data", detail=changes(unit=("Core", "Data"))),
        fact("accepted", "2021-01-04", "cache.", unit="data"),
        fact("mentor_added", "2021-01-05", "Caching", person="mentor-0002"),
    )
    assert 1 == len(set(streams(plan)))


def test_an_acceptance_under_a_new_title() -> None:
    """An acceptance that names the former title continues that proposal; the revision beside it does too."""
    plan = history(
        proposed(),
        fact("accepted", "2021-01-02", "Caching II", detail={"was_title": "Caching"}),
        fact("revised", "2021-01-02", "Caching II", detail=changes(title=("Caching", "Caching II"))),
    )
    assert 1 == len(set(streams(plan)))


def test_a_unit_written_otherwise() -> None:
    """One title in the programme is enough to find it.

    A revision then says the unit too, unless it told it.
    """
    plan = history(proposed(), fact("revised", "2021-01-02", unit="Data", detail=changes(size=("", "large"))))
    assert 1 == len(set(streams(plan)))
    [revised] = of_type(plan, "relationship.revised")
    assert [("size", "large"), ("unit", "Data")] == [(one.field, one.to) for one in revised.changes]


def test_a_title_in_two_units() -> None:
    """A title that two units have is found by its unit only."""
    plan = history(
        proposed(),
        proposed(unit="Data"),
        fact("accepted", "2021-01-02", unit="Data"),
        fact("accepted", "2021-01-03", unit="Other"),
    )
    assert (plan.rows[1].facts[-1].stream, ["ambiguous_title"]) == (
        plan.rows[2].facts[-1].stream,
        codes(plan.rows[3]),
    )


def test_two_proposals_of_one_title() -> None:
    """A title proposed twice is two relationships; the later one is renamed, with a warning."""
    plan = history(
        proposed(),
        proposed("2021-01-01T11:00:00Z", detail={"mentors": ["mentor-0002"], "duplicate_title_in_term": True}),
        fact("revised", "2021-01-02", "Cache", detail=changes(title=("Caching", "Cache"))),
        fact("accepted", "2021-01-03"),
    )
    one, two, renamed, accepted = streams(plan)
    assert (two, one) == (renamed, accepted)
    assert one != two
    assert [[], ["same_title_twice"], ["same_title_twice"], []] == [codes(verdict) for verdict in plan.rows]


def test_an_acceptance_without_proposal() -> None:
    """It begins a life; listed a second time it is the same one, with a warning."""
    told = {"mentors": ["mentor-0001"], "without_proposal": True}
    plan = history(fact("accepted", detail=told), fact("accepted", "2021-01-02", detail=told))
    assert 1 == len(set(streams(plan)))
    assert [[], ["listed_twice"]] == [codes(verdict) for verdict in plan.rows]


def test_proposed_again_after_a_withdrawal() -> None:
    """A proposal after a withdrawal is a new application; a return is the old one."""
    gone = fact("withdrawn", "2021-01-02", detail={"stage": "proposed"})
    back = fact("reinstated", "2021-01-03", detail={"stage": "proposed"})
    again = history(proposed(), gone, proposed("2021-01-03"))
    returned = history(proposed(), gone, back)
    assert (2, 1) == (len(set(streams(again))), len(set(streams(returned))))


def test_lines_out_of_order() -> None:
    """Facts go to the log by time, whatever line they stand on; verdicts keep the file's order."""
    plan = history(fact("accepted", "2021-01-02"), proposed("2021-01-01"))
    assert ["relationship.proposed", "relationship.accepted"] == [
        one.data.TYPE for one in plan.facts() if one.stream.startswith("relationship")
    ]
    assert [1, 2] == [one.line for one in plan.rows]


def test_a_fact_about_nobody_knows_what() -> None:
    """A fact whose relationship nothing introduced is refused and says what to import first."""
    plan = history(fact("mentor_added", person="mentor-0001"))
    assert ["unknown_relationship"] == codes(plan.rows[0])


@pytest.mark.parametrize(
    ("line", "code"),
    (
        (fact("celebrated"), "unknown_kind"),
        (fact("accepted", at="2027-01-01"), "in_future"),
        (fact("accepted", at="2021-01-01T10:00:00"), "no_zone"),
        (fact("accepted", at="2021-02-30T10:00:00Z"), "invalid_fact"),
        (fact("accepted", at="yesterdayT"), "invalid_fact"),
        (fact("accepted", detail={"surprise": 1}), "invalid_fact"),
        (fact("accepted", surprise=1), "invalid_fact"),
        (fact("accepted", unit=5), "invalid_fact"),
        (fact("accepted", programme=" "), "missing_value"),
        (fact("accepted", title=""), "missing_value"),
        (fact("mentor_added"), "missing_value"),
        (fact("mentor_added", person="mentor 1"), "invalid_reference"),
        (fact("moved"), "missing_value"),
        (fact("withdrawn"), "invalid_fact"),
        (fact("deadline_set", detail={"activity": "Start"}), "missing_value"),
        (fact("accepted", title="x" * (entries.MAX_TITLE + 1)), "text_too_long"),
        (fact("revised", detail=changes(description=("", "x" * (entries.MAX_TEXT + 1)))), "text_too_long"),
        (proposed(detail={"mentors": ["m"] * (entries.MAX_LIST + 1)}), "too_many_entries"),
        (proposed(detail={"description": "\U0001f600" * 17_000, "mentors": []}), "record_too_large"),
        ('{"kind": NaN}', "not_a_number"),
    ),
)
def test_refused_facts(line: dict[str, Any] | str, code: str) -> None:
    """A line that is no fact is refused with its reason; the lines around it are taken over."""
    plan = history(proposed("2020-01-01", "Other"), line, fact("accepted", "2020-01-02", "Other"))
    assert ["import", "refused", "import"] == [one.verdict for one in plan.rows]
    assert [code] == codes(plan.rows[1])


def test_the_same_line_twice() -> None:
    """A line that repeats another is refused and names it."""
    plan = history(proposed(), proposed())
    assert (["duplicate_row"], True) == (codes(plan.rows[1]), "line 1" in plan.rows[1].notes[0].message)


def test_the_same_history_again_and_a_longer_one() -> None:
    """What is in the log already is unchanged; a longer edition of the file adds only its new facts."""
    directory = Directory()
    told = [
        proposed(),
        fact("revised", "2021-01-02", unit="Data", detail=changes(size=("", "large"))),
        fact("accepted", "2021-01-03", unit="Data"),
    ]
    first = history(*told, directory=directory)
    again = history(*told, fact("mentor_added", "2021-01-04", unit="Data", person="mentor-0002"), directory=directory)
    assert ["unchanged", "unchanged", "unchanged", "import"] == [one.verdict for one in again.rows]
    assert first.rows[0].facts[-1].stream == again.rows[3].facts[-1].stream


def test_only_the_later_part_of_a_life() -> None:
    """A file that begins in the middle continues what is known."""
    directory = Directory()
    first = history(proposed(), directory=directory)
    later = history(
        fact("accepted", "2021-01-02"),
        fact("mentor_added", "2021-01-03", person="mentor-0003"),
        directory=directory,
    )
    assert {first.rows[0].facts[-1].stream} == set(streams(later))


def test_after_a_roster_the_same_relationship_is_meant() -> None:
    """Facts find the relationship that a roster registered, though they begin under a former title."""
    directory = Directory()
    [registered] = roster(row(mentor_emails="mentor-0001@mentors.example"), directory=directory).rows
    plan = history(
        proposed(title="Cahcing"),
        fact("revised", "2021-01-02", detail=changes(title=("Cahcing", "Caching"))),
        directory=directory,
    )
    assert {registered.facts[-1].stream} == set(streams(plan))
    assert [] == of_type(plan, "person.registered")


def test_a_programme_that_began_before_its_roster_says() -> None:
    """Facts before the term show that the programme was called so and open already."""
    directory = Directory()
    roster(row(), directory=directory)
    [verdict] = history(fact("status_set", title="", unit="", detail={"to": "Planned"}), directory=directory).rows
    assert ["programme.renamed", "programme.opened", "programme.status_noted"] == types(verdict)


def test_another_unit_needs_a_common_mentor() -> None:
    """The same title in another unit is the same relationship only when they share a mentor."""
    directory = Directory()
    [registered] = roster(row(mentor_emails="mentor-0001@mentors.example"), directory=directory).rows
    same, other = proposed(unit="Data"), proposed(unit="Data", detail={"mentors": ["mentor-0009"]})
    assert registered.facts[-1].stream == history(same, directory=directory).rows[0].facts[-1].stream
    directory = Directory()
    roster(row(mentor_emails="mentor-0001@mentors.example"), directory=directory)
    assert registered.facts[-1].stream != history(other, directory=directory).rows[0].facts[-1].stream


def test_a_sub_unit_as_title() -> None:
    """A row with the sub-unit as title means the relationship of that sub-unit, if they share a mentor."""
    directory = Directory()
    [registered] = roster(row(title="Storage", mentor_emails="mentor-0001@mentors.example"), directory=directory).rows
    told = proposed(detail={"mentors": ["mentor-0001"], "sub_unit": "Storage"})
    assert registered.facts[-1].stream == history(told, directory=directory).rows[0].facts[-1].stream
