"""Feedback as it stands: who gave which sort to whom, and was it answered; the text stays in the events."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven

FeedbackEvent = FeedbackGiven | FeedbackAcknowledged | FeedbackCorrected

GIVEN, ACKNOWLEDGED, VOID = "given", "acknowledged", "void"


class Feedback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One feedback: status is given, acknowledged or void; sort praise, constructive or challenge.

    versions are the stream versions that gave or rewrote it, which a correction may name.
    """

    giver: str
    receiver: str
    sort: str
    about: str = ""
    status: str = GIVEN
    given_at: datetime
    acknowledged_at: datetime | None = None
    corrected: bool = False
    corrected_by: int | None = None
    versions: tuple[int, ...] = ()


class Feedbacks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All feedback of one relationship by feedback id, in the order in which it was written down."""

    by_id: dict[str, Feedback] = {}

    @property
    def given(self) -> int:
        """How many were given and not taken back."""
        return sum(one.status != VOID for one in self.by_id.values())

    @property
    def unanswered(self) -> int:
        """How many wait for the receiver."""
        return sum(one.status == GIVEN for one in self.by_id.values())


def evolve(feedbacks: Feedbacks, happened: Happened[FeedbackEvent]) -> Feedbacks:
    """The feedback after one more event; an event about unknown feedback changes nothing."""
    data = happened.data
    before = feedbacks.by_id.get(data.feedback_id)
    after: Feedback | None
    match data:
        case FeedbackGiven():
            after = before or _given(data, happened)
        case FeedbackAcknowledged():
            after = before and _acknowledged(before, happened)
        case FeedbackCorrected():
            after = before and _corrected(before, data, happened)
        case _:
            assert_never(data)
    return feedbacks if after is None else Feedbacks(by_id={**feedbacks.by_id, data.feedback_id: after})


def _given(data: FeedbackGiven, happened: Happened[FeedbackEvent]) -> Feedback:
    return Feedback(
        giver=data.giver,
        receiver=data.receiver,
        sort=data.sort,
        about=data.about,
        given_at=happened.occurred_at,
        versions=(happened.stream_version,),
    )


def _acknowledged(before: Feedback, happened: Happened[FeedbackEvent]) -> Feedback:
    if before.status == VOID:
        return before
    return replace(before, status=ACKNOWLEDGED, acknowledged_at=happened.occurred_at)


def _corrected(before: Feedback, data: FeedbackCorrected, happened: Happened[FeedbackEvent]) -> Feedback:
    return replace(
        before,
        status=VOID if data.void else before.status,
        corrected=True,
        corrected_by=happened.stream_version,
        versions=(*before.versions, happened.stream_version),
    )
