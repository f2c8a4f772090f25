"""The audit makes every stored view again at the view's own position; who follows the log meanwhile alarms nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import LiteralString

import pytest

from events.subjects.goal import GoalProgressed, GoalSet
from events.subjects.programme import Policy, PolicyRevised
from projections.auditing import Audit, audit
from projections.auditing_views import AHEAD, PARKED, ROW, STATE
from projections.rebuild import rebuild, rollback
from projections.views.stored import STORED
from services.pipeline import Fact
from tests.conftest import Database
from tests.core import Whole, whole
from tests.events.rows import change, rows
from tests.projections.following import follow
from tests.services.samples import Organisation

VIEWS = tuple(view.name for view in STORED)


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


@pytest.fixture
def organisation(everything: Whole) -> Organisation:
    """Two relationships with rows in every view, which are up to date."""
    made = Organisation(everything, everything.organisation())
    for _ in range(2):
        tell(made, made.running())
    everything.views.catch_up(made.org)
    return made


def tell(organisation: Organisation, relationship: str, *, goals: int = 2) -> None:
    """Set goals that are on somebody's agenda and fall due."""
    for number in range(goals):
        goal = GoalSet(goal_id=f"goal-{number}", specific="Talk", due_on=date(2026, 5, 1))
        record(organisation, f"relationship-{relationship}", goal)


def record(organisation: Organisation, stream: str, data: GoalSet | GoalProgressed | PolicyRevised) -> None:
    fact = Fact(stream=stream, data=data, occurred_at=datetime.now(UTC))
    organisation.whole.pipeline.record(organisation.org, [fact], actor="token:test")


def audited(organisation: Organisation) -> Audit:
    return audit(organisation.whole.engine, organisation.org, ())


def found(organisation: Organisation) -> list[tuple[str, str]]:
    return [(one.code, one.sentence) for one in audited(organisation).findings]


def streams(organisation: Organisation, database: Database) -> list[str]:
    """The relationships."""
    query: LiteralString = (
        "SELECT DISTINCT stream FROM events WHERE starts_with(stream, 'relationship-') ORDER BY stream"
    )
    return [name for (name,) in rows(database.owner_url, organisation.org, query)]


def end(organisation: Organisation) -> int:
    return organisation.whole.log.size(organisation.org) - 1


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("statement", "said"),
    (
        ("UPDATE view_rows SET body = body || ' ' WHERE view = %s AND stream = %s AND ordinal = 0", "(body)"),
        ("UPDATE view_rows SET scope = 'x' WHERE view = %s AND stream = %s AND ordinal = 0", "(scope)"),
        ("UPDATE view_rows SET person = 'x' WHERE view = %s AND stream = %s AND ordinal = 0", "(person)"),
        (
            "UPDATE view_rows SET at = now() - interval '9 years' WHERE view = %s AND stream = %s AND ordinal = 0",
            "(at)",
        ),
        ("DELETE FROM view_rows WHERE view = %s AND stream = %s AND ordinal = 0", "lacks row 0 of"),
        (
            (
                "INSERT INTO view_rows SELECT org_id, view, build, stream, 99, scope, person, at, body FROM view_rows "
                "WHERE view = %s AND stream = %s AND ordinal = 0"
            ),
            "has a row 99 of",
        ),
    ),
)
def test_a_row_that_its_events_do_not_come_to_is_found(
    organisation: Organisation, module_database: Database, view: str, statement: LiteralString, said: str
) -> None:
    """One row changed, taken away or added: one finding, that names view, stream and position."""
    assert [] == found(organisation)
    stream = streams(organisation, module_database)[1]
    assert 1 == change(module_database.owner_url, organisation.org, statement, view, stream)
    ((code, sentence),) = found(organisation)
    assert ROW == code
    assert sentence.startswith(f"The view {view}, at position {end(organisation)}, ")
    assert stream in sentence and said in sentence


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("stream", ("relationship-00000000", "aaa", "zzz"))
def test_rows_of_a_stream_that_is_not_in_the_log_are_found(
    organisation: Organisation, module_database: Database, view: str, stream: str
) -> None:
    """Wherever its name stands among the others."""
    statement: LiteralString = (
        "INSERT INTO view_rows SELECT org_id, view, build, %s, ordinal, scope, person, at, body FROM view_rows "
        "WHERE view = %s AND stream = %s"
    )
    copied = streams(organisation, module_database)[0]
    assert 0 < change(module_database.owner_url, organisation.org, statement, stream, view, copied)
    ((code, sentence),) = found(organisation)
    assert ROW == code
    assert f"of {stream}," in sentence and f"view {view}," in sentence


@pytest.mark.parametrize(
    ("statement", "said"),
    (
        ("DELETE FROM live_claims WHERE stream = %s", "The claims kept of"),
        (
            "INSERT INTO live_claims SELECT org_id, build, 'seat:x', stream FROM live_states WHERE stream = %s",
            "The claims kept of",
        ),
        ("UPDATE live_states SET status = 'over' WHERE stream = %s", "(status)"),
        ("UPDATE live_states SET members = ARRAY['x'] WHERE stream = %s", "(members)"),
        ("DELETE FROM live_states WHERE stream = %s", "No state is kept of"),
    ),
)
def test_states_and_claims_are_those_of_the_events(
    organisation: Organisation, module_database: Database, statement: LiteralString, said: str
) -> None:
    """A claim taken away or added could give a mentor one mentee too many."""
    stream = streams(organisation, module_database)[0]
    assert 0 < change(module_database.owner_url, organisation.org, statement, stream)
    ((code, sentence),) = found(organisation)
    assert (STATE, True, True) == (code, stream in sentence, said in sentence)


def test_a_state_of_nothing_is_found(organisation: Organisation, module_database: Database) -> None:
    """Of a stream without an event neither state nor claim is kept."""
    statement: LiteralString = "INSERT INTO live_claims SELECT org_id, live_build, 'seat:x', 'zzz' FROM log_heads"
    change(module_database.owner_url, organisation.org, statement)
    ((code, sentence),) = found(organisation)
    assert (STATE, True) == (code, "zzz" in sentence)


def test_a_view_that_is_behind_is_no_fault(organisation: Organisation, module_database: Database) -> None:
    """Its rows are right for the position that it has; a row that is wrong there is found all the same."""
    behind = end(organisation)
    (first, second) = streams(organisation, module_database)
    record(organisation, first, GoalProgressed(goal_id="goal-0", percent=50))
    tell(organisation, organisation.running())
    assert [] == found(organisation)
    change(module_database.owner_url, organisation.org, "DELETE FROM view_rows WHERE stream = %s", second)
    assert {ROW} == {code for code, _ in found(organisation)}
    assert all(f"at position {behind}," in sentence for _, sentence in found(organisation))


def test_rows_in_a_frame_that_is_ahead_of_the_view_are_no_fault(
    organisation: Organisation, module_database: Database
) -> None:
    """Rules that came after a view's position may be in its rows already, or not yet; others may not."""
    url = module_database.owner_url
    ((programme,), *_) = rows(url, organisation.org, "SELECT DISTINCT scope FROM view_rows WHERE view = 'due'")
    heads = rows(url, organisation.org, "SELECT view, position FROM view_heads")
    record(organisation, f"programme-{programme}", PolicyRevised(policy=Policy(cadence_days=3)))
    assert [] == found(organisation)
    organisation.whole.views.catch_up(organisation.org)
    assert [] == found(organisation)
    for view, position in heads:
        change(url, organisation.org, "UPDATE view_heads SET position = %s WHERE view = %s", position, view)
    assert [] == found(organisation)
    change(url, organisation.org, "UPDATE view_rows SET at = at + interval '1 day' WHERE view = 'due'")
    assert {ROW} == {code for code, _ in found(organisation)}


@pytest.mark.parametrize("view", VIEWS)
def test_a_build_that_was_gone_back_to_follows_the_present_rules(
    organisation: Organisation, module_database: Database, view: str
) -> None:
    """Rules that changed between two builds are in the rows of the one that counts."""
    programmes = rows(module_database.owner_url, organisation.org, "SELECT DISTINCT scope FROM view_rows")
    rebuild(organisation.whole.engine, organisation.org, view)
    for (programme,) in programmes:
        record(organisation, f"programme-{programme}", PolicyRevised(policy=Policy(cadence_days=3)))
    organisation.whole.views.catch_up(organisation.org)
    rollback(organisation.whole.engine, organisation.org, view)
    assert [] == found(organisation)


def test_a_view_that_says_more_than_the_log_has_is_found(organisation: Organisation, module_database: Database) -> None:
    """It was made of records that are gone."""
    change(module_database.owner_url, organisation.org, "UPDATE view_heads SET position = 999 WHERE view = 'due'")
    ((code, sentence),) = found(organisation)
    assert (AHEAD, True) == (code, f"due is at position 999, the log ends at position {end(organisation)}" in sentence)


def test_a_parked_stream_is_told(organisation: Organisation, module_database: Database) -> None:
    """With view, stream, position and error; its rows, which are old, are no finding of their own."""
    stream = streams(organisation, module_database)[0]
    statement: LiteralString = (
        "INSERT INTO parked SELECT org_id, 'agenda', %s, 3, 'ValueError', 2, now() FROM log_heads"
    )
    change(module_database.owner_url, organisation.org, statement, stream)
    change(
        module_database.owner_url,
        organisation.org,
        "DELETE FROM view_rows WHERE view = 'agenda' AND stream = %s",
        stream,
    )
    ((code, sentence),) = found(organisation)
    assert PARKED == code
    assert f"agenda has parked {stream} at position 3 (ValueError, tried 2 times)" in sentence


def test_who_follows_the_log_meanwhile_raises_no_alarm(organisation: Organisation, module_database: Database) -> None:
    """Another process takes in what is appended while the log is audited again and again."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=follow, args=(module_database.service_url, organisation.org, theirs))
    process.start()
    theirs.close()
    try:
        assert ours.recv() is None
        for _ in range(12):
            tell(organisation, organisation.running(), goals=1)
            assert [] == found(organisation)
        ours.send("enough")
        taken: int = ours.recv()
    finally:
        ours.close()
        process.join(30)
    assert taken > 0
