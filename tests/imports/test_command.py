"""`mentorledger import`: preview unless told to commit, verdicts in words or JSON, undo, exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.composition import composed
from deploy.main import main
from deploy.organisation import the_organisation
from deploy.verdicts import as_lines
from events.organisations import create_log
from events.tenancy import make_engine
from services.decisions.organisation import CreateOrganisation
from tests.conftest import Database
from tests.imports.rows import HEADER, ORG, row

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    database: Database,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command on a fresh database with one organisation: exit code, standard output, standard error."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "data"))
    engine = make_engine(database.service_url)
    create_log(engine, ORG)
    engine.dispose()

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["import", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A roster of three rows: one to import, one with a warning, one refused."""
    path = tmp_path / "roster.csv"
    rows = (row(), row(title="Tracing", mentor_names="Anne"), row(title="Docs", starts_on="03/04/2021"))
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return str(path)


def test_preview_commit_undo(command: Command, file: str) -> None:
    """A preview writes nothing and says how to commit; a commit says how to undo.

    An undo says what it did.
    """
    status, preview, _ = command(file)
    assert (0, True) == (
        status,
        preview.endswith("Nothing was written. To write it: the same command with --commit --at 0\n"),
    )
    assert "line 3      warning   [same_person_two_spellings] mentor_emails:" in preview
    assert "line 4      refused   [ambiguous_date] starts_on:" in preview
    status, committed, _ = command(file, "--commit", "--at", "0")
    id_ = committed.split("--undo ")[1].strip()
    assert (0, True) == (status, f"Import {id_}: " in committed)
    status, undone, _ = command("--undo", id_, "--reason", "wrong file")
    assert (0, True) == (status, f"Import {id_} is taken back" in undone)


def test_json(command: Command, file: str) -> None:
    """With --json the output is one value with counts and every row that has a note."""
    status, out, err = command(file, "--commit", "--json", "--org", str(ORG))
    said: dict[str, Any] = json.loads(out)
    assert (0, "") == (status, err)
    assert {"import": 1, "unchanged": 0, "warning": 1, "refused": 1} == said["counts"]
    assert [(3, "warning"), (4, "refused")] == [(one["line"], one["verdict"]) for one in said["rows"]]
    assert said["committed"] and said["events"] > 0


def test_a_batch_of_ones_own_id(command: Command, file: str) -> None:
    """An import under an id that one gives can be asked for again."""
    id_ = str(uuid4())
    first = json.loads(command(file, "--commit", "--json", "--batch", id_)[1])
    again = json.loads(command(file, "--commit", "--json", "--batch", id_)[1])
    assert (first, id_) == (again, again["batch_id"])


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (("{file}", "--commit", "--at", "7"), "position_moved"),
        (("{file}.missing",), "unreadable_file"),
        (("{file}", "--org", str(uuid4())), "unknown_organisation"),
        (("--undo", str(uuid4())), "unknown_batch"),
    ),
)
def test_refusals(command: Command, file: str, words: tuple[str, ...], code: str) -> None:
    """What is refused has its code on standard error and exit code 1."""
    status, _, err = command(*(word.format(file=file) for word in words))
    assert (1, True) == (status, f"[{code}]" in err)


@pytest.mark.parametrize("words", ((), ("a.csv", "--undo", str(uuid4())), ("--undo", "x"), ("a.csv", "--at", "x")))
def test_wrong_usage(command: Command, words: tuple[str, ...]) -> None:
    """Wrong words end with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        command(*words)
    assert 2 == ended.value.code


def test_which_organisation(database: Database) -> None:
    """Without --org the only organisation is meant; none or several are an error that says what to do."""
    engine = make_engine(database.service_url)
    try:
        assert "no_organisation" == _code(lambda: the_organisation(engine, None))
        create_log(engine, ORG)
        assert ORG == the_organisation(engine, None)
        create_log(engine, uuid4())
        assert "which_organisation" == _code(lambda: the_organisation(engine, None))
        assert ORG == the_organisation(engine, ORG)
    finally:
        engine.dispose()


def test_other_peoples_words_do_not_move_the_cursor() -> None:
    """Control characters of a file's cells are not sent to the terminal."""
    note = {"code": "x", "message": "\x1b[2Jgone", "column": None}
    shown = {
        "format": "roster",
        "notes": [note],
        "counts": {},
        "rows": [{"line": 2, "label": "", "verdict": "refused", "notes": [note]}],
        "committed": True,
        "events": 0,
    }
    assert not [line for line in as_lines(shown) if "\x1b" in line]


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(Exception) as refusal:  # noqa: PT011  # the code is what is asserted
        call()
    return str(getattr(refusal.value, "code", ""))


def test_an_organisation_of_a_new_name_is_made_by_the_commit(command: Command, file: str) -> None:
    """--into previews without making anything, makes the organisation once, and finds it again by its name."""
    status, preview, _ = command(file, "--into", "Cloud Guild", "--json")
    assert (0, 0) == (status, json.loads(preview)["planned_at"])
    status, _, said = command(file, "--into", "Cloud Guild", "--commit")
    assert (0, True) == (status, "Token: ml_" in said)
    status, again, said = command(file, "--into", "Cloud Guild", "--commit", "--json")
    assert (0, "", 0) == (status, said, json.loads(again)["counts"]["import"])
    status, _, said = command("--into", "Nobody", "--undo", str(uuid4()))
    assert (1, True) == (status, "unknown_organisation" in said)


def test_several_files_are_taken_one_after_the_other(command: Command, file: str, tmp_path: Path) -> None:
    """The second file is planned on what the first one wrote; --at can speak of one file only."""
    second = tmp_path / "second.csv"
    second.write_bytes(Path(file).read_bytes())
    status, out, _ = command(file, str(second), "--commit", "--json")
    first, again = json.loads(out)
    assert (0, 1, 0, 2) == (status, first["counts"]["import"], again["counts"]["import"], again["counts"]["unchanged"])
    with pytest.raises(SystemExit, match="2"):
        command(file, str(second), "--at", "0")


def test_real_records_do_not_go_into_the_simulated_organisation_by_mistake(
    command: Command, file: str, database: Database
) -> None:
    """Where the sample is the only organisation, an import wants to be told whose records they are."""
    with composed(database.service_url) as core:
        created = CreateOrganisation(organisation_id=str(ORG), name="Sample", simulated=True)
        core.pipeline.handle(ORG, created, actor="operator:test")
    status, _, said = command(file, "--commit")
    assert (1, True) == (status, "simulated_organisation" in said)
    status, _, _ = command(file, "--commit", "--org", str(ORG))
    assert 0 == status
