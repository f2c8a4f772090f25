"""Headlines of sessions and commitments."""

from __future__ import annotations

from typing import assert_never

from events.subjects.session import (
    CommitmentKept,
    CommitmentReleased,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)
from projections.subjects.session import SessionEvent, minutes_between
from projections.wording.glossary import Glossary, count, day, moment, short, titled


def headline(data: SessionEvent, glossary: Glossary) -> str:
    """One sentence for one event."""
    match data:
        case SessionScheduled():
            glossary.things[data.session_id] = f"planned for {day(data.starts_at.date())}"
            return f"Session planned for {moment(data.starts_at, data.zone)}, {count(data.minutes, 'minute')}"
        case SessionHeld():
            return _held(data, glossary)
        case SessionCancelled():
            return titled(f"{_name(data.session_id, glossary)} cancelled by {glossary.person(data.by)}", data.reason)
        case SessionMissed():
            absent = glossary.persons(data.absent)
            return f"{_name(data.session_id, glossary)} missed: {absent} did not come"
        case SessionCorrected():
            verb = "taken back, it never took place" if data.void else "corrected"
            return titled(f"{_name(data.session_id, glossary)} {verb}", data.reason)
        case CommitmentKept():
            return f"Commitment kept: {glossary.thing(data.commitment_id)}"
        case CommitmentReleased():
            return f"Commitment released: {glossary.thing(data.commitment_id)}"
        case _:
            assert_never(data)


def _held(data: SessionHeld, glossary: Glossary) -> str:
    glossary.things[data.session_id] = f"of {day(data.started_at.date())}"
    glossary.things.update((one.commitment_id, short(one.text)) for one in data.commitments)
    made = f", {count(len(data.commitments), 'commitment')}" if data.commitments else ""
    return f"Session held, {count(minutes_between(data.started_at, data.ended_at), 'minute')}{made}"


def _name(session_id: str, glossary: Glossary) -> str:
    return f"Session {glossary.things.get(session_id, '')}".rstrip()
