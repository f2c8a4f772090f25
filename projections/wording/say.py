"""The headline of any event that a timeline can meet."""

from __future__ import annotations

from typing import assert_never

from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone, Undone
from projections.subjects.feedback import FeedbackEvent
from projections.subjects.goal import GoalEvent
from projections.subjects.reminder import ReminderEvent
from projections.subjects.session import SessionEvent
from projections.wording import agreement, batch, feedback, goal, relationship, reminder, session
from projections.wording.glossary import Glossary

BatchEvent = BatchStarted | BatchFinished | BatchUndone | Undone
AgreementEvent = FitAssessed | AgreementMade
Sayable = relationship.Life | AgreementEvent | GoalEvent | SessionEvent | FeedbackEvent | ReminderEvent | BatchEvent


def headline(data: Sayable, glossary: Glossary) -> str:
    """A plain English sentence without full stop; learns what things are called from events."""
    if isinstance(data, relationship.Life):
        return relationship.headline(data, glossary)
    if isinstance(data, AgreementEvent):
        return agreement.headline(data, glossary)
    if isinstance(data, GoalEvent):
        return goal.headline(data, glossary)
    if isinstance(data, SessionEvent):
        return session.headline(data, glossary)
    if isinstance(data, FeedbackEvent):
        return feedback.headline(data, glossary)
    if isinstance(data, ReminderEvent):
        return reminder.headline(data, glossary)
    if isinstance(data, BatchEvent):
        return batch.headline(data)
    assert_never(data)
