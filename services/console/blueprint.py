"""The way into the pages: their addresses."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from services.console import errors, person, programme, relationship, rendering
from services.console.signing import Door
from services.web.parts import Services

_PAGES: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("/", "programmes", programme.show_all),
    ("/programmes/<id_>", "programme", programme.show),
    ("/programmes/<id_>/roster.csv", "roster", programme.keep),
    ("/relationships/<id_>", "relationship", relationship.show),
    ("/people/<id_>", "person", person.show),
)


def console_blueprint(services: Services) -> Blueprint:
    """The pages over the same parts as the API; to be registered at `/`."""
    blueprint = Blueprint(
        "console",
        __name__,
        template_folder=str(rendering.HERE / "templates"),
        static_folder=str(rendering.HERE / "static"),
        static_url_path="/console/static",
    )
    door = Door(services)
    for rule, endpoint, show in _PAGES:
        blueprint.add_url_rule(rule, endpoint, door.guard(show))
    blueprint.add_url_rule("/sign-in", "sign_in", door.form)
    blueprint.add_url_rule("/sign-in", "enter", door.enter, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "leave", door.leave, methods=["POST"])
    errors.register(blueprint)
    rendering.register(blueprint)
    return blueprint
