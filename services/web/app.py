"""The app factory: routes, error shape and documents around the services that it is given."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from flask import Blueprint, Flask, Response

from services.web import docs, health, metrics, problems, routes, verifier
from services.web.auth import Credentials
from services.web.openapi import describe, make_api
from services.web.parts import Services
from services.web.paths import Position
from services.web.subject import EXTENSION, Subject

LARGEST_BODY = 1_100_000


def create_app(services: Services, *, console: Blueprint | None = None) -> Flask:
    """The application; console: the pages for people, registered at `/`."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.converters["position"] = Position
    app.extensions[EXTENSION] = (services, Credentials(services.credential_of))
    api = make_api(app)
    subjects = list(_subjects())
    describe(api, [shape for subject in subjects for shape in subject.shapes])
    for subject in subjects:
        api.register_blueprint(subject.blueprint)
    app.register_blueprint(health.make_blueprint())
    app.register_blueprint(docs.make_blueprint())
    app.register_blueprint(verifier.make_blueprint())
    app.register_blueprint(metrics.make_blueprint())
    if console is not None:
        app.register_blueprint(console)
    problems.register(app)
    app.after_request(_secured)
    return app


def _subjects() -> Iterator[Subject]:
    """Every module of `services.web.routes` declares one."""
    for found in pkgutil.iter_modules(routes.__path__):
        subject: Subject = import_module(f"{routes.__name__}.{found.name}").ROUTES
        yield subject


def _secured(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    # The same address is another organisation's under another token: no cache may mix them up.
    response.vary.add("Authorization")
    return response
