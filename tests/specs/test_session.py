"""What may happen to sessions by the GROW model and their commitments, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from events.subjects.session import (
    Commitment,
    CommitmentKept,
    CommitmentReleased,
    Grow,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)
from services.decisions.commitment import KeepCommitment, ReleaseCommitment
from services.decisions.session import (
    CancelSession,
    CorrectSession,
    HoldSession,
    MarkMissed,
    ScheduleSession,
)
from services.world import Command
from tests.specs.pair import (
    END,
    HELD,
    LATER,
    MENTEE,
    MENTOR,
    OUTSIDER,
    OVER,
    PLAN,
    PROMISE,
    RUNNING,
    START,
    R,
)
from tests.specs.spec import NOW, given


def schedule(**fields: object) -> ScheduleSession:
    """A plan for an hour in two days."""
    usual = {"session_id": "s1", "starts_at": LATER, "minutes": 60, "zone": "Europe/Paris"}
    return ScheduleSession(relationship_id=R, **{**usual, **fields})  # type: ignore[arg-type]  # any field of it


def hold(**fields: object) -> HoldSession:
    """A session of 45 minutes nine days ago."""
    usual = {"session_id": "s1", "started_at": START, "ended_at": END}
    return HoldSession(relationship_id=R, **{**usual, **fields})  # type: ignore[arg-type]  # any field of it


def correct(**fields: object) -> CorrectSession:
    """A correction of the second event of the stream."""
    usual = {"session_id": "s1", "corrects": 2, "reason": "wrong clock"}
    return CorrectSession(relationship_id=R, **{**usual, **fields})  # type: ignore[arg-type]  # any field of it


def test_a_session_is_planned_ahead() -> None:
    """The plan is kept in UTC with the zone in which it was agreed."""
    paris = LATER.astimezone(timezone(timedelta(hours=1)))
    event = SessionScheduled(session_id="s1", starts_at=LATER, minutes=60, zone="Europe/Paris")
    session = given("relationship", RUNNING).when(schedule(starts_at=paris)).then(event).sessions.by_id["s1"]
    assert ("planned", LATER, UTC) == (session.status, session.starts_at, session.starts_at.tzinfo)


def test_planning_the_same_session_again_changes_nothing() -> None:
    """The same id, start and length is already so; another start under the same id is refused."""
    planned = SessionScheduled(session_id="s1", starts_at=LATER, minutes=60, zone="Europe/Paris")
    scene = given("relationship", RUNNING, planned)
    scene.when(schedule()).then()
    scene.when(schedule(minutes=30)).refused("session_exists")


@pytest.mark.parametrize("zone", ("Europe/Nowhere", "", "../etc/passwd", "Europe", "UTC\0"))
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    """Only names of the IANA zone database are taken."""
    given("relationship", RUNNING).when(schedule(zone=zone)).refused("unknown_zone")


@pytest.mark.parametrize("minutes", (4, 0, -5, 1441))
def test_a_length_out_of_range_is_refused(minutes: int) -> None:
    """A session takes five minutes to a day."""
    given("relationship", RUNNING).when(schedule(minutes=minutes)).refused("minutes_out_of_range")


def test_a_plan_for_the_past_is_refused() -> None:
    """What lies behind is held, not planned."""
    given("relationship", RUNNING).when(schedule(starts_at=NOW)).refused("session_in_past")


def test_a_planned_session_is_held_with_notes_and_commitments() -> None:
    """Holding takes the real times, notes and commitments, and counts the minutes."""
    command = hold(notes=Grow(goal="one patch"), commitments=(PROMISE,), mentee_talked=60)
    event = SessionHeld(
        session_id="s1",
        started_at=START,
        ended_at=END,
        notes=Grow(goal="one patch"),
        commitments=(PROMISE,),
        mentee_talked=60,
    )
    sessions = given("relationship", RUNNING, PLAN).when(command).then(event).sessions
    session = sessions.by_id["s1"]
    assert ("held", 45, True, "video") == (session.status, session.minutes, session.notes, session.channel)
    assert (1, 45, START, 1) == (
        sessions.held,
        sessions.minutes_held,
        sessions.last_held_at,
        sessions.commitments_open,
    )


def test_a_session_happened_when_it_ended() -> None:
    """However late it is written down, the session counts from its own end."""
    assert END == hold().occurred_at


def test_a_session_need_not_have_been_planned() -> None:
    """An unplanned session is held under a new id; writing it down again changes nothing."""
    event = SessionHeld(session_id="s1", started_at=START, ended_at=END)
    given("relationship", RUNNING).when(hold()).then(event)
    given("relationship", RUNNING, event).when(hold()).then()


def test_a_session_held_earlier_than_its_plan_was_written_is_held() -> None:
    """The end of a session always takes the place of its plan, whenever the plan was made."""
    planned_later = (PLAN, NOW - timedelta(days=1))
    assert "held" == given("relationship", RUNNING, planned_later).when(hold()).state.sessions.by_id["s1"].status


def test_a_session_written_down_differently_is_refused() -> None:
    """A held session is not written over but corrected."""
    command = hold(ended_at=END + timedelta(minutes=5))
    given("relationship", RUNNING, HELD).when(command).refused("session_already_held")


@pytest.mark.parametrize(
    ("code", "fields"),
    (
        ("session_in_future", {"started_at": NOW, "ended_at": NOW + timedelta(minutes=1)}),
        ("ends_before_start", {"started_at": END, "ended_at": START}),
        ("ends_before_start", {"started_at": START, "ended_at": START}),
        ("session_too_long", {"started_at": START, "ended_at": START + timedelta(hours=24, minutes=1)}),
        ("percent_out_of_range", {"mentee_talked": 101}),
        ("percent_out_of_range", {"mentee_talked": -1}),
        ("commitment_exists", {"commitments": (PROMISE, PROMISE)}),
    ),
)
def test_impossible_sessions_are_refused(code: str, fields: dict[str, object]) -> None:
    """Times, percentages and ids that cannot be are refused, each under its own code."""
    given("relationship", RUNNING).when(hold(**fields)).refused(code)


def test_a_session_may_last_a_whole_day() -> None:
    """Twenty-four hours are the longest."""
    command = hold(ended_at=START + timedelta(hours=24))
    assert 24 * 60 == given("relationship", RUNNING).when(command).state.sessions.minutes_held


@pytest.mark.parametrize(
    ("code", "owner", "text", "due_on"),
    (
        ("not_in_relationship", OUTSIDER, "Read", date(2026, 3, 1)),
        ("commitment_empty", MENTEE, " ", date(2026, 3, 1)),
        ("due_before_session", MENTEE, "Read", date(2026, 2, 18)),
    ),
)
def test_impossible_commitments_are_refused(code: str, owner: str, text: str, due_on: date) -> None:
    """A commitment has an owner of the pair, says something, and is not due before its session."""
    one = Commitment(commitment_id="c2", owner=owner, text=text, due_on=due_on)
    given("relationship", RUNNING).when(hold(commitments=(one,))).refused(code)


def test_a_commitment_id_is_used_once() -> None:
    """The id of an earlier session's commitment is refused."""
    command = hold(session_id="s2", commitments=(PROMISE,))
    given("relationship", RUNNING, HELD).when(command).refused("commitment_exists")


def test_a_planned_session_is_cancelled_by_one_of_the_pair() -> None:
    """A cancelled session is not held later, and cancelling twice is one event."""
    cancelled = SessionCancelled(session_id="s1", by=MENTOR, reason="ill")
    command = CancelSession(relationship_id=R, session_id="s1", by=MENTOR, reason="ill")
    scene = given("relationship", RUNNING, PLAN)
    assert "cancelled" == scene.when(command).then(cancelled).sessions.by_id["s1"].status
    scene.when(CancelSession(relationship_id=R, session_id="s1", by=OUTSIDER)).refused("not_in_relationship")
    ended = given("relationship", RUNNING, PLAN, cancelled)
    ended.when(command).then()
    assert "cancelled" == ended.when(hold()).refused("session_not_planned").facts["status"]


def test_a_missed_session_names_who_did_not_come() -> None:
    """Somebody of the pair did not come, and the session had begun."""
    missed = SessionMissed(session_id="s1", absent=(MENTEE,))
    command = MarkMissed(relationship_id=R, session_id="s1", absent=(MENTEE,))
    scene = given("relationship", RUNNING, PLAN)
    session = scene.when(command).then(missed).sessions.by_id["s1"]
    assert ("missed", (MENTEE,)) == (session.status, session.absent)
    given("relationship", RUNNING, PLAN, missed).when(command).then()
    scene.when(MarkMissed(relationship_id=R, session_id="s1", absent=())).refused("nobody_absent")
    scene.when(MarkMissed(relationship_id=R, session_id="s1", absent=(OUTSIDER,))).refused("not_in_relationship")
    ahead = SessionScheduled(session_id="s1", starts_at=LATER, minutes=60)
    given("relationship", RUNNING, ahead).when(command).refused("session_in_future")
    given("relationship", RUNNING, HELD).when(command).refused("session_not_planned")


def test_a_correction_shows_the_right_value_and_that_it_was_corrected() -> None:
    """The state takes the right times, and names the version of the correction."""
    start = START + timedelta(minutes=15)
    event = SessionCorrected(session_id="s1", corrects=2, reason="wrong clock", started_at=start)
    sessions = given("relationship", RUNNING, HELD).when(correct(started_at=start)).then(event).sessions
    session = sessions.by_id["s1"]
    assert (start, 30, True, 3) == (
        session.starts_at,
        session.minutes,
        session.corrected,
        session.corrected_by,
    )
    assert 30 == sessions.minutes_held


def test_a_correction_can_be_corrected_in_turn() -> None:
    """The version of an earlier correction of the same session may be named."""
    first = SessionCorrected(session_id="s1", corrects=2, reason="x", mentee_talked=10)
    command = correct(corrects=3, mentee_talked=20)
    session = given("relationship", RUNNING, HELD, first).when(command).state.sessions.by_id["s1"]
    assert (20, 4) == (session.mentee_talked, session.corrected_by)


def test_correcting_to_what_is_already_so_changes_nothing() -> None:
    """The same times and percentage make no event; notes always do, for the state does not hold them."""
    scene = given("relationship", RUNNING, HELD)
    scene.when(correct(started_at=START, ended_at=END, mentee_talked=60)).then()
    scene.when(correct(notes=Grow())).then(
        SessionCorrected(session_id="s1", corrects=2, reason="wrong clock", notes=Grow())
    )


def test_a_session_that_never_took_place_counts_nowhere() -> None:
    """A void session takes its minutes and its commitments with it, and stays void."""
    void = SessionCorrected(session_id="s1", corrects=2, reason="wrong pair", void=True)
    sessions = given("relationship", RUNNING, HELD).when(correct(reason="wrong pair", void=True)).then(void).sessions
    assert (0, 0, None, 0) == (
        sessions.held,
        sessions.minutes_held,
        sessions.last_held_at,
        sessions.commitments_open,
    )
    scene = given("relationship", RUNNING, HELD, void)
    scene.when(correct(mentee_talked=1)).refused("session_void")
    scene.when(hold()).refused("session_not_planned")
    scene.when(KeepCommitment(relationship_id=R, commitment_id="c1")).refused("commitment_settled")


@pytest.mark.parametrize(
    ("code", "fields"),
    (
        ("corrects_nothing", {"corrects": 1, "void": True}),
        ("reason_required", {"reason": "", "void": True}),
        ("nothing_to_correct", {}),
        ("percent_out_of_range", {"mentee_talked": 200}),
        ("ends_before_start", {"ended_at": START - timedelta(minutes=1)}),
        ("session_too_long", {"started_at": START - timedelta(days=2)}),
        ("session_in_future", {"started_at": NOW - timedelta(hours=1), "ended_at": NOW + timedelta(hours=1)}),
    ),
)
def test_impossible_corrections_are_refused(code: str, fields: dict[str, object]) -> None:
    """A correction names an event of the session, says why, and comes to a possible session."""
    given("relationship", RUNNING, HELD).when(correct(**fields)).refused(code)


def test_a_plan_has_no_values_to_correct() -> None:
    """A session that was not held can only be taken back."""
    scene = given("relationship", RUNNING, PLAN)
    scene.when(correct(mentee_talked=10)).refused("session_not_held")
    void = SessionCorrected(session_id="s1", corrects=2, reason="wrong clock", void=True)
    assert "void" == scene.when(correct(void=True)).then(void).sessions.by_id["s1"].status


def test_a_commitment_is_kept_or_released_once() -> None:
    """Either end is final, said twice it is one event, and letting off needs a reason."""
    keep = KeepCommitment(relationship_id=R, commitment_id="c1", note="done")
    release = ReleaseCommitment(relationship_id=R, commitment_id="c1", reason="not needed")
    kept = CommitmentKept(commitment_id="c1", note="done")
    released = CommitmentReleased(commitment_id="c1", reason="not needed")
    scene = given("relationship", RUNNING, HELD)
    assert "kept" == scene.when(keep).then(kept).sessions.commitments["c1"].status
    assert "released" == scene.when(release).then(released).sessions.commitments["c1"].status
    scene.when(ReleaseCommitment(relationship_id=R, commitment_id="c1", reason="")).refused("reason_required")
    given("relationship", RUNNING, HELD, kept).when(keep).then()
    given("relationship", RUNNING, HELD, released).when(release).then()
    given("relationship", RUNNING, HELD, kept).when(release).refused("commitment_settled")


UNKNOWN: tuple[tuple[str, Command], ...] = (
    ("unknown_session", CancelSession(relationship_id=R, session_id="s9", by=MENTOR)),
    ("unknown_session", MarkMissed(relationship_id=R, session_id="s9", absent=(MENTOR,))),
    ("unknown_session", correct(session_id="s9")),
    ("unknown_commitment", KeepCommitment(relationship_id=R, commitment_id="c9")),
    ("unknown_commitment", ReleaseCommitment(relationship_id=R, commitment_id="c9", reason="x")),
)


@pytest.mark.parametrize(("code", "command"), UNKNOWN, ids=lambda one: type(one).__name__)
def test_unknown_sessions_and_commitments_are_not_found(code: str, command: Command) -> None:
    """What belongs to another relationship looks like what does not exist."""
    given("relationship", RUNNING, HELD).when(command).refused(code)


@pytest.mark.parametrize(
    "command", (schedule(), hold(), *(one for _, one in UNKNOWN)), ids=lambda one: type(one).__name__
)
def test_sessions_belong_to_running_relationships(command: Command) -> None:
    """What is over takes no session command, and the refusal says the status."""
    refusal = given("relationship", *OVER).when(command).refused("not_active")
    assert "withdrawn" == refusal.facts["status"]


def test_an_end_recorded_late_yields_to_a_later_one() -> None:
    """Of two ends of a session the one that happened last stands, in whatever order they are recorded."""
    late = (SessionCancelled(session_id="s1", by=MENTOR), datetime(2026, 2, 1, tzinfo=UTC))
    scene = given("relationship", RUNNING, PLAN, (HELD, END), late)
    assert "held" == scene.state.sessions.by_id["s1"].status


def test_nothing_revives_a_void_session() -> None:
    """Facts that arrive after the session was taken back leave it and its commitments void."""
    void = SessionCorrected(session_id="s1", corrects=2, reason="x", void=True)
    facts = (HELD, void, SessionMissed(session_id="s1", absent=(MENTEE,)), CommitmentKept(commitment_id="c1"))
    sessions = given("relationship", RUNNING, *facts).state.sessions
    assert ("void", "void") == (sessions.by_id["s1"].status, sessions.commitments["c1"].status)
