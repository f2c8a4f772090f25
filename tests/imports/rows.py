"""Small rosters and histories for the tests, and the plans of them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.imports.csvfile import read_csv
from services.imports.directory import Directory
from services.imports.history import plan_history
from services.imports.ndjson import read_ndjson
from services.imports.roster import plan_roster
from services.imports.verdicts import Plan, RowVerdict
from services.pipeline import Fact

ORG = UUID("0f0e0d0c-0000-4000-8000-000000000001")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CAUSE = "import:00000000-0000-4000-8000-000000000000"
HEADER = (
    "programme,starts_on,ends_on,unit,title,goal,measure,skills,mentor_emails,mentor_names,mentee_email,mentee_name"
)


def row(**cells: str) -> str:
    """One line of a roster; what is not given is ordinary."""
    ordinary = {
        "programme": "Spring",
        "starts_on": "2021-03-01",
        "ends_on": "2021-05-31",
        "unit": "Core",
        "title": "Caching",
        "goal": "Cache it",
        "measure": "It is cached",
        "skills": "Go; SQL",
        "mentor_emails": "ann@mentors.example",
        "mentor_names": "Ann",
        "mentee_email": "bo@mentees.example",
        "mentee_name": "Bo",
    }
    assert set(cells) <= set(ordinary)
    return ",".join('"' + value.replace('"', '""') + '"' for value in (ordinary | cells).values())


def roster(*rows: str, directory: Directory | None = None, header: str = HEADER) -> Plan:
    """The plan of a roster with these rows."""
    data = "\r\n".join((header, *rows, "")).encode()
    return plan_roster(ORG, read_csv(data), Directory() if directory is None else directory, NOW, CAUSE)


def fact(kind: str, at: str = "2021-01-01", title: str = "Caching", **parts: Any) -> dict[str, Any]:
    """One line of a history; what is not given is ordinary."""
    ordinary: dict[str, Any] = {
        "programme": "Spring",
        "unit": "Core",
        "title": title,
        "person": None,
        "detail": {},
    }
    return {"at": at if "T" in at else f"{at}T10:00:00Z", "kind": kind, **ordinary, **parts}


def proposed(at: str = "2021-01-01", title: str = "Caching", **parts: Any) -> dict[str, Any]:
    """A proposal by mentor-0001."""
    detail = {"description": "Cache it", "skills": ["Go"], "mentors": ["mentor-0001"], "issue_urls": []}
    return fact("proposed", at, title, **({"detail": detail} | parts))


def history(*facts: dict[str, Any] | str, directory: Directory | None = None) -> Plan:
    """The plan of a history with these lines; a text stands as it is."""
    data = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in facts).encode()
    lines, notes = read_ndjson(data)
    return plan_history(ORG, lines, Directory() if directory is None else directory, NOW, CAUSE, notes=notes)


def codes(verdict: RowVerdict) -> list[str]:
    """The codes of a row's notes."""
    return [note.code for note in verdict.notes]


def types(verdict: RowVerdict) -> list[str]:
    """The stored types of a row's facts."""
    return [one.data.TYPE for one in verdict.facts]


def data_of(one: Fact) -> Any:
    """The data of a fact, whatever its type."""
    return one.data


def of_type(plan: Plan, type_: str) -> list[Any]:
    """The data of all facts of a type, in the order in which they go to the log."""
    return [one.data for one in plan.facts() if one.data.TYPE == type_]
