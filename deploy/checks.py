"""What must hold before an instance serves anybody; `run` refuses on the first fault, `doctor` shows all."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from deploy import migrations
from deploy.anchoring import targets_of
from deploy.backing import Backing, check_redis
from deploy.errors import DeployError
from deploy.settings import Settings
from deploy.signing.reach import reached
from deploy.signing.standing import forgotten, gone_back, halted, logs
from events import catalogue
from events.checkpointing import MEMORY_LOST
from events.organisations import known_platform_log, organisations
from events.tenancy import check_database, make_engine
from events.treestore import TreeStore
from projections.effects import FAILED, Effects

LEAST_FREE = 200_000_000


@dataclass(frozen=True)
class Finding:
    """The outcome of one check: `code` is None where all is well."""

    check: str
    code: str | None
    message: str


def require_sound(backing: Backing) -> None:
    """Raise the error of the first check that fails."""
    for _, check in _checks(backing):
        check()


def findings(settings: Settings, backing: Backing) -> Iterator[Finding]:
    """Run every check, those of what may be wrong while an instance runs too."""
    for name, check in (
        *_checks(backing),
        ("logs", lambda: _check_logs(backing)),
        ("signer", lambda: _check_signer(settings, backing)),
        ("anchors", lambda: _check_anchors(settings, backing)),
    ):
        try:
            yield Finding(name, None, check())
        except Exception as error:
            if not (hasattr(error, "code") and hasattr(error, "message")):
                raise
            yield Finding(name, error.code, error.message)


def _checks(backing: Backing) -> tuple[tuple[str, Callable[[], str]], ...]:
    return (
        ("event types", _check_catalogue),
        ("data folder", lambda: _check_folder(backing)),
        ("tables", lambda: _check_tables(backing)),
        ("database", lambda: _check_database(backing)),
        ("redis", lambda: _check_redis(backing)),
    )


def _check_logs(backing: Backing) -> str:
    with _opened(backing) as engine:
        known = logs(engine)
        _refuse_logs(halted(TreeStore(engine), known))
    return f"{len(known)}, none halted"


def _check_signer(settings: Settings, backing: Backing) -> str:
    if backing.signer_url is None and not settings.signer_folder.exists():
        return "none here yet; `mentorledger run` starts one"
    with _opened(backing) as engine, reached(settings, backing) as keeper:
        keeper.check()
        tree, known = TreeStore(engine), logs(engine)
        if faults := forgotten(tree, keeper, known):
            raise DeployError(MEMORY_LOST, "\n".join(faults))
        _refuse_logs(gone_back(tree, keeper, known))
    where = "answers" if backing.signer_url else f"does not run; its folder {settings.signer_folder} is sound"
    return f"{where}; no log is shorter than what was signed of it"


def _check_anchors(settings: Settings, backing: Backing) -> str:
    places = targets_of(settings).places
    with _opened(backing) as engine:
        platform = known_platform_log(engine)
        why = TreeStore(engine).halted(platform) if platform else None
        failed = Effects(engine).below(platform, "anchor", FAILED) if platform else []
        unmailed = [
            f"A mailbox that organisation {org} names: {one.note}"
            for org in organisations(engine)
            for one in Effects(engine).below(org, "anchor", FAILED)
        ]
    if why is not None:
        raise DeployError(
            "log_halted", f"The installation's own log, {platform}, is halted. See the check of the logs."
        )
    faults = [*(one.note for one in failed if one.key.partition("/")[2] in places), *unmailed]
    if faults:
        raise DeployError("anchor_failed", "\n".join(faults))
    return f"{len(places)} named to vouch for the checkpoints, none failed last"


def _refuse_logs(faults: list[str]) -> None:
    if faults:
        raise DeployError("log_halted", "\n".join(faults))


@contextmanager
def _opened(backing: Backing) -> Iterator[Engine]:
    engine = make_engine(backing.service_url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _check_catalogue() -> str:
    catalogue.check()
    return f"{len(catalogue.catalogue())} types, every older form can be read"


def _check_folder(backing: Backing) -> str:
    root = backing.folder.root
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE:
        raise DeployError(
            "disk_full", f"Only {free / 1e6:.0f} MB are free at {root}. Make room, or move the data folder."
        )
    return f"{root}, {free / 1e9:.1f} GB free"


def _check_tables(backing: Backing) -> str:
    migrations.require_current(backing.service)
    return "at this program's version"


def _check_database(backing: Backing) -> str:
    with _opened(backing) as engine:
        check_database(engine)
    return "new enough, ordinary role, row-level security forced"


def _check_redis(backing: Backing) -> str:
    check_redis(backing.redis_url)
    return "answers, evicts nothing"
