"""Headlines of SMART goals."""

from __future__ import annotations

from typing import assert_never

from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from projections.subjects.goal import CRITERIA, GoalEvent
from projections.wording.detail import label_of
from projections.wording.glossary import Glossary, listing, short


def headline(data: GoalEvent, glossary: Glossary) -> str:
    """One sentence for one event; a goal is called what it was called last."""
    if isinstance(data, GoalSet) or (isinstance(data, GoalRevised) and data.specific is not None):
        glossary.things[data.goal_id] = short(data.specific or "")
    goal = glossary.thing(data.goal_id)
    match data:
        case GoalSet():
            return f"Goal set: {goal}"
        case GoalRevised():
            given = [label_of(name).lower() for name in CRITERIA if getattr(data, name) is not None]
            verb = "revised" if data.corrects is None else "corrected"
            return f"Goal {verb} ({listing(given)}): {goal}"
        case GoalProgressed():
            return f"Goal at {data.percent} percent: {goal}"
        case GoalAchieved():
            return f"Goal reached: {goal}"
        case GoalDropped():
            return f"Goal given up: {goal}"
        case _:
            assert_never(data)
