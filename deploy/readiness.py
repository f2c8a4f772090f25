"""Whether what a process needs does answer: asked again and again, told to anybody, so no addresses are in it."""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from deploy import migrations
from deploy.backing import check_redis
from deploy.errors import DeployError
from events.errors import EventsError, StorageUnavailable
from events.tenancy import check_database

_log = logging.getLogger(__name__)
Check = Callable[[], str | None]


def checks(engine: Engine, redis_url: str) -> Mapping[str, Check]:
    """By name what must answer; each check is None, or the fault as a sentence."""
    return {
        "database": lambda: _database(engine),
        "tables": _Tables(engine),
        "redis": lambda: _redis(redis_url),
    }


def _database(engine: Engine) -> str | None:
    try:
        check_database(engine)
    except StorageUnavailable:
        return "PostgreSQL does not answer."
    except EventsError as error:
        _log.warning("%s", error.message)
        return "PostgreSQL is not set up safely; `mentorledger doctor` says why."
    return None


def _redis(url: str) -> str | None:
    try:
        check_redis(url)
    except DeployError as error:
        _log.warning("%s", error.message)
        may_evict = error.code == "redis_may_evict"
        return (
            "Redis may drop waiting jobs; set maxmemory-policy to noeviction."
            if may_evict
            else "Redis does not answer."
        )
    return None


class _Tables:
    """Once the tables are this program's, they stay so for as long as it runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._current = False

    def __call__(self) -> str | None:
        if self._current:
            return None
        try:
            migrations.require_current(self._engine.url)
        except DeployError:
            return "The tables are of another version; run `mentorledger migrate`."
        except SQLAlchemyError:
            return "The version of the tables cannot be read."
        self._current = True
        return None
