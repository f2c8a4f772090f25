"""What a report is made from: the subject's events up to a position, and the leaf hashes of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from events.event import AnyRecorded
from events.subjects.relationship import Moved
from projections.evidence import events_of
from projections.fold import fold_of, run
from projections.subjects.programme import ProgrammeState
from projections.subjects.relationship import RelationshipState
from projections.views.frame import Frame, frame_of
from workers.context import Context

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Events by stream, up to position `upto`; frame: the programme's rules and term as they stand there."""

    org: UUID
    subject: str
    upto: int
    programme: str
    frame: Frame
    events: dict[str, list[AnyRecorded]]


def gather(context: Context, org: UUID, subject: str) -> Material:
    """Read everything that concerns the subject, up to the present end of the log."""
    upto = context.log.size(org) - 1
    kind, _, id_ = subject.partition("-")
    streams = [subject] if kind == "relationship" else [subject, *_relationships(context, org, id_)]
    events = events_of(context.engine, org, streams, upto)
    programme = _programme_of(events[subject]) if kind == "relationship" else id_
    if kind == "relationship":
        events |= events_of(context.engine, org, [f"programme-{programme}"], upto)
    frame = _frame(events.get(f"programme-{programme}", []))
    return Material(org=org, subject=subject, upto=upto, programme=programme, frame=frame, events=events)


def relationships_now(context: Context, org: UUID, programme: str) -> Iterable[str]:
    """The streams of the relationships that are in a programme now."""
    after: str | None = None
    while page := context.queries.many(org, "relationship", scope=programme, after=after, limit=PAGE):
        yield from (one.stream for one in page)
        after = page[-1].stream


def _relationships(context: Context, org: UUID, programme: str) -> list[str]:
    """Those in the programme now, and those that were carried away from it."""
    streams = dict.fromkeys(relationships_now(context, org, programme))
    after = -1
    while page := context.log.read(org, types=[Moved.TYPE], after=after):
        after = page[-1].position
        streams.update({one.stream: None for one in page if one.data.from_programme == programme})
    return sorted(streams)


def _programme_of(events: list[AnyRecorded]) -> str:
    state: RelationshipState = run(fold_of("relationship"), events).state
    return state.programme_id


def _frame(events: list[AnyRecorded]) -> Frame:
    state: ProgrammeState = run(fold_of("programme"), events).state
    return frame_of(state)
