"""What may happen to a SMART goal, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from services.decisions.goal import AchieveGoal, DropGoal, ProgressGoal, ReviseGoal, SetGoal
from services.world import Command
from tests.specs.pair import OVER, RUNNING, R
from tests.specs.spec import day, given

SET = GoalSet(goal_id="g1", specific="Land one patch", measurable="merged", due_on=date(2026, 4, 1))


def revise(**fields: object) -> ReviseGoal:
    """A revision of the goal."""
    return ReviseGoal(relationship_id=R, goal_id="g1", **fields)  # type: ignore[arg-type]  # any field of it


def test_a_goal_is_set_with_each_criterion_in_its_own_field() -> None:
    """A set goal is open, at zero percent and keeps its criteria."""
    command = SetGoal(
        relationship_id=R,
        goal_id="g1",
        specific="Land one patch",
        measurable="merged",
        due_on=date(2026, 4, 1),
    )
    goals = given("relationship", RUNNING).when(command).then(SET).goals
    goal = goals.by_id["g1"]
    assert ("open", 0, "merged", date(2026, 4, 1)) == (
        goal.status,
        goal.percent,
        goal.measurable,
        goal.due_on,
    )
    assert (1, 0, 1) == (goals.open, goals.achieved, goals.total)


def test_setting_the_same_goal_again_changes_nothing() -> None:
    """The same id with the same criteria is already so."""
    command = SetGoal(
        relationship_id=R,
        goal_id="g1",
        specific="Land one patch",
        measurable="merged",
        due_on=date(2026, 4, 1),
    )
    given("relationship", RUNNING, SET).when(command).then()


def test_the_id_of_another_goal_is_refused() -> None:
    """An id stands for one goal only."""
    command = SetGoal(relationship_id=R, goal_id="g1", specific="Something else")
    given("relationship", RUNNING, SET).when(command).refused("goal_exists")


def test_a_goal_that_says_nothing_is_refused() -> None:
    """A goal must be specific."""
    command = SetGoal(relationship_id=R, goal_id="g1", specific="  ")
    given("relationship", RUNNING).when(command).refused("goal_not_specific")


def test_a_due_date_that_is_over_is_refused() -> None:
    """A new goal cannot be overdue when it is set."""
    command = SetGoal(relationship_id=R, goal_id="g1", specific="Land it", due_on=date(2026, 2, 27))
    given("relationship", RUNNING).when(command).refused("due_in_past")


def test_a_due_date_counts_from_when_the_goal_was_set() -> None:
    """A goal that is written down late may have a date that is over by now, but not by then."""
    command = SetGoal(
        relationship_id=R,
        goal_id="g1",
        specific="Land it",
        due_on=date(2026, 2, 27),
        occurred_at=day("2026-02-10"),
    )
    event = GoalSet(goal_id="g1", specific="Land it", due_on=date(2026, 2, 27))
    given("relationship", RUNNING).when(command).then(event)


def test_a_date_is_not_past_while_it_is_today_somewhere() -> None:
    """At one in the morning UTC it is still yesterday for people in the west."""
    command = SetGoal(relationship_id=R, goal_id="g1", specific="Land it", due_on=date(2026, 2, 28))
    event = GoalSet(goal_id="g1", specific="Land it", due_on=date(2026, 2, 28))
    given("relationship", RUNNING).when(command, now=day("2026-03-01T01:00:00+00:00")).then(event)


def test_a_revision_records_only_what_changed() -> None:
    """A field that is given but is the same is not part of the event."""
    command = revise(specific="Land one patch", due_on=date(2026, 5, 1), reason="exams")
    event = GoalRevised(goal_id="g1", due_on=date(2026, 5, 1), reason="exams")
    goal = given("relationship", RUNNING, SET).when(command).then(event).goals.by_id["g1"]
    assert ("Land one patch", date(2026, 5, 1), 1, False) == (
        goal.specific,
        goal.due_on,
        goal.revisions,
        goal.corrected,
    )


def test_a_revision_that_changes_nothing_is_already_so() -> None:
    """Revising to the same values makes no event."""
    given("relationship", RUNNING, SET).when(revise(measurable="merged")).then()


def test_a_correction_names_the_event_and_marks_the_goal() -> None:
    """A mistaken criterion is corrected by a new event; the goal says so, and by which version."""
    command = revise(measurable="two merged", corrects=2, reason="typed wrongly")
    event = GoalRevised(goal_id="g1", measurable="two merged", corrects=2, reason="typed wrongly")
    goal = given("relationship", RUNNING, SET).when(command).then(event).goals.by_id["g1"]
    assert ("two merged", True, 3) == (goal.measurable, goal.corrected, goal.corrected_by)


def test_an_ended_goal_is_corrected_but_not_revised() -> None:
    """What was agreed can be set right for ever; changed, only while the goal is open."""
    ended = given("relationship", RUNNING, SET, GoalAchieved(goal_id="g1"))
    ended.when(revise(measurable="two merged")).refused("goal_not_open")
    event = GoalRevised(goal_id="g1", due_on=date(2026, 2, 1), corrects=2, reason="wrong year")
    ended.when(revise(due_on=date(2026, 2, 1), corrects=2, reason="wrong year")).then(event)


def test_a_correction_of_another_event_is_refused() -> None:
    """A correction names a version that set or revised this goal, and the refusal lists them."""
    refusal = given("relationship", RUNNING, SET).when(revise(measurable="x", corrects=1, reason="y"))
    assert [2] == refusal.refused("corrects_nothing").facts["possible"]


def test_a_correction_needs_a_reason() -> None:
    """Nobody corrects silently."""
    given("relationship", RUNNING, SET).when(revise(measurable="x", corrects=2)).refused("reason_required")


def test_progress_is_a_percentage() -> None:
    """0 to 100 is taken, anything else refused."""
    scene = given("relationship", RUNNING, SET)
    command = ProgressGoal(relationship_id=R, goal_id="g1", percent=40)
    assert 40 == scene.when(command).then(GoalProgressed(goal_id="g1", percent=40)).goals.by_id["g1"].percent
    for percent in (-1, 101):
        wrong = ProgressGoal(relationship_id=R, goal_id="g1", percent=percent)
        scene.when(wrong).refused("percent_out_of_range")


def test_the_same_progress_without_a_note_is_already_so() -> None:
    """Saying 40 percent twice is one event, unless there is something to add."""
    scene = given("relationship", RUNNING, SET, GoalProgressed(goal_id="g1", percent=40))
    scene.when(ProgressGoal(relationship_id=R, goal_id="g1", percent=40)).then()
    noted = ProgressGoal(relationship_id=R, goal_id="g1", percent=40, note="blocked by review")
    scene.when(noted).then(GoalProgressed(goal_id="g1", percent=40, note="blocked by review"))


def test_progress_reported_late_does_not_go_back() -> None:
    """The percentage that was true last stands, in whatever order the reports come in."""
    late = (GoalProgressed(goal_id="g1", percent=20), "2026-02-05")
    scene = given("relationship", RUNNING, SET, (GoalProgressed(goal_id="g1", percent=60), "2026-02-10"), late)
    assert 60 == scene.state.goals.by_id["g1"].percent


def test_a_revision_recorded_late_yields_to_a_newer_one() -> None:
    """Each criterion keeps the value that was set last in the world."""
    newer = (GoalRevised(goal_id="g1", measurable="new"), "2026-02-10")
    older = (GoalRevised(goal_id="g1", measurable="old", relevant="for the team"), "2026-02-05")
    goal = given("relationship", RUNNING, SET, newer, older).state.goals.by_id["g1"]
    assert ("new", "for the team", 2) == (goal.measurable, goal.relevant, goal.revisions)


def test_of_two_revisions_of_one_moment_the_later_recorded_stands() -> None:
    """Where the world gives no order, the log does."""
    revisions = [(GoalRevised(goal_id="g1", measurable=text), "2026-02-10") for text in ("first", "second")]
    assert "second" == given("relationship", RUNNING, SET, *revisions).state.goals.by_id["g1"].measurable


def test_a_goal_reached_before_it_was_written_down_is_reached() -> None:
    """The end of a goal always takes the place of open, whenever the goal was written down."""
    facts = ((SET, "2026-02-10"), (GoalAchieved(goal_id="g1"), "2026-02-05"))
    assert "achieved" == given("relationship", RUNNING, *facts).state.goals.by_id["g1"].status


def test_a_goal_is_achieved_once() -> None:
    """A reached goal counts as achieved at 100 percent; saying so again changes nothing."""
    command = AchieveGoal(relationship_id=R, goal_id="g1", evidence="merge request 12")
    event = GoalAchieved(goal_id="g1", evidence="merge request 12")
    goals = given("relationship", RUNNING, SET).when(command).then(event).goals
    assert (0, 1, 100) == (goals.open, goals.achieved, goals.by_id["g1"].percent)
    given("relationship", RUNNING, SET, event).when(command).then()


def test_a_goal_is_dropped_with_a_reason() -> None:
    """Giving up says why, and is final."""
    dropped = GoalDropped(goal_id="g1", reason="out of scope")
    scene = given("relationship", RUNNING, SET)
    assert "dropped" == (
        scene.when(DropGoal(relationship_id=R, goal_id="g1", reason="out of scope"))
        .then(dropped)
        .goals.by_id["g1"]
        .status
    )
    scene.when(DropGoal(relationship_id=R, goal_id="g1", reason=" ")).refused("reason_required")
    ended = given("relationship", RUNNING, SET, dropped)
    ended.when(DropGoal(relationship_id=R, goal_id="g1", reason="again")).then()
    ended.when(AchieveGoal(relationship_id=R, goal_id="g1")).refused("goal_not_open")
    ended.when(ProgressGoal(relationship_id=R, goal_id="g1", percent=1)).refused("goal_not_open")
    given("relationship", RUNNING, SET, GoalAchieved(goal_id="g1")).when(
        DropGoal(relationship_id=R, goal_id="g1", reason="x")
    ).refused("goal_not_open")


COMMANDS: tuple[Command, ...] = (
    revise(measurable="x"),
    ProgressGoal(relationship_id=R, goal_id="g1", percent=1),
    AchieveGoal(relationship_id=R, goal_id="g1"),
    DropGoal(relationship_id=R, goal_id="g1", reason="x"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: type(one).__name__)
def test_an_unknown_goal_is_not_found(command: Command) -> None:
    """A goal of another relationship looks like one that does not exist."""
    given("relationship", RUNNING).when(command).refused("unknown_goal")


@pytest.mark.parametrize(
    "command",
    (SetGoal(relationship_id=R, goal_id="g2", specific="x"), *COMMANDS),
    ids=lambda one: type(one).__name__,
)
def test_goals_belong_to_running_relationships(command: Command) -> None:
    """What is over takes no goal command and says its status; an unknown relationship is not found."""
    refusal = given("relationship", *OVER).when(command).refused("not_active")
    assert "withdrawn" == refusal.facts["status"]
    given("relationship").when(command).refused("unknown_relationship")
