"""The page on which an auditor checks a bundle in the browser; anybody may have it, and save it for use offline."""

from __future__ import annotations

from importlib.resources import files

from flask import Blueprint, Response

PATH = "/verifier"
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"


def make_blueprint() -> Blueprint:
    """The page, as the one file that it is."""
    blueprint = Blueprint("verifier", __name__)

    @blueprint.get(PATH)
    def verifier() -> Response:
        content = files("services.bundles").joinpath("verifier.html").read_bytes()
        response = Response(content, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response

    return blueprint
