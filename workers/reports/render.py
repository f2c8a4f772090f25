"""A report's two forms: a page that prints and reads well on a phone, without any script, and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from workers.reports.shape import Figure, Report

INLINE = 8
"""A figure with more sources than this folds them away on the screen; the printed page shows them all."""


def as_json(report: Report) -> bytes:
    """The report as JSON (UTF-8), its form named in `form`."""
    return msgspec.json.encode(report) + b"\n"


def as_html(report: Report) -> bytes:
    """The report as one self-contained page."""
    return _template().render(report=report, until=report.until - timedelta(microseconds=1)).encode()


@cache
def _template() -> Template:
    loader = PackageLoader("workers.reports", "")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"moment": _moment, "amount": _amount, "day": _day}
    environment.globals["inline"] = INLINE
    return environment.get_template("report.html")


def _moment(when: datetime | None) -> str:
    return "-" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def _day(when: datetime) -> str:
    local = when.astimezone(UTC)
    return f"{local.day} {local:%B %Y}"


def _amount(figure: Figure) -> str:
    if figure.unit == "minutes":
        hours, minutes = divmod(figure.value, 60)
        return f"{hours:,} h {minutes:02d} min"
    return f"{figure.value:,}"
