"""Simulated lives, told from beginning to today: any number, one after the other, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from services.pipeline import Fact
from services.sample import beginning, ending, goals, lateness, work
from services.sample.cast import Cast, plots
from services.sample.diary import Diary, Late
from services.sample.dice import Dice
from services.sample.plots import PLOTS
from services.sample.texts import themes

NOBODY = UUID(int=0)
GROUP = 1_000  # relationships until a new group of programmes begins


def lives(seed: int, relationships: int, today: datetime, *, org: UUID = NOBODY) -> Iterator[Fact]:
    """The facts of so many relationships, with the programmes and people that they need before them.

    today: the moment (with a zone) at which they are told, nothing is later; org: whose enrolments they are, for
    their ids follow from it. A relationship's facts come together, in the order of its stream, some three to sixty.
    """
    dice = Dice(f"lives/{seed}")
    cast = Cast(org, dice, today)
    for number, plot in enumerate(plots(dice, relationships)):
        if number % GROUP == 0:
            cast.open_programmes(number // GROUP + 1)
        if number % len(PLOTS) == 0:
            cast.change_people()
        diary, played = cast.diary(plot)
        _live(diary, played)
        yield from cast.told()
        yield from diary.facts()


def as_written(facts: Iterable[Fact]) -> tuple[list[Fact], list[Fact]]:
    """What is written down on time and what late, each in the order in which it happened; the late facts come after."""
    on_time: list[Fact] = []
    late: list[Fact] = []
    for fact in sorted(facts, key=attrgetter("occurred_at")):
        (late if isinstance(fact, Late) else on_time).append(fact)
    return on_time, late


def _live(diary: Diary, played: int) -> None:
    titles = diary.theme.titles
    beginning.propose(diary, titles[played // len(themes(diary.plot.kind)) % len(titles)])
    if not beginning.answered(diary) or not beginning.settle(diary):
        return
    aims = goals.begin(diary.theme.goals, played)
    goals.set_goal(diary, aims)
    if diary.dice.happens(40):
        goals.set_goal(diary, aims)
    beginning.start_work(diary)
    parting = diary.limit - timedelta(days=diary.plot.parted)
    work.work(diary, aims, parting)
    if parting <= diary.limit:
        ending.part(diary, aims, parting)
    lateness.make_late(diary)
