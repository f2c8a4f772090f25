"""Whether an instance is at work on a database: what must not be done beside one asks here first."""

import redis
from sqlalchemy import Engine, text

from deploy.backing import Backing, check_redis
from deploy.errors import DeployError
from deploy.lock import is_running
from events.tenancy import APPLICATION, across_tenants
from workers.pulse import alive

_SESSIONS = text(
    "SELECT DISTINCT coalesce(host(client_addr), 'this machine') FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = :application ORDER BY 1"
)


def require_stopped(backing: Backing, engine: Engine) -> None:
    """Raise DeployError `instance_running` where one runs, here or on another machine.

    engine: of a command (`composed`), whose connections have another name than those of an instance.
    """
    if backing.postgres is not None or backing.redis is not None:  # we have the folder's lock, and so does nobody else
        return
    if is_running(backing.folder):
        raise _running(f"one runs on {backing.folder.root}")
    with across_tenants(engine) as connection:
        hosts = list(connection.scalars(_SESSIONS, {"application": APPLICATION}))
    if hosts:
        raise _running(f"the database has its connections from {', '.join(hosts)}")
    check_redis(backing.redis_url)
    with redis.Redis.from_url(backing.redis_url) as client:
        names = sorted(alive(client))
    if names:
        raise _running(f"{', '.join(names)} gave a sign of life in the last minutes")


def _running(how: str) -> DeployError:
    return DeployError("instance_running", f"An instance is at work ({how}). Stop it everywhere, then give this again.")
