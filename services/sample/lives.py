"""Simulated lives, told from beginning to today: any number, one after the other, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from services.pipeline import Fact
from services.sample import beginning, ending, goals, lateness, work
from services.sample.cast import Cast, plots
from services.sample.diary import Diary
from services.sample.dice import Dice
from services.sample.plots import PLOTS
from services.sample.texts import themes

NOBODY = UUID(int=0)
GROUP = 1_000  # relationships until a new group of programmes begins


def lives(seed: int, relationships: int, today: datetime, *, org: UUID = NOBODY) -> Iterator[Fact]:
    """The facts of so many relationships, with the programmes and people that they need before them.

    today: the moment (with a zone) at which they are told, nothing is later; org: whose enrolments they are, for
    their ids follow from it. A relationship's facts come together and in order, some three to sixty of them.
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
