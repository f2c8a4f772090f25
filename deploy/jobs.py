"""What jobs work with, from the settings of their process."""

from deploy.addresses import full
from deploy.anchoring import targets_of
from deploy.composition import compose
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.settings import Settings
from events.catalogue import check
from events.tenancy import check_database
from events.treestore import TreeStore
from projections.effects import Effects
from projections.engine import Views
from projections.queries import Queries
from workers.context import Context
from workers.mail.sender import sender_of
from workers.signing import HttpSigner

CONNECTIONS = 3
"""A job holds one for the effect that it works on and uses one more at a time."""


def context_of(settings: Settings) -> Context:
    """Return the parts for one job, or for the schedule; whoever gets them closes the engine.

    Raises DeployError `bad_setting` where the settings name no servers: nothing embedded is started here.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise DeployError("bad_setting", "Set DATABASE_URL and REDIS_URL, or start everything with `mentorledger run`.")
    core = compose(full(settings.database_url), pool_size=CONNECTIONS)
    return Context(
        engine=core.engine,
        log=core.log,
        pipeline=core.pipeline,
        queries=Queries(core.engine, core.log),
        views=Views(core.engine),
        effects=Effects(core.engine),
        tree=TreeStore(core.engine),
        mail=sender_of(settings.smtp_url, open_folder(settings.data).outbox),
        sender=settings.mail_from,
        alerts=settings.alert_mail or settings.mail_from,
        anchors=targets_of(settings),
        signer=None if settings.signer_url is None else HttpSigner(settings.signer_url),
    )


def require_safe(settings: Settings) -> None:
    """Raise MissingUpcaster for a log that this release could not read, UnsafeDatabase for one that nobody should."""
    check()
    context = context_of(settings)
    try:
        check_database(context.engine)
    finally:
        context.engine.dispose()
