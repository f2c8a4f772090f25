"""A migrated database and a Redis for one command.

They are those of the settings, those of an instance that runs on the data folder, or embedded ones.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from sqlalchemy.engine import URL

from deploy import migrations, record
from deploy.addresses import database_url, full
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.processes import until
from deploy.embedded.redis import RunningRedis, start_redis
from deploy.errors import DeployError
from deploy.folder import DataFolder, open_folder
from deploy.lock import FolderLock, acquire, is_running
from deploy.provision import admit, provision_embedded, provision_external, rank
from deploy.settings import Settings

JOIN_SECONDS = 10.0
POSTGRES_PORT = 5432


@dataclass(frozen=True)
class Backing:
    """Where the data is.

    `service` is an ordinary role, never one with privileges; `owner` owns the tables, if known.
    `postgres` and `redis` are the embedded servers that this process started itself; `signer_url` is where a signer
    is, if one runs.
    """

    folder: DataFolder
    service: URL
    owner: URL | None
    redis_url: str = field(repr=False)
    postgres: RunningPostgres | None = None
    redis: RunningRedis | None = None
    signer_url: str | None = field(default=None, repr=False)

    @property
    def service_url(self) -> str:
        """The service's address for SQLAlchemy, password included."""
        return full(self.service)


@contextmanager
def open_backing(settings: Settings, *, create: bool = False) -> Generator[Backing]:
    """Give a command its servers for as long as it runs; an instance that runs on the data folder is joined.

    An embedded database is made only where `create` says so: for a command that reads, a folder without one is a
    mistyped folder. Raises DeployError: `no_installation` for that, `other_servers` (the instance that runs uses others
    than the settings name), `already_running` (another command has the embedded servers), `database_unreachable`,
    `migrations_pending` and what provisioning refuses.
    """
    if not (create or settings.database_url or _begun(settings.data)):
        raise DeployError(
            "no_installation",
            f"There is no installation in {settings.data.expanduser().absolute()}. Check --data and MENTORLEDGER_DATA, "
            "or begin one with `mentorledger run` or `mentorledger org create NAME`.",
        )
    folder = open_folder(settings.data)
    if settings.database_url and settings.redis_url:
        service, owner = _external_database(settings, settings.database_url, folder)
        signer_url = settings.signer_url or _signer_beside(folder)
        yield Backing(folder, service, owner, settings.redis_url, signer_url=signer_url)
    elif is_running(folder):
        yield _joined(folder, settings)
    else:
        with acquire(folder) as lock, started_backing(settings, lock) as backing:
            yield backing


@contextmanager
def started_backing(settings: Settings, lock: FolderLock) -> Iterator[Backing]:
    """Start what the settings do not name, bring the tables up to date, and stop it at the end."""
    folder = lock.folder
    with ExitStack() as stack:
        postgres = cache = None
        if settings.database_url:
            service, owner = _external_database(settings, settings.database_url, folder)
        else:
            postgres = start_postgres(lock)
            stack.callback(postgres.stop)
            access = provision_embedded(postgres.url(), folder)
            migrations.upgrade(access.owner)
            service, owner = access.service, access.owner
        if not settings.redis_url:
            cache = start_redis(lock)
            stack.callback(cache.stop)
        redis_url = settings.redis_url or (cache.url if cache else "")
        yield Backing(folder, service, owner, redis_url, postgres, cache, settings.signer_url)


def _external_database(settings: Settings, url: URL, folder: DataFolder) -> tuple[URL, URL | None]:
    """Return the addresses of the service's role and of the tables' owner, with the tables up to date."""
    role = rank(url)
    owner = settings.database_owner_url
    if role.manages_roles:
        access = provision_external(url, folder)
        migrations.upgrade(owner or access.owner)
        return access.service, owner or access.owner
    if owner:
        admit(owner, role.name)
        migrations.upgrade(owner)
        return url, owner
    migrations.require_current(url)
    return url, None


def _begun(data: Path) -> bool:
    """Whether the folder holds a database, or an instance that has one elsewhere or is just making it."""
    folder = DataFolder(data.expanduser().absolute())
    try:
        return folder.postgres.exists() or folder.postgres_location.exists() or is_running(folder)
    except OSError:
        return True  # whoever opens the folder says what is wrong with it


def _joined(folder: DataFolder, settings: Settings) -> Backing:
    def running() -> bool:
        found = record.read(folder)
        return found is not None and found.pid == record.holder(folder)

    # An instance that is just starting has the lock, but has not yet said where its servers are.
    until(lambda: running() or not is_running(folder), JOIN_SECONDS)
    found = record.read(folder)
    if found is None or not running():
        acquire(folder).release()  # says who has the folder
        raise DeployError(
            "instance_stopped", "The instance on this data folder stopped just now. Give the command again."
        )
    service = database_url(found.service_url)
    if settings.database_url and _place(settings.database_url) != _place(service):
        raise _other_servers(folder, "database", "DATABASE_URL")
    if settings.redis_url and settings.redis_url != found.redis_url:
        raise _other_servers(folder, "Redis", "REDIS_URL")
    owner = database_url(found.owner_url) if found.owner_url else None
    return Backing(folder, service, owner, found.redis_url, signer_url=found.signer_url)


def _place(url: URL) -> tuple[object, ...]:
    """The database that an address means, whoever logs in."""
    return url.host, url.port or POSTGRES_PORT, url.database, url.query.get("host")


def _other_servers(folder: DataFolder, what: str, variable: str) -> DeployError:
    return DeployError(
        "other_servers",
        f"An instance runs on {folder.root} with another {what} than {variable} names. Unset {variable} to work with "
        "that instance; to work without it, give another folder with --data.",
    )


def _signer_beside(folder: DataFolder) -> str | None:
    """Return where the signer of the instance is that runs on the folder, whatever database it uses."""
    found = record.read(folder) if is_running(folder) else None
    return found.signer_url if found is not None else None


def check_redis(url: str) -> None:
    """Raise DeployError `redis_unreachable`, or `redis_may_evict` for a Redis that may drop waiting jobs."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5.0, socket_timeout=5.0) as client:
            policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except redis.RedisError as error:
        raise DeployError("redis_unreachable", f"No connection to Redis: {error}. Check REDIS_URL.") from error
    if policy != "noeviction":
        raise DeployError(
            "redis_may_evict",
            f"Redis has maxmemory-policy {policy} and may drop waiting jobs. Set it to noeviction.",
        )
