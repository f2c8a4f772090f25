"""Rows of a roster become facts, all or none of them, each row with its verdict."""

from datetime import UTC, datetime

import pytest

from events.subjects.goal import GoalSet
from events.subjects.relationship import Proposed, Registered
from services.imports import entries
from services.imports.directory import Directory
from tests.imports.rows import NOW, codes, data_of, fact, history, of_type, proposed, roster, row, types

CY = {"mentee_email": "cy@mentees.example", "mentee_name": "Cy"}
START = datetime(2021, 3, 1, tzinfo=UTC)


def test_a_row_becomes_a_running_relationship() -> None:
    """One row: programme, people, places, relationship and goal, as of the term's first day."""
    [verdict] = roster(row()).rows
    assert ("import", 2) == (verdict.verdict, verdict.line)
    assert types(verdict) == [
        "programme.created",
        "programme.opened",
        "person.registered",
        "enrolment.enrolled",
        "person.registered",
        "enrolment.enrolled",
        "relationship.registered",
        "relationship.goal_set",
    ]
    assert {START} == {one.occurred_at for one in verdict.facts}
    registered, goal = verdict.facts[-2].data, verdict.facts[-1].data
    assert isinstance(registered, Registered) and isinstance(goal, GoalSet)
    assert ("Caching", "Core", ("Go", "SQL"), 1, 1) == (
        registered.title,
        registered.unit,
        registered.skills,
        len(registered.mentors),
        len(registered.mentees),
    )
    assert ("Cache it", "It is cached", "2021-05-31") == (goal.specific, goal.measurable, str(goal.due_on))


def test_what_is_there_is_not_made_again() -> None:
    """A second row of the same programme and mentor adds only what is new."""
    plan = roster(row(), row(title="Tracing", **CY))
    assert [
        "person.registered",
        "enrolment.enrolled",
        "relationship.registered",
        "relationship.goal_set",
    ] == types(plan.rows[1])


def test_the_same_file_again_changes_nothing() -> None:
    """Importing a roster twice leaves everything as it is, and the ids are the same in every run."""
    directory = Directory()
    first = roster(row(), row(title="Tracing", goal=""), directory=directory)
    assert [first.rows, ["unchanged", "unchanged"]] == [
        roster(row(), row(title="Tracing", goal="")).rows,
        [one.verdict for one in roster(row(), row(title="Tracing", goal=""), directory=directory).rows],
    ]


def test_a_changed_row_says_what_changed() -> None:
    """A row whose goal and mentors were edited adds the new data to the same relationship."""
    directory = Directory()
    roster(row(), directory=directory)
    edited = row(goal="Cache more", mentor_emails="ann@mentors.example;di@mentors.example", mentor_names="Ann;Di")
    [verdict] = roster(edited, directory=directory).rows
    assert "import" == verdict.verdict
    assert ["relationship.registered", "relationship.goal_revised"] == types(verdict)[-2:]
    assert 1 == len(directory.relationships)


def test_a_term_that_has_not_begun() -> None:
    """Nothing happens in the future: a later term is known from now on."""
    [verdict] = roster(row(starts_on="2026-09-01", ends_on="2026-11-30")).rows
    assert {NOW} == {one.occurred_at for one in verdict.facts}


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    (
        ({"programme": " "}, "missing_value", "programme"),
        ({"title": ""}, "missing_value", "title"),
        ({"starts_on": ""}, "missing_value", "starts_on"),
        ({"starts_on": "03/04/2021"}, "ambiguous_date", "starts_on"),
        ({"ends_on": "2021-02-30"}, "no_such_date", "ends_on"),
        ({"ends_on": "2021-02-28"}, "ends_before_start", "ends_on"),
        ({"mentor_emails": " ; "}, "no_mentor", "mentor_emails"),
        ({"mentor_emails": "ann at home"}, "invalid_address", "mentor_emails"),
        ({"mentor_names": "Ann; Di"}, "names_do_not_match", "mentor_names"),
        ({"mentee_email": ""}, "missing_value", "mentee_email"),
        ({"mentee_email": "bo@"}, "invalid_address", "mentee_email"),
        ({"mentee_email": "ANN@mentors.example"}, "mentor_is_mentee", "mentee_email"),
        ({"title": "x" * (entries.MAX_TITLE + 1)}, "text_too_long", "title"),
        ({"goal": "x" * (entries.MAX_TEXT + 1)}, "text_too_long", "goal"),
        ({"skills": ";".join(str(one) for one in range(entries.MAX_LIST + 1))}, "too_many_entries", "skills"),
    ),
)
def test_refused_rows(cells: dict[str, str], code: str, column: str) -> None:
    """A row that cannot be taken over says why and where; the row after it is imported."""
    plan = roster(row(**cells), row())
    assert ["refused", "import"] == [one.verdict for one in plan.rows]
    assert [(code, column)] == [(note.code, note.column) for note in plan.rows[0].notes]
    assert () == plan.rows[0].facts


def test_all_faults_of_a_row_at_once() -> None:
    """A person mends a row once: every fault is told together."""
    [verdict] = roster(row(title="", starts_on="soon", mentee_email="bo")).rows
    assert ["missing_value", "unreadable_date", "invalid_address"] == codes(verdict)


def test_a_record_that_is_too_large() -> None:
    """A row whose texts together exceed the record is refused with the limit, and nothing of it is kept."""
    full = "\U0001f600" * entries.MAX_TEXT
    directory = Directory()
    [verdict] = roster(row(goal=full[:16_000], measure=full[:2_000]), directory=directory).rows
    assert ["record_too_large"] == codes(verdict)
    assert "65,535" in verdict.notes[0].message
    assert ({}, {}) == (directory.programmes, directory.people)


def test_duplicate_rows() -> None:
    """The same programme, unit, title and mentee again, however spelled, names the row that was first."""
    plan = roster(row(), row(title=" CACHING ", unit="core", mentee_email="BO@mentees.example", goal="other"))
    assert ["duplicate_row"] == codes(plan.rows[1])
    assert "line 2;" in plan.rows[1].notes[0].message


def test_the_same_title_with_another_mentee() -> None:
    """Two mentees with one title are two relationships."""
    plan = roster(row(), row(**CY))
    assert 2 == len({one.relationship_id for one in of_type(plan, "relationship.registered")})


def test_the_same_title_in_a_later_file() -> None:
    """A pair is not taken for another one that has its title, whoever made that: a roster or a proposal."""
    directory = Directory()
    [first] = roster(row(), directory=directory).rows
    proposal = Proposed(
        relationship_id="r",
        programme_id=first.facts[0].stream[10:],
        mentors=("m",),
        mentees=("n",),
        title="Caching",
    )
    directory.take("relationship-r", START, proposal)
    [second] = roster(row(**CY), directory=directory).rows
    assert 3 == len({first.facts[-1].stream, second.facts[-1].stream, "relationship-r"})


def test_the_same_person_spelled_two_ways() -> None:
    """One address with two names is one person, and a warning."""
    plan = roster(row(), row(title="Tracing", mentor_names="Anne", **CY))
    assert ("warning", ["same_person_two_spellings"]) == (plan.rows[1].verdict, codes(plan.rows[1]))
    assert ["Ann", "Bo"] == [one.name for one in of_type(plan, "person.registered")][:2]


def test_one_address_in_two_spellings() -> None:
    """Case and space in an address do not make another person; a warning says so."""
    plan = roster(row(), row(title="Tracing", mentor_emails=" Ann@Mentors.example ", **CY))
    assert ["address_spelling"] == codes(plan.rows[1])
    assert 3 == len(of_type(plan, "person.registered"))


def test_one_name_with_two_addresses() -> None:
    """A name that is known with another address may be one person: kept as two, with a warning."""
    plan = roster(row(), row(title="Tracing", mentor_emails="ann@home.example", **CY))
    assert ["same_name_other_address"] == codes(plan.rows[1])
    assert 4 == len(of_type(plan, "person.registered"))


def test_a_mentor_twice_in_one_row() -> None:
    """A mentor who stands twice in a cell is one mentor, with a warning."""
    plan = roster(row(mentor_emails="ann@mentors.example; ANN@mentors.example", mentor_names="Ann; Ann"))
    assert (["mentor_twice"], 1) == (
        codes(plan.rows[0]),
        len(of_type(plan, "relationship.registered")[0].mentors),
    )


def test_another_term_in_the_same_programme() -> None:
    """A row with other dates than its programme's keeps them, and is warned of."""
    plan = roster(row(), row(title="Tracing", ends_on="2021-06-30"))
    assert ["term_differs"] == codes(plan.rows[1])
    assert "2021-06-30" == str(of_type(plan, "relationship.registered")[1].ends_on)


def test_formula_like_cells_are_text() -> None:
    """A cell that looks like a formula is kept as it is; one that we exported loses its apostrophe."""
    plan = roster(row(goal="=HYPERLINK(1)", title="'-Caching"))
    [registered] = of_type(plan, "relationship.registered")
    assert ("=HYPERLINK(1)", "-Caching") == (registered.description, registered.title)


def test_without_optional_columns() -> None:
    """A file with only the needed columns is enough: a person without a name goes by the address."""
    header = "programme,starts_on,ends_on,title,mentor_emails,mentee_email"
    plan = roster("Spring,2021-03-01,,Caching,ann@mentors.example,bo@mentees.example", header=header)
    assert ["ann@mentors.example", "bo@mentees.example"] == [one.name for one in of_type(plan, "person.registered")]
    assert [] == of_type(plan, "relationship.goal_set")


def test_after_a_history_the_same_relationship_is_meant() -> None:
    """A row finds what a history proposed, under a former title too, and its mentor by reference."""
    directory = Directory()
    renamed = fact("revised", "2021-01-05", "Cache", detail={"changes": {"title": {"from": "Caching", "to": "Cache"}}})
    told = history(proposed(), renamed, directory=directory)
    [verdict] = roster(row(mentor_emails="mentor-0001@mentors.example"), directory=directory).rows
    assert told.rows[0].facts[-1].stream == verdict.facts[-1].stream
    [contact] = [data_of(one) for one in verdict.facts if one.data.TYPE == "person.contact_corrected"]
    assert ("Ann", "mentor-0001@mentors.example", ("email",)) == (
        contact.name,
        contact.email,
        contact.filled_in,
    )
    assert "programme.renamed" in types(verdict)


def test_a_name_and_address_do_not_come_too_early() -> None:
    """The correction of an entry lies after what it corrects, even if the term began before."""
    directory = Directory()
    history(proposed("2022-01-01"), directory=directory)
    [verdict] = roster(row(mentor_emails="mentor-0001@mentors.example"), directory=directory).rows
    [contact] = [one for one in verdict.facts if one.data.TYPE == "person.contact_corrected"]
    assert datetime(2022, 1, 1, 10, tzinfo=UTC) == contact.occurred_at
