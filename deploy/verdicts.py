"""What a command shows of an import: counts by verdict, and each row that was refused or needs a look."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from services.imports.verdicts import IMPORT, REFUSED, WARNING, Plan

Shown = dict[str, Any]


def as_json(plan: Plan) -> Shown:
    """Return the plan as plain types; rows without a note are only counted."""
    return {
        "format": plan.format,
        "counts": plan.counts(),
        "notes": [asdict(note) for note in plan.notes],
        "rows": [
            {
                "line": row.line,
                "label": row.label,
                "verdict": row.verdict,
                "notes": [asdict(note) for note in row.notes],
            }
            for row in plan.rows
            if row.notes
        ],
    }


def writes(result: Shown) -> bool:
    """Tell whether some row of a file adds something."""
    return any(result["counts"].get(verdict) for verdict in (IMPORT, WARNING))


def refuses(result: Shown) -> bool:
    """Tell whether some row of a file was refused; what was taken back has none."""
    return bool(result.get("counts", {}).get(REFUSED))


def as_lines(result: Shown, *, alone: bool = True) -> Iterator[str]:
    """Yield the lines that say it to a person; alone: it is the command's only file."""
    if "undone" in result:
        yield f"Import {result['undone']} is taken back: {result['streams']:,} streams are as they were."
        return
    for note in result["notes"]:
        yield _plain(f"file      {note['code']}: {note['message']}")
    for row in result["rows"]:
        for note in row["notes"]:
            column = f"{note['column']}: " if note["column"] else ""
            yield _plain(f"line {row['line']:<6} {row['verdict']:<9} [{note['code']}] {column}{note['message']}")
    yield ""
    yield f"{result['format']}, rows by verdict:"
    for verdict, count in result["counts"].items():
        yield f"  {verdict:<10} {count:>8,}"
    yield from _outcome(result, alone=alone)


def _outcome(result: Shown, *, alone: bool) -> Iterator[str]:
    if not writes(result):
        yield "Nothing was written: no row adds anything."
    elif not result["committed"]:
        where = f" --at {result['planned_at']}" if alone else ""
        yield f"Nothing was written. To write it: the same command with --commit{where}"
    else:
        id_ = result["batch_id"]
        yield f"Import {id_}: {result['events']:,} events written. To take it back: --undo {id_}"


def _plain(text: str) -> str:
    """Return the text without what moves a terminal's cursor: cells are other people's words."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
