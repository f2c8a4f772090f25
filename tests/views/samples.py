"""One event of each type that a timeline can meet, with the sentence that says it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from events.event import Event
from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone, Undone
from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Change,
    Closed,
    Declined,
    LinkChanged,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Reinstated,
    Revised,
    SeparationProposed,
    StageChanged,
    Withdrawn,
)
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from events.subjects.session import (
    CommitmentKept,
    CommitmentReleased,
    SessionCancelled,
    SessionCorrected,
    SessionMissed,
)
from tests.specs.pair import HELD, MENTEE, MENTOR, PLAN, RUNNING, P, R

_DUE = datetime(2026, 2, 28, 9, tzinfo=UTC)

_LIFE: tuple[tuple[Event, str], ...] = (
    (
        Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), title="Parser"),
        "Proposed: Parser",
    ),
    (RUNNING, "Taken over from the organisation's records: Teach the parser to recover"),
    (Accepted(relationship_id=R, programme_id=P), "Accepted"),
    (Accepted(relationship_id=R, programme_id=P, person=MENTEE), "Accepted by Bo"),
    (Declined(person=MENTEE, reason="no time"), "Declined by Bo: no time"),
    (AcceptanceUndone(), "Acceptance taken back, the proposal stands again"),
    (MentorJoined(person=MENTOR), "Ada joined as mentor"),
    (MentorLeft(person=MENTOR), "Ada left as mentor"),
    (MenteeJoined(person=MENTEE), "Bo joined as mentee"),
    (
        Revised(changes=(Change(field="title", to="x"), Change(field="sub_unit", to="y")), minor=True),
        "Description revised: title and sub unit (small change)",
    ),
    (Revised(changes=(Change(field="title", to="x"),), revert=True), "Description set back: title"),
    (
        LinkChanged(link="issue", added=("a", "b"), removed=("c",)),
        "Links (issue): 2 addresses added and 1 address removed",
    ),
    (
        Moved(relationship_id=R, programme_id=P, from_programme=P, to_status="proposed"),
        "Moved from another programme, now proposed",
    ),
    (Withdrawn(was="active", person=MENTEE, reason="exams"), "Withdrawn by Bo: exams"),
    (Withdrawn(was="active"), "Withdrawn"),
    (Reinstated(to="active"), "Reinstated, now active"),
    (
        StageChanged(was="initiation", to="cultivation", reason="ready"),
        "Stage changed from initiation to cultivation",
    ),
    (SeparationProposed(side="mentor", reason="goals met"), "The mentor side proposes to part: goals met"),
    (Closed(outcome="no_fault_exit"), "Closed, no fault exit"),
)

_WORK: tuple[tuple[Event, str], ...] = (
    (FitAssessed(person=MENTEE, side="mentee", fits=True), "Bo (mentee) sees a good fit"),
    (FitAssessed(person=MENTOR, side="mentor", fits=False), "Ada (mentor) sees no good fit"),
    (AgreementMade(cadence_days=14), "Terms agreed: a session every 14 days"),
    (GoalSet(goal_id="g1", specific="Land one patch"), "Goal set: Land one patch"),
    (
        GoalRevised(goal_id="g1", measurable="merged", due_on=date(2026, 4, 1)),
        "Goal revised (measurable and due): (g1)",
    ),
    (GoalRevised(goal_id="g1", specific="Two", corrects=9), "Goal corrected (specific): Two"),
    (GoalProgressed(goal_id="g1", percent=40), "Goal at 40 percent: (g1)"),
    (GoalAchieved(goal_id="g1"), "Goal reached: (g1)"),
    (GoalDropped(goal_id="g1", reason="x"), "Goal given up: (g1)"),
    (PLAN, "Session planned for 20 February 2026, 15:00 (Europe/Paris), 60 minutes"),
    (HELD, "Session held, 45 minutes, 1 commitment"),
    (SessionCancelled(session_id="s1", by=MENTOR, reason="ill"), "Session cancelled by Ada: ill"),
    (SessionMissed(session_id="s1", absent=(MENTOR, MENTEE)), "Session missed: Ada and Bo did not come"),
    (SessionCorrected(session_id="s1", corrects=9, reason="wrong clock"), "Session corrected: wrong clock"),
    (CommitmentKept(commitment_id="c1"), "Commitment kept: (c1)"),
    (CommitmentReleased(commitment_id="c1", reason="x"), "Commitment released: (c1)"),
    (
        FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="challenge", text="x"),
        "Ada gave Bo a challenge",
    ),
    (FeedbackAcknowledged(feedback_id="f1"), "Feedback (f1) acknowledged"),
    (
        FeedbackCorrected(feedback_id="f1", corrects=9, reason="typo", text="x"),
        "Feedback (f1) rewritten: typo",
    ),
    (
        FeedbackCorrected(feedback_id="f1", corrects=9, reason="rash", void=True),
        "Feedback (f1) taken back: rash",
    ),
)

_SYSTEM: tuple[tuple[Event, str], ...] = (
    (
        ReminderSent(cause_key="k", sort="no_session", due_at=_DUE, to=(MENTOR, MENTEE), message_ids=("m",)),
        "Reminder sent to Ada and Bo: no session within the agreed time",
    ),
    (
        ReminderSuppressed(cause_key="k", sort="goal_overdue", due_at=_DUE, reason="weekly cap"),
        "Reminder held back (weekly cap): a goal is past its date",
    ),
    (
        ReminderFailed(cause_key="k", sort="commitment_overdue", due_at=_DUE, outcome="failed", reason="no mail"),
        "Reminder failed (no mail): a commitment is overdue",
    ),
    (
        ReminderFailed(cause_key="k", sort="feedback_unanswered", due_at=_DUE, outcome="unknown", reason="cut off"),
        "Reminder may or may not have gone out (cut off): feedback waits for an answer",
    ),
    (
        BatchStarted(
            batch_id="b",
            source="roster.csv",
            format="roster",
            sha256="00",
            planned_at=1,
            rows=3,
            importable=2,
            refused=1,
        ),
        "Import of roster.csv begun: 2 rows taken, 1 refused",
    ),
    (BatchFinished(events=1), "Import finished: 1 event"),
    (BatchUndone(reason="wrong file", streams=2), "Import taken back in 2 records: wrong file"),
    (Undone(batch_id="b"), "Import taken back here"),
)

SAMPLES = (*_LIFE, *_WORK, *_SYSTEM)
