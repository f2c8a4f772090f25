"""The three simulated programmes: one-to-one within a term, circles with several mentors, and an evergreen one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.subjects.programme import DeadlineSet, Policy, ProgrammeCreated, ProgrammeOpened, StatusNoted
from services.pipeline import Fact
from services.sample.dice import Dice
from services.sample.plots import ENGINEERING, RETURNERS, SCHOOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of programme; began, ends: days before and after today, ends None for an evergreen one.

    mentors, mentees: how many a relationship has, at least and at most.
    """

    name: str
    began: int
    ends: int | None
    mentors: tuple[int, int]
    mentees: tuple[int, int]
    policy: Policy


KINDS = {
    ENGINEERING: Kind(
        name="Engineering one-to-one {year}", began=320, ends=120, mentors=(1, 1), mentees=(1, 1),
        policy=Policy(cadence_days=28, mentor_capacity=3),
    ),
    RETURNERS: Kind(
        name="Returners circle", began=250, ends=150, mentors=(2, 3), mentees=(1, 2),
        policy=Policy(cadence_days=28, mentor_capacity=4, report_every="month"),
    ),
    SCHOOL: Kind(
        name="School leavers", began=420, ends=None, mentors=(1, 1), mentees=(1, 1),
        policy=Policy(cadence_days=14, mentor_capacity=2, report_every="week"),
    ),
}  # fmt: skip  # a programme in few lines


@dataclass(frozen=True, slots=True)
class Programme:
    """A simulated programme and its term."""

    id: str
    kind: str
    starts_at: datetime
    ends_on: date | None


def begin(dice: Dice, kind: str, today: datetime) -> Programme:
    """A new programme of a kind."""
    shape = KINDS[kind]
    starts_at = dice.working(today - timedelta(days=shape.began))
    ends_on = None if shape.ends is None else (today + timedelta(days=shape.ends)).date()
    return Programme(dice.id(), kind, starts_at, ends_on)


def facts(programme: Programme, group: int) -> Iterator[Fact]:
    """The facts of its beginning; the second group of the same kind and later ones carry their number."""
    shape, starts_at = KINDS[programme.kind], programme.starts_at
    name = shape.name.format(year=starts_at.year) + (f", group {group}" if group > 1 else "")
    created = ProgrammeCreated(
        programme_id=programme.id,
        name=name,
        starts_on=None if programme.ends_on is None else starts_at.date(),
        ends_on=programme.ends_on,
        policy=shape.policy,
        simulated=True,
    )
    stream = f"programme-{programme.id}"
    yield Fact(stream=stream, data=created, occurred_at=starts_at)
    yield Fact(stream=stream, data=ProgrammeOpened(), occurred_at=starts_at + timedelta(days=2))
    if programme.ends_on is not None:
        text = f"three weeks before {programme.ends_on.isoformat()}"
        deadline = DeadlineSet(activity="closing talks", text=text)
        yield Fact(stream=stream, data=deadline, occurred_at=starts_at + timedelta(days=3))
    noted = StatusNoted(text="Matching is done, circles and pairs are at work", source="intranet page")
    yield Fact(stream=stream, data=noted, occurred_at=starts_at + timedelta(days=40))
