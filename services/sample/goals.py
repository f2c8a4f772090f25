"""The goals of one life: set, progressed, revised in time, reached or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from services.sample.diary import Diary
from services.sample.texts import GoalText, sayings


@dataclass(slots=True)
class Aim:
    """A goal that is still open."""

    id: str
    due_on: date
    percent: int = 0


@dataclass(slots=True)
class Aims:
    """The goals of a life: still to be set, open, and reached (ids)."""

    texts: list[GoalText]
    open: list[Aim] = field(default_factory=list)
    met: list[str] = field(default_factory=list)


def begin(texts: Sequence[GoalText], first: int) -> Aims:
    """The goals of a theme, from the one of that number on."""
    place = first % len(texts)
    return Aims([*texts[place:], *texts[:place]])


def set_goal(diary: Diary, aims: Aims) -> None:
    """Set the next goal of the theme, if there is one."""
    if not aims.texts:
        return
    text = aims.texts.pop(0)
    aim = Aim(diary.dice.id(), (diary.now + timedelta(days=diary.dice.between(70, 150))).date())
    aims.open.append(aim)
    diary.write(
        GoalSet(
            goal_id=aim.id,
            specific=text.specific,
            measurable=text.measurable,
            achievable=text.achievable,
            relevant=text.relevant,
            due_on=aim.due_on,
        ),
        diary.now + timedelta(minutes=7 * len(aims.open)),
    )


def look_at(diary: Diary, aims: Aims) -> None:
    """What a session leads to for the goals; none is past its date before the next session."""
    dice, says = diary.dice, sayings()
    for aim in tuple(aims.open):
        if dice.happens(45):
            aim.percent += dice.between(2, 6) * 5
            if aim.percent >= 100:
                _end(diary, aims, aim, reached=True)
                continue
            progress = GoalProgressed(goal_id=aim.id, percent=aim.percent, note=dice.pick(says.progress))
            diary.write(progress, diary.now + timedelta(minutes=20))
        if aim.due_on <= (diary.now + timedelta(days=diary.cadence + 7)).date():
            _prolong_or_end(diary, aims, aim)
    if len(aims.open) < 2 and dice.happens(40):
        set_goal(diary, aims)


def finish(diary: Diary, aims: Aims) -> None:
    """What becomes of the open goals when the two part."""
    for aim in tuple(aims.open):
        _end(diary, aims, aim, reached=aim.percent >= 40 or not aims.met)


def _prolong_or_end(diary: Diary, aims: Aims, aim: Aim) -> None:
    if aim.percent >= 70 or diary.dice.happens(15):
        _end(diary, aims, aim, reached=aim.percent >= 70)
        return
    aim.due_on += timedelta(days=diary.dice.between(6, 9) * 7)
    revised = GoalRevised(goal_id=aim.id, due_on=aim.due_on, reason=diary.dice.pick(sayings().revisions))
    diary.write(revised, diary.now + timedelta(minutes=25))


def _end(diary: Diary, aims: Aims, aim: Aim, *, reached: bool) -> None:
    aims.open.remove(aim)
    at = diary.now + timedelta(minutes=30)
    if reached:
        aims.met.append(aim.id)
        diary.write(GoalAchieved(goal_id=aim.id, evidence=diary.dice.pick(sayings().evidence)), at)
    else:
        diary.write(GoalDropped(goal_id=aim.id, reason=diary.dice.pick(sayings().drops)), at)
