"""The API as one process of a WSGI server: `gunicorn "deploy.wsgi:build_app()"`."""

import os
from datetime import UTC, datetime

from flask import Flask

from deploy.addresses import full
from deploy.composition import compose
from deploy.errors import DeployError
from deploy.readiness import checks
from deploy.settings import Settings
from events.organisations import credential_of
from projections.engine import Views
from projections.queries import Queries
from services.imports.batch import Importer
from services.imports.undo import Undoer
from services.web.app import create_app
from services.web.parts import Services
from workers.nudge import Nudger


def build_app() -> Flask:
    """Return the application that the environment describes; the server calls it in each of its processes.

    Raises DeployError `bad_setting` where DATABASE_URL or REDIS_URL is missing: nothing embedded is started here.
    """
    return assemble(Settings.from_environment(os.environ))


def assemble(settings: Settings) -> Flask:
    """Return the application over the servers that the settings name."""
    if settings.database_url is None or settings.redis_url is None:
        raise DeployError("bad_setting", "Set DATABASE_URL and REDIS_URL, or start everything with `mentorledger run`.")
    core = compose(
        full(settings.database_url), pool_size=settings.pool_size, statement_timeout=settings.statement_timeout
    )
    services = Services(
        log=core.log,
        pipeline=core.pipeline,
        queries=Queries(core.engine, core.log),
        views=Views(core.engine),
        importer=Importer(core.log, core.pipeline),
        undoer=Undoer(core.log, core.pipeline),
        credential_of=lambda token: credential_of(core.engine, token, datetime.now(UTC)),
        nudge=Nudger(settings.redis_url),
        checks=checks(core.engine, settings.redis_url),
    )
    return create_app(services)
