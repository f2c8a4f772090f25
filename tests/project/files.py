"""The project's own files, as the tests of its rules read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("events", "projections", "services", "workers", "deploy")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is in the repository or is about to be (what .gitignore names is not), by path."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted({path for path in paths if path.is_file()}))


def texts(*suffixes: str, under: tuple[str, ...] = ()) -> Iterator[tuple[Path, str]]:
    """(path below the root, text) of the files with such a suffix (any, if none is given) in such folders."""
    for path in files():
        name = path.relative_to(ROOT)
        if (not suffixes or path.suffix in suffixes) and (not under or name.parts[0] in under):
            yield name, path.read_text(encoding="utf-8")


def lines(*suffixes: str, under: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """("path:number", line) of the same files."""
    for name, text in texts(*suffixes, under=under):
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{name}:{number}", line


def modules(*under: str) -> Iterator[tuple[Path, ast.Module]]:
    """(path below the root, syntax tree) of the Python files in such folders."""
    for name, text in texts(".py", under=under):
        yield name, ast.parse(text)


def table(markdown: str, heading: str) -> dict[str, list[str]]:
    """The table under a heading: first cell without backquotes -> the other cells."""
    section = markdown.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return {first.strip("`"): rest for first, *rest in cells}
