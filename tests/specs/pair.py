"""One pair for the specifications: one mentor and one mentee, running for a month at NOW."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from events.subjects.relationship import Registered, Withdrawn
from events.subjects.session import Commitment, SessionHeld, SessionScheduled
from tests.specs.spec import NOW

R = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c01"
P = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c02"
MENTOR = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c03"
MENTEE = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c04"
OUTSIDER = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c05"

RUNNING = Registered(
    relationship_id=R,
    programme_id=P,
    mentors=(MENTOR,),
    mentees=(MENTEE,),
    title="Teach the parser to recover",
    starts_on=date(2026, 1, 30),
)
OVER = (RUNNING, Withdrawn(was="active", reason="moved on"))

START = datetime(2026, 2, 20, 14, tzinfo=UTC)
END = START + timedelta(minutes=45)
LATER = NOW + timedelta(days=2)

PLAN = SessionScheduled(session_id="s1", starts_at=START, minutes=60, zone="Europe/Paris", channel="video")
PROMISE = Commitment(commitment_id="c1", owner=MENTEE, text="Write the failing test", due_on=date(2026, 2, 27))
HELD = SessionHeld(session_id="s1", started_at=START, ended_at=END, commitments=(PROMISE,), mentee_talked=60)
