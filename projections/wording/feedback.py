"""Headlines of feedback."""

from __future__ import annotations

from typing import assert_never

from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from projections.subjects.feedback import FeedbackEvent
from projections.wording.glossary import Glossary, titled

_SORTS = {"praise": "praise", "constructive": "constructive feedback", "challenge": "a challenge"}


def headline(data: FeedbackEvent, glossary: Glossary) -> str:
    """One sentence for one event, without the text: more people than the pair read headlines."""
    match data:
        case FeedbackGiven():
            giver, receiver = glossary.person(data.giver), glossary.person(data.receiver)
            glossary.things[data.feedback_id] = f"from {giver} to {receiver}"
            return f"{giver} gave {receiver} {_SORTS.get(data.sort, 'feedback')}"
        case FeedbackAcknowledged():
            return f"Feedback {glossary.thing(data.feedback_id)} acknowledged"
        case FeedbackCorrected():
            verb = "taken back" if data.void else "rewritten"
            return titled(f"Feedback {glossary.thing(data.feedback_id)} {verb}", data.reason)
        case _:
            assert_never(data)
