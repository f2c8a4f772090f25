"""SMART goals of a relationship."""

from __future__ import annotations

from services.decisions.goal import AchieveGoal, DropGoal, ProgressGoal, ReviseGoal, SetGoal
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.part import GoalOfPair, goal_of
from services.web.schemas.goal import (
    AchieveGoalBody,
    DropGoalBody,
    ProgressGoalBody,
    ReviseGoalBody,
    SetGoalBody,
)
from services.web.subject import Body, Query, Subject
from services.web.within import RELATIONSHIP, part, parts_page, written_part
from services.world import Command

ROUTES = Subject("goals", "SMART goals: set, revised, progressed, achieved, dropped.")
_ONE = f"{RELATIONSHIP}/goals/<uuid:goal_id>"


def _written(call: Call, relationship_id: str, goal_id: str, command: Command) -> Written:
    return written_part(call, relationship_id, "goals", goal_id, command)


@ROUTES.list(f"{RELATIONSHIP}/goals", GoalOfPair)
def list_goals(call: Call, query: Query, relationship_id: str) -> Page:
    """List the goals of a relationship."""
    return parts_page(query, call.one("relationship", relationship_id).state.goals.by_id, goal_of)


@ROUTES.write(f"{RELATIONSHIP}/goals", SetGoalBody(), creates=True)
def set_goal(call: Call, body: Body, relationship_id: str) -> Written:
    """Set a goal."""
    goal_id = call.new_id()
    command = SetGoal(relationship_id=relationship_id, goal_id=goal_id, **body)
    return _written(call, relationship_id, goal_id, command)


@ROUTES.read(_ONE, GoalOfPair)
def get_goal(call: Call, relationship_id: str, goal_id: str) -> One:
    """Read a goal."""
    current = call.one("relationship", relationship_id)
    return part(current.state.goals.by_id, "goal", goal_id, current.version, goal_of)


@ROUTES.write(f"{_ONE}/revise", ReviseGoalBody())
def revise_goal(call: Call, body: Body, relationship_id: str, goal_id: str) -> Written:
    """Change criteria of a goal, or correct what was written by mistake."""
    command = ReviseGoal(relationship_id=relationship_id, goal_id=goal_id, **body)
    return _written(call, relationship_id, goal_id, command)


@ROUTES.write(f"{_ONE}/progress", ProgressGoalBody())
def progress_goal(call: Call, body: Body, relationship_id: str, goal_id: str) -> Written:
    """Say how far a goal is."""
    command = ProgressGoal(relationship_id=relationship_id, goal_id=goal_id, **body)
    return _written(call, relationship_id, goal_id, command)


@ROUTES.write(f"{_ONE}/achieve", AchieveGoalBody())
def achieve_goal(call: Call, body: Body, relationship_id: str, goal_id: str) -> Written:
    """Say that a goal was reached."""
    command = AchieveGoal(relationship_id=relationship_id, goal_id=goal_id, **body)
    return _written(call, relationship_id, goal_id, command)


@ROUTES.write(f"{_ONE}/drop", DropGoalBody())
def drop_goal(call: Call, body: Body, relationship_id: str, goal_id: str) -> Written:
    """Give a goal up."""
    command = DropGoal(relationship_id=relationship_id, goal_id=goal_id, **body)
    return _written(call, relationship_id, goal_id, command)
