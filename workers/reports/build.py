"""The whole report: a pure function of the events, so that the same log gives the same bytes on any day."""

from __future__ import annotations

from collections.abc import Mapping

from events.event import AnyRecorded
from projections.fold import fold_of, run
from projections.replay import happened_by
from services.reports import Period
from workers.reports.figures import Span, sections
from workers.reports.material import Material
from workers.reports.pair import Pair, pair_of
from workers.reports.shape import Line, Report, Source, Stream


def build(material: Material, period: Period, leaves: Mapping[int, str]) -> Report:
    """Count what the events come to; leaves: the leaf hash of every position in `positions_needed`."""
    pairs = _pairs(material, period)
    span = Span(since=period.since, until=period.until)
    found = sections(pairs, span)
    lines = tuple(_line(pair, span) for pair in pairs)
    cited = {at for section in found for figure in section.figures for at in figure.positions}
    cited |= {at for one in lines for at in one.positions}
    return Report(
        organisation=str(material.org),
        subject=material.subject,
        title=_title(material, period),
        period=period.name,
        since=period.since,
        until=period.until,
        upto=material.upto,
        log_size=material.upto + 1,
        sections=found,
        relationships=lines,
        streams=tuple(_stream(name, events[-1], leaves) for name, events in sorted(material.events.items())),
        sources=tuple(_source(one, leaves) for one in _by_position(material) if one.position in cited),
    )


def positions_needed(material: Material) -> list[int]:
    """Every position that a report of this material may name."""
    return [one.position for one in _by_position(material)]


def _pairs(material: Material, period: Period) -> list[Pair]:
    """The relationships that were the subject, or in it, when the period ended."""
    pairs = [
        pair_of(stream, events, period.until, material.frame)
        for stream, events in sorted(material.events.items())
        if stream.startswith("relationship-")
    ]
    whole = material.subject.startswith("programme-")
    return [
        pair for pair in pairs if pair.state.status and (not whole or pair.state.programme_id == material.programme)
    ]


def _title(material: Material, period: Period) -> str:
    """What the subject was called when the period ended, or is called by now if it did not exist then."""
    fold = fold_of(material.subject.partition("-")[0])
    events = material.events[material.subject]
    by_then = run(fold, happened_by(events, period.until)).state
    return fold.card(by_then).label or fold.card(run(fold, events).state).label


def _line(pair: Pair, span: Span) -> Line:
    line = pair.line
    return Line(
        stream=pair.stream,
        title=line.title,
        status=line.status,
        stage=line.stage,
        sessions_held=line.sessions_held,
        minutes_held=line.minutes_held,
        last_session_at=line.last_held_at,
        silent=pair.silent(span.until),
        positions=tuple(sorted({*pair.status_at, *pair.stage_at, *pair.contact()})),
    )


def _by_position(material: Material) -> list[AnyRecorded]:
    return sorted((one for events in material.events.values() for one in events), key=lambda one: one.position)


def _stream(name: str, last: AnyRecorded, leaves: Mapping[int, str]) -> Stream:
    return Stream(stream=name, version=last.stream_version, position=last.position, leaf_hash=leaves[last.position])


def _source(one: AnyRecorded, leaves: Mapping[int, str]) -> Source:
    return Source(
        position=one.position,
        occurred_at=one.occurred_at,
        recorded_at=one.recorded_at,
        stream=one.stream,
        stream_version=one.stream_version,
        type=one.type,
        actor=one.actor,
        leaf_hash=leaves[one.position],
    )
