"""Signs of life: keys in Redis that their writers renew, so that one can see who works.

RQ's own list of workers forgets those that worked through an outage.
"""

from __future__ import annotations

from datetime import datetime

from redis import Redis

PREFIX = "mentorledger:alive:"


def beat(connection: Redis, name: str, now: datetime, seconds: int) -> None:
    """Say that this process lives; the sign fades after so many seconds. Raises redis.RedisError."""
    connection.set(PREFIX + name, now.isoformat(), ex=seconds)


def alive(connection: Redis) -> dict[str, datetime]:
    """Who has given a sign that has not faded, and when. Raises redis.RedisError."""
    names = sorted(key.decode() for key in connection.scan_iter(match=f"{PREFIX}*"))
    found = dict(zip(names, connection.mget(names), strict=True)) if names else {}
    return {name.removeprefix(PREFIX): datetime.fromisoformat(sign.decode()) for name, sign in found.items() if sign}
