"""What no file may say, and what every exception and every test must say."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.project.files import PACKAGES, ROOT, lines, modules

# A letter in brackets is the letter itself: so this file does not hold what it looks for.
FORBIDDEN = {
    "the host of a package index": r"p[y]pi\.org|p[y]thonhosted\.|n[p]mjs\.|d[e]b\.debian",
    "a place on one machine": r"[/]work/|[/]root/|[/]home/\w",
    "a promise": r"\b[T]ODO\b|\b[F]IXME\b|\b[X]XX\b",
    "a secret": r"-----[B]EGIN [A-Z ]*PRIVATE KEY|\b[A]KIA[0-9A-Z]{16}|\b[g]h[opsu]_\w{30}",
}
ADDRESS = re.compile(r"[\w.+%-]+@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
NOBODYS = re.compile(r"(^|\.)(example|test|invalid|localhost|example\.(com|org|net))$", re.IGNORECASE)
IGNORE = re.compile(r"#\s*(?:noqa|type: ?ignore|fmt: ?(?:skip|off)|pragma:|mypy:|ruff: ?noqa)")
OWN = ("tests/project/test_text.py", "requirements.lock", "LICENSE")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    """No file names an index's host or a place on one machine, promises anything, or gives a secret away."""
    form = re.compile(FORBIDDEN[what])
    assert [] == [where for where, line in lines() if form.search(line)]


def test_mail_addresses_belong_to_nobody() -> None:
    """Examples and tests use names that are reserved for examples."""
    found = [(where, host) for where, line in _own_lines() for host in ADDRESS.findall(line)]
    assert [] == [(where, host) for where, host in found if not NOBODYS.search(host)]


def test_every_ignore_says_why() -> None:
    """An ignore (lint, type, form) is followed by its reason, on its line."""
    ignores = [(where, line) for where, line in lines(".py") if IGNORE.search(line) and not where.startswith(OWN)]
    assert [] == [where for where, line in ignores if not _reason(line)]


def test_every_exception_in_the_settings_of_the_tools_says_why() -> None:
    """Each rule that is off, each module or warning that is let through, has its reason on its line."""
    assert [] == [line for line in _exceptions((ROOT / "pyproject.toml").read_text()) if not _reason(line)]


def test_every_test_says_what_must_hold() -> None:
    """A test without its sentence is a riddle for whoever breaks it."""
    tests = [(name, test) for name, tree in modules("tests") for test in _tests(tree)]
    assert [] == [f"{name}: {node.name}" for name, node in tests if not (ast.get_docstring(node) or "").endswith(".")]


def test_no_query_skips_rows_by_counting_them() -> None:
    """Pages go on from a cursor: an offset reads all it skips, and skips or repeats rows under writes."""
    form = re.compile(r"\bOFFSET\b|\.offset\(")
    assert [] == [where for where, line in lines(".py", ".sql", under=PACKAGES) if form.search(line)]


def test_no_append_waits_for_listeners() -> None:
    """A commit with NOTIFY takes one lock for the whole server: the appends of all would queue up for it."""
    form = re.compile(r"\bNOTIFY\b|pg_notify")
    assert [] == [where for where, line in lines(".py", ".sql", under=PACKAGES) if form.search(line)]


def _own_lines() -> Iterator[tuple[str, str]]:
    return ((where, line) for where, line in lines() if not where.startswith(OWN))


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return (function for function in functions if function.name.startswith("test_"))


def _reason(line: str) -> str:
    """What the last comment of a line says, if it is no ignore itself."""
    last = line.rpartition("#")[2].strip() if "#" in line else ""
    return "" if IGNORE.match(f"# {last}") else last


def _exceptions(text: str) -> Iterator[str]:
    """The lines of pyproject.toml that let something through."""
    form = re.compile(r'\s+"[A-Z]+\d*",|"\S+" = \["[A-Z]|ignore_\w+ = true|disallow_\w+ = false|\s+"ignore:')
    return (line for line in text.splitlines() if form.match(line))
