"""Who meets whom: forty plots with programmes and people for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.pipeline import Fact
from services.sample import people, programmes
from services.sample.diary import Diary
from services.sample.dice import Dice
from services.sample.people import CAPACITY, Person
from services.sample.plots import ACCEPTED, PLOTS, Plot
from services.sample.programmes import KINDS, Programme
from services.sample.texts import themes


@dataclass(slots=True)
class Stage:
    """A programme with the people who are free for its next relationship, and how often each theme was played."""

    programme: Programme
    mentors: list[Person] = field(default_factory=list)
    mentees: list[Person] = field(default_factory=list)
    played: int = 0


@dataclass(slots=True)
class Cast:
    """Simulated people of one organisation; `facts` collects what has to be known before lives are told."""

    org: UUID
    dice: Dice
    today: datetime
    number: int = 0
    names: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)
    stages: dict[str, Stage] = field(default_factory=dict)

    def open_programmes(self, group: int) -> None:
        """Begin a programme of each kind; whoever comes from now on comes into these."""
        for kind in KINDS:
            programme = programmes.begin(self.dice, kind, self.today)
            self.facts += programmes.facts(programme, group)
            self.stages[kind] = Stage(programme)

    def change_people(self) -> None:
        """Nobody from earlier lives is in the next ones."""
        for stage in self.stages.values():
            stage.mentors, stage.mentees = [], []
        self.names.clear()

    def diary(self, plot: Plot) -> tuple[Diary, int]:
        """An empty diary with its people, for one life; and how many lives of its programme were before it."""
        stage, shape, dice = self.stages[plot.kind], KINDS[plot.kind], self.dice
        number, texts = stage.played, themes(plot.kind)
        stage.played += 1
        theme = texts[number % len(texts)]
        began = dice.working(self.today - timedelta(days=plot.began))
        before = began - timedelta(days=dice.between(3, 8))
        mentors = [self._mentor(stage, theme.skills, before) for _ in range(dice.between(*shape.mentors))]
        mentees = [self._mentee(stage, before) for _ in range(dice.between(*shape.mentees))]
        reserve = [self._mentor(stage, theme.skills, before)] if plot.twist else []
        diary = Diary(
            relationship_id=dice.id(),
            programme_id=stage.programme.id,
            plot=plot,
            theme=theme,
            dice=dice,
            mentors=mentors,
            mentees=mentees,
            reserve=reserve,
            cadence=shape.policy.cadence_days,
            now=began,
            limit=self.today,
            ends_on=stage.programme.ends_on,
        )
        if plot.answer != ACCEPTED:
            stage.mentees += mentees[:1]  # who was not lucky here gets another chance
        return diary, number

    def told(self) -> Iterator[Fact]:
        """What has been collected since the last time."""
        yield from self.facts
        self.facts = []

    def _mentor(self, stage: Stage, skills: tuple[str, ...], at: datetime) -> Person:
        """Somebody with room for one more; each new mentor comes with as many free places as they have room for."""
        if not stage.mentors:
            fresh = [self._person(stage, "mentor", skills, at) for _ in range(4)]
            stage.mentors = fresh * CAPACITY
        return stage.mentors.pop(0)

    def _mentee(self, stage: Stage, at: datetime) -> Person:
        if stage.mentees:
            return stage.mentees.pop(0)
        return self._person(stage, "mentee", (), at)

    def _person(self, stage: Stage, role: str, skills: tuple[str, ...], at: datetime) -> Person:
        self.number += 1
        person = people.invent(self.dice, self.number, self.names)
        self.facts.append(people.registered(person, at))
        programme_id, later = stage.programme.id, at + timedelta(hours=5)
        self.facts.append(people.enrolled(self.org, programme_id, person, role, skills=skills, at=later))
        return person


def plots(dice: Dice, count: int) -> Iterator[Plot]:
    """So many plots, of each forty the oldest first; after the first forty they begin a few days off."""
    for first in range(0, count, len(PLOTS)):
        batch = PLOTS[: count - first]
        shifted = [_shifted(plot, dice.between(-3, 3)) if first else plot for plot in batch]
        yield from sorted(shifted, key=lambda plot: -plot.began)


def _shifted(plot: Plot, days: int) -> Plot:
    parted = plot.parted + days if plot.parted > 20 else plot.parted
    return replace(plot, began=max(2, plot.began + days), parted=parted)
