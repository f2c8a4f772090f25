"""An independent count of a log: over the stored JSON records alone, without folds, views or event classes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from events.tenancy import tenant
from workers.context import Context

Record = dict[str, Any]


def records(context: Context, org: UUID, upto: int | None = None) -> list[Record]:
    """The records of the log with their positions, as any JSON reader sees them."""
    query = text("SELECT position, record FROM events WHERE org_id = :org AND position <= :upto ORDER BY position")
    with tenant(context.engine, org) as connection:
        rows = connection.execute(query, {"org": org, "upto": 2**62 if upto is None else upto}).all()
    return [json.loads(bytes(record)) | {"position": position} for position, record in rows]


def moment(text_: str) -> datetime:
    return datetime.fromisoformat(text_)


def counts(found: list[Record], within: Callable[[datetime], bool], until: datetime) -> dict[str, int]:
    """Figures by key, for records of relationships without corrections that void and without imports taken back."""
    told = [one for one in found if moment(one["occurred_at"]) < until]
    now = [one for one in told if within(moment(one["occurred_at"]))]
    held = [one for one in told if one["type"] == "relationship.session_held"]
    times = _session_times(told)
    in_time = [(start, end) for start, end in times.values() if within(start)]
    by_type = Counter(one["type"] for one in now)
    settled = {
        one["data"]["commitment_id"]
        for one in told
        if one["type"] in {"relationship.commitment_kept", "relationship.commitment_released"}
    }
    made = {item["commitment_id"] for one in held for item in one["data"].get("commitments", ())}
    answered = {one["data"]["feedback_id"] for one in told if one["type"] == "relationship.feedback_acknowledged"}
    given = {one["data"]["feedback_id"] for one in told if one["type"] == "relationship.feedback_given"}
    ended = {
        one["data"]["goal_id"]
        for one in told
        if one["type"] in {"relationship.goal_achieved", "relationship.goal_dropped"}
    }
    goals = {one["data"]["goal_id"] for one in told if one["type"] == "relationship.goal_set"}
    return {
        "sessions_held": len(in_time),
        "minutes_held": sum(int((end - start).total_seconds() // 60) for start, end in in_time),
        "sessions_cancelled": by_type["relationship.session_cancelled"],
        "sessions_missed": by_type["relationship.session_missed"],
        "goals_set": by_type["relationship.goal_set"],
        "goals_achieved": by_type["relationship.goal_achieved"],
        "goals_dropped": by_type["relationship.goal_dropped"],
        "goals_open": len(goals - ended),
        "commitments_kept": by_type["relationship.commitment_kept"],
        "commitments_released": by_type["relationship.commitment_released"],
        "commitments_open": len(made - settled),
        "feedback_given": by_type["relationship.feedback_given"],
        "feedback_acknowledged": by_type["relationship.feedback_acknowledged"],
        "feedback_unanswered": len(given - answered),
        "reminders_sent": by_type["reminder.sent"],
        "reminders_suppressed": by_type["reminder.suppressed"],
        "corrections": sum(one["data"].get("corrects") is not None for one in now),
    }


def _session_times(told: list[Record]) -> dict[str, tuple[datetime, datetime]]:
    """Start and end of each session that was held, corrections worked in."""
    times: dict[str, tuple[datetime, datetime]] = {}
    for one in told:
        data = one["data"]
        if one["type"] == "relationship.session_held":
            times[data["session_id"]] = (moment(data["started_at"]), moment(data["ended_at"]))
        elif one["type"] == "relationship.session_corrected" and data["session_id"] in times:
            start, end = times[data["session_id"]]
            start = moment(data["started_at"]) if data.get("started_at") else start
            times[data["session_id"]] = (start, moment(data["ended_at"]) if data.get("ended_at") else end)
            if data.get("void"):
                del times[data["session_id"]]
    return times
