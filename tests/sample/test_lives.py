"""Simulated lives: the same for a seed, possible in themselves, and of every sort."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from events.subjects.feedback import FeedbackGiven
from events.subjects.person import PersonRegistered
from events.subjects.relationship import Proposed
from events.subjects.session import SessionCorrected, SessionHeld
from projections.views.due import due_items
from projections.views.frame import frame_of
from services.pipeline import Fact
from services.sample.diary import Late
from services.sample.lives import lives
from services.sample.plots import PLOTS
from tests.sample.folded import by_stream, state_of

NOW = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)
STATUSES = {"proposed", "active", "declined", "withdrawn", "closed"}
OUTCOMES = {"completed", "ended_early", "no_fault_exit", "not_started"}


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    """The sample's forty lives."""
    return list(lives(7, len(PLOTS), NOW))


@pytest.fixture(scope="module")
def states(facts: list[Fact]) -> dict[str, Any]:
    """What every stream comes to."""
    return {stream: state_of(stream, told) for stream, told in by_stream(facts).items()}


def relationships(states: dict[str, Any]) -> list[Any]:
    """The states of the relationships."""
    return [state for stream, state in states.items() if stream.startswith("relationship-")]


def test_same_seed_same_lives(facts: list[Fact]) -> None:
    """Every id, moment and word follows from the seed and the moment; another seed tells other lives."""
    assert facts == list(lives(7, len(PLOTS), NOW))
    assert {fact.stream for fact in facts}.isdisjoint(fact.stream for fact in lives(8, len(PLOTS), NOW))


@pytest.mark.parametrize("seed", (1, 7, 99))
def test_lives_are_told_in_order_and_are_over_today(seed: int) -> None:
    """Within a stream time goes back once at most, to what was written down late; nothing lies in the future."""
    for told in by_stream(lives(seed, 80, NOW)).values():
        order = [(isinstance(fact, Late), fact.occurred_at) for fact in told]
        assert sorted(order) == order
        assert max(fact.occurred_at for fact in told) <= NOW


def test_some_facts_come_late_and_count_nevertheless(facts: list[Fact], states: dict[str, Any]) -> None:
    """Some sessions, feedback and all corrections are written down last, and are in the state as if on time."""
    late = [fact for fact in facts if isinstance(fact, Late)]
    assert {SessionHeld, SessionCorrected, FeedbackGiven} <= {type(fact.data) for fact in late}
    assert not any(isinstance(fact.data, SessionCorrected) for fact in facts if fact not in late)
    for stream in {fact.stream for fact in late}:
        told = [fact.data for fact in facts if fact.stream == stream]
        void = sum(isinstance(data, SessionCorrected) and bool(data.void) for data in told)
        assert states[stream].sessions.held == sum(isinstance(data, SessionHeld) for data in told) - void
        given = {data.feedback_id for data in told if isinstance(data, FeedbackGiven)}
        assert given == set(states[stream].feedback.by_id)


def test_every_status_stage_and_outcome_is_there(states: dict[str, Any]) -> None:
    """A newcomer finds each sort of relationship, goal, session and commitment in the sample."""
    found = relationships(states)
    assert {(one.status, one.stage) for one in found if one.status == "active"} == {
        ("active", stage) for stage in ("initiation", "cultivation", "separation")
    }
    assert {one.status for one in found} == STATUSES
    assert {one.outcome for one in found if one.outcome} == OUTCOMES
    assert {goal.status for one in found for goal in one.goals.by_id.values()} == {"open", "achieved", "dropped"}
    sessions = {session.status for one in found for session in one.sessions.by_id.values()}
    assert sessions == {"planned", "held", "cancelled", "missed", "void"}
    pledges = {pledge.status for one in found for pledge in one.sessions.commitments.values()}
    assert {"open", "kept", "released"} <= pledges


def test_people_swap_join_and_come_back(facts: list[Fact], states: dict[str, Any]) -> None:
    """Mentors are replaced and join, proposals wait for mentees, the withdrawn are reinstated."""
    types = {type(fact.data).__name__ for fact in facts}
    assert {"MentorLeft", "MentorJoined", "MenteeJoined", "Reinstated"} <= types
    assert any(len(one.mentors) > 1 for one in relationships(states))


def test_corrections_name_what_they_correct(facts: list[Fact]) -> None:
    """The version that a correction names is that of the session's own event."""
    corrections = 0
    for told in by_stream(facts, "relationship").values():
        for data in (fact.data for fact in told):
            if isinstance(data, SessionCorrected):
                held = told[data.corrects - 1].data
                assert isinstance(held, SessionHeld)
                assert data.session_id == held.session_id
                corrections += 1
    assert corrections > 1


def test_a_handful_of_reminders_is_due(states: dict[str, Any]) -> None:
    """Something of each sort is late today, in few relationships; the others keep their dates."""
    due: Counter[str] = Counter()
    late = 0
    for one in relationships(states):
        found = due_items(one, NOW, frame_of(states[f"programme-{one.programme_id}"]))
        sorts = [item.sort for item in found if item.due_at <= NOW]
        due.update(sorts)
        late += bool(sorts)
    assert {"no_session", "commitment_overdue", "goal_overdue", "feedback_unanswered"} == set(due)
    assert 4 <= late <= 8
    assert due.total() <= 20


def test_nobody_is_real(facts: list[Fact]) -> None:
    """Whatever can be called simulated is, and addresses are of a domain that nobody has."""
    people = [fact.data for fact in facts if isinstance(fact.data, PersonRegistered)]
    assert all(one.simulated and str(one.email).endswith(".example") for one in people)
    assert all(fact.data.simulated for fact in facts if isinstance(fact.data, Proposed))
    assert len(people) == len({one.email for one in people})


def test_people_have_a_place_before_they_are_proposed(facts: list[Fact], states: dict[str, Any]) -> None:
    """Whoever is in a relationship was enrolled in its programme, in that role, before it began."""
    places = {
        (state.programme_id, state.role, state.person_id): told[0].occurred_at
        for stream, told in by_stream(facts, "enrolment").items()
        for state in (states[stream],)
    }
    for stream, told in by_stream(facts, "relationship").items():
        state = states[stream]
        for member in state.members:
            assert places[state.programme_id, member.role, member.person] < told[0].occurred_at


def test_any_number_is_streamed() -> None:
    """The first facts come without waiting for the last; lengths are those of real lives."""
    endless: Iterator[Fact] = lives(3, 10**9, NOW)
    assert len(list(islice(endless, 5_000))) == 5_000
    lengths = [len(told) for told in by_stream(lives(3, 120, NOW), "relationship").values()]
    assert len(lengths) == 120
    assert 20 <= sum(lengths) / len(lengths) <= 50
    assert max(lengths) < 110


def test_many_relationships_come_in_groups_of_programmes() -> None:
    """After a thousand relationships new programmes begin, and say in their names that they are another group."""
    facts = lives(3, 1_001, NOW + timedelta(days=1))
    names = [fact.data.name for fact in facts if type(fact.data).__name__ == "ProgrammeCreated"]  # type: ignore[attr-defined]  # only those have it
    assert len(names) == 6
    assert names[-1] == "School leavers, group 2"
