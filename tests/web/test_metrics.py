"""Figures for whoever watches the installation: sums over all organisations."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from tests.web.conftest import Running
from tests.web.test_proof import Log

NIGHT = "audit/2026-01-01"


def figures(api: Running) -> dict[str, float]:
    """Every gauge by its name, read as Prometheus reads it."""
    answer = api.app.test_client().get("/metrics")
    assert (200, True) == (answer.status_code, answer.content_type.startswith("text/plain"))
    return {
        sample.name.removeprefix("mentorledger_"): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_an_empty_installation_has_nothing_to_tell(api: Running) -> None:
    """All figures are there, and all are 0."""
    found = figures(api)
    assert {0.0} == set(found.values())
    assert 6 == len(found)


def test_records_are_unsigned_until_a_checkpoint_covers_them(api: Running) -> None:
    """Sums over organisations: records, and those without signature."""
    one, other = Log(api), Log(api)
    one.grow(3)
    one.sign()
    one.grow(2)
    other.grow(4)
    found = figures(api)
    assert (2, 9, 6) == (found["organisations"], found["log_records"], found["unsigned_records"])


def test_findings_and_halts_are_counted(api: Running) -> None:
    """What the night's audits found, how many there were, and how many logs take nothing."""
    now = datetime.now(UTC)
    effects = [(Log(api).org, note) for note in ("0", "3", "4")]
    for org, note in effects:
        api.effects.begin(org, NIGHT, now)
        api.effects.settle(org, NIGHT, "done", note=note)
    api.tree.halt(effects[0][0], "for a test")
    api.effects.begin(effects[1][0], "audit/2026-01-02", now)
    found = figures(api)
    assert (3, 7, 1) == (found["audited_organisations"], found["audit_findings"], found["halted_logs"])


def test_nothing_in_it_names_anybody(api: Running) -> None:
    """No id and no name of an organisation: it asks for no token."""
    log = Log(api)
    log.grow(1)
    assert str(log.org) not in api.app.test_client().get("/metrics").text
