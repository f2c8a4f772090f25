"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from services.web.problems import problem
from services.web.subject import parts


def make_blueprint() -> Blueprint:
    """`/healthz` and `/readyz`, for whoever starts and watches the process; no token is asked for."""
    blueprint = Blueprint("health", __name__)
    blueprint.add_url_rule("/healthz", "alive", _alive)
    blueprint.add_url_rule("/readyz", "ready", _ready)
    return blueprint


def _alive() -> Response:
    return _json({"status": "alive"})


def _ready() -> Response:
    services, _ = parts()
    faults = {name: fault for name, check in services.checks.items() if (fault := check()) is not None}
    if faults:
        sentence = "Not ready: " + " ".join(faults.values())
        return problem("not_ready", sentence, facts={"missing": faults})
    return _json({"status": "ready", "checks": list(services.checks)})


def _json(body: dict[str, object]) -> Response:
    response = Response(msgspec.json.encode(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
