"""The API as one process of a WSGI server: `gunicorn "deploy.wsgi:build_app()"`."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask

from deploy.addresses import full
from deploy.composition import Core, compose
from deploy.errors import DeployError
from deploy.readiness import checks
from deploy.settings import Settings
from events.organisations import credential_of
from events.treestore import TreeStore
from projections.engine import Views
from projections.queries import Queries
from projections.report_files import ReportFiles
from projections.standing import standing
from services.console.blueprint import console_blueprint
from services.imports.batch import Importer
from services.imports.undo import Undoer
from services.reports import Reports
from services.web.app import create_app
from services.web.parts import Services
from workers.audit import night_of
from workers.nudge import Nudger


def build_app() -> Flask:
    """Return the application that the environment describes; the server calls it in each of its processes.

    Raises DeployError `bad_setting` where DATABASE_URL or REDIS_URL is missing: nothing embedded is started here.
    """
    settings = Settings.from_environment(os.environ)
    if settings.database_url is None or settings.redis_url is None:
        raise DeployError("bad_setting", "Set DATABASE_URL and REDIS_URL, or start everything with `mentorledger run`.")
    url, limit = full(settings.database_url), settings.statement_timeout
    core = compose(url, pool_size=settings.pool_size, statement_timeout=limit)
    return application(core, settings.redis_url, Nudger(settings.redis_url))


def application(core: Core, redis_url: str, nudge: Callable[[UUID], None]) -> Flask:
    """Return the API and the pages around the core."""
    services = Services(
        log=core.log,
        pipeline=core.pipeline,
        queries=Queries(core.engine, core.log),
        views=Views(core.engine),
        importer=Importer(core.log, core.pipeline),
        undoer=Undoer(core.log, core.pipeline),
        reports=Reports(ReportFiles(core.engine)),
        tree=TreeStore(core.engine),
        credential_of=lambda token: credential_of(core.engine, token, datetime.now(UTC)),
        nudge=nudge,
        standing=lambda: standing(core.engine, night_of(datetime.now(UTC)).effect),
        checks=checks(core.engine, redis_url),
    )
    return create_app(services, console=console_blueprint(services))
