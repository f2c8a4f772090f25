"""The browsable page of the API: Swagger UI from files that are installed here; nothing is fetched elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, send_from_directory

from services.web.answers import PREFIX
from services.web.problems import ApiError

_SHIPPED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})
# Its style sheet holds pictures as data: addresses, and its scripts set style attributes.
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"


def make_blueprint() -> Blueprint:
    """`/api/v1/docs` and its files."""
    here = Path(__file__).parent
    blueprint = Blueprint(
        "docs",
        __name__,
        url_prefix=f"{PREFIX}/docs",
        template_folder=str(here / "templates"),
        static_folder=str(here / "static"),
        static_url_path="/static",
    )
    blueprint.add_url_rule("", "page", _page)
    blueprint.add_url_rule("/<path:name>", "file", _file)
    return blueprint


def _page() -> Response:
    response = make_response(render_template("docs.html", prefix=PREFIX))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _file(name: str) -> Response:
    if name not in _SHIPPED:
        raise ApiError("not_found", "The page of the API has no such file.")
    return send_from_directory(_folder(), name, max_age=86_400)


def _folder() -> Path:
    """Where flask-swagger-ui keeps Swagger UI; its own blueprint would load the files of a page of its own."""
    return Path(str(files("flask_swagger_ui"))) / "dist"
