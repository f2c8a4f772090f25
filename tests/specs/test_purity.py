"""Rules about the rules: folds and decisions are pure, every event has its place, every refusal its specification."""

import ast
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from events.catalogue import catalogue
from events.event import Event
from events.subjects.batch import Undone
from projections.fold import fold_of

ROOT = Path(__file__).parents[2]
SUBJECTS = ROOT / "projections" / "subjects"
DECISIONS = ROOT / "services" / "decisions"
SHARED = [ROOT / "services" / f"{name}.py" for name in ("acting", "parties", "policies", "texts", "within")]
RULES = sorted((*DECISIONS.glob("*.py"), *SHARED))
PURE = sorted((*(ROOT / "events" / "subjects").glob("*.py"), *SUBJECTS.glob("*.py"), *RULES))

IMPURE_MODULES = {
    "asyncio", "flask", "io", "logging", "os", "pathlib", "psycopg", "random", "redis", "requests", "rq", "secrets",
    "shutil", "socket", "sqlalchemy", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip  # one list
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "now", "utcnow", "today", "uuid1", "uuid4"}

TOLD_BY_IMPORTS = "only an organisation's own records tell it; nobody does it here"
NOT_DECIDED = {
    "Registered": TOLD_BY_IMPORTS,
    "Moved": TOLD_BY_IMPORTS,
    "AcceptanceUndone": TOLD_BY_IMPORTS,
    "DeadlineRemoved": TOLD_BY_IMPORTS,
    "StatusNoted": TOLD_BY_IMPORTS,
    "BatchStarted": "the import writes down its own course",
    "BatchFinished": "the import writes down its own course",
    "BatchUndone": "the import writes down its own course",
    "Undone": "the import takes itself back in every stream that it touched",
    "ReportProduced": "a worker writes down what it made",
    "StreamsRootTaken": "what the log notes about itself is computed, not decided",
    "LogContinued": "an operator lets a log go on that was halted",
    "KeyRotated": "the signer has the new key when it is noted",
    "Anchored": "somebody outside gave the token that is noted",
    "Audited": "a worker writes down what it found",
    "CheckpointSeen": "a worker writes down what was signed",
    "AnchorGiven": "somebody outside gave the token that is noted",
}


def parsed(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text())


def name_of(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in the module."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def imported(path: Path) -> set[str]:
    """The top-level packages that the module imports."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def refusal_codes() -> set[str]:
    """The codes of all refusals: the first argument of an error, the second of `must_say`."""
    found: set[str] = set()
    for call in (call for path in RULES for call in calls(path)):
        place = {"Refused": 0, "NotFound": 0, "must_say": 1}.get(name_of(call))
        if place is not None and isinstance(code := call.args[place], ast.Constant):
            found.add(str(code.value))
    return found


def events_of_folds() -> set[type[Event]]:
    """The classes in the unions that the folds of all kinds take; each `match` over one ends in assert_never."""
    found: set[type[Event]] = set()
    for path in SUBJECTS.glob("*.py"):
        module = import_module(f"projections.subjects.{path.stem}")
        if hasattr(module, "FOLD"):
            happened = typing.get_type_hints(fold_of(path.stem).evolve)["happened"]
            (union,) = typing.get_args(happened)
            found.update(typing.get_args(union) or (union,))
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_rules_and_folds_neither_look_at_the_world_nor_touch_it(path):
    """No clock, no chance, no input or output: the same events come to the same state for ever."""
    assert set() == imported(path) & IMPURE_MODULES
    assert set() == {name_of(call) for call in calls(path)} & IMPURE_CALLS


def test_every_event_is_folded():
    """Each class of the catalogue is in the union of a fold; taking back a batch is every fold's."""
    assert set(catalogue().values()) == events_of_folds() | {Undone}


@pytest.mark.parametrize("path", sorted(SUBJECTS.glob("*.py")), ids=lambda path: path.stem)
def test_a_match_over_events_forgets_none(path):
    """Every `match` over an event's data ends in assert_never, so that a new class cannot be overlooked."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Match):
            last = node.cases[-1]
            assert "assert_never" in ast.unparse(last), f"{path.name}:{node.lineno}"


def test_every_event_is_decided_or_told():
    """Each class is made by a decision, or stands here with the reason why not."""
    decided = {name_of(call) for path in DECISIONS.glob("*.py") for call in calls(path)}
    known = {cls.__name__ for cls in catalogue().values()}
    assert known == (decided & known) | NOT_DECIDED.keys()
    assert set() == decided & NOT_DECIDED.keys()


def test_every_refusal_has_a_specification():
    """Each code of a refusal stands in a spec."""
    specs = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    said = {
        node.value
        for path in specs
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = refusal_codes()
    assert len(codes) > 50
    assert set() == codes - said
