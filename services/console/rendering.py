"""What all templates share: dates, words, and texts of other people made harmless."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from markupsafe import Markup

from projections.wording.glossary import count, day
from services.console.dates import as_text

HERE = Path(__file__).parent
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
# Characters that turn the direction of what follows them: in a name they would reorder the words around it.
_TURNING = dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�")


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A page with the headers that every page has."""
    context.setdefault("organisation", None)
    response = make_response(render_template(template, **context), status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def register(blueprint: Blueprint) -> None:
    """Give the templates their filters."""
    for name, function in (
        ("day", day_of),
        ("moment", moment_of),
        ("instant", instant_of),
        ("plain", plain),
        ("words", words),
        ("at", as_text),
        ("counted", count),
    ):
        blueprint.add_app_template_filter(function, f"console_{name}")


def day_of(when: date | datetime | None) -> Markup:
    """A day in words, with its machine's form; of a moment the UTC day."""
    if when is None:
        return Markup("–")
    on = when.astimezone(UTC).date() if isinstance(when, datetime) else when
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), day(on))


def moment_of(when: datetime | None) -> Markup:
    """A moment in words, labelled UTC, with its machine's form."""
    if when is None:
        return Markup("–")
    utc = when.astimezone(UTC)
    said = f"{day(utc.date())}, {utc:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(f"{utc:%Y-%m-%dT%H:%M:%SZ}", said)


def instant_of(when: datetime) -> Markup:
    """A moment to the millisecond, for entries that were written down one right after the other."""
    utc = when.astimezone(UTC)
    machine = utc.replace(tzinfo=None).isoformat(timespec="milliseconds")
    said = f"{day(utc.date())}, {machine.partition('T')[2]} UTC"
    return Markup('<time datetime="{}Z">{}</time>').format(machine, said)


def plain(text: str | None) -> str:
    """Other people's words without characters that would reorder ours."""
    return (text or "").translate(_TURNING)


def words(name: str) -> str:
    """A stored word as people say it: `ended_early` is `Ended early`."""
    return name.replace("_", " ").capitalize()
