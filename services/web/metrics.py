"""`/metrics` for Prometheus: sums over all organisations, so that nothing in them is about anybody; no token."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from projections.standing import Standing
from services.web.subject import parts

_GAUGES = (
    ("organisations", "mentorledger_organisations", "Organisations on this installation."),
    ("audited", "mentorledger_audited_organisations", "Organisations whose log was audited in the last night."),
    (
        "findings",
        "mentorledger_audit_findings",
        "What the audits of the last night found; anything above 0 needs a person.",
    ),
    (
        "halted",
        "mentorledger_halted_logs",
        "Logs that take no events because they do not continue what was signed; anything above 0 needs a person.",
    ),
    ("records", "mentorledger_log_records", "Records in all logs."),
    ("unsigned", "mentorledger_unsigned_records", "Records that no signed checkpoint covers yet."),
)


class _Gauges(Collector):
    def __init__(self, found: Standing) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        for field, name, says in _GAUGES:
            yield GaugeMetricFamily(name, says, value=getattr(self._found, field))


def make_blueprint() -> Blueprint:
    """The one route."""
    blueprint = Blueprint("metrics", __name__)
    blueprint.add_url_rule("/metrics", "metrics", _metrics)
    return blueprint


def _metrics() -> Response:
    services, _ = parts()
    registry = CollectorRegistry()
    registry.register(_Gauges(services.standing()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
