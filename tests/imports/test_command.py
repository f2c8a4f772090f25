"""`mentorledger import`: preview unless told to commit, verdicts in words or JSON, undo, exit codes."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.composition import composed
from deploy.organisation import the_organisation
from deploy.verdicts import as_lines
from events.organisations import create_log, organisations
from events.tenancy import make_engine
from services.decisions.organisation import CreateOrganisation
from tests.conftest import Command, Database
from tests.imports.rows import HEADER, ORG, row


@pytest.fixture
def command(command: Command, database: Database) -> Command:
    """The command's `import`, on a database with one organisation."""
    engine = make_engine(database.service_url)
    create_log(engine, ORG)
    engine.dispose()
    return partial(command, "import")


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
    assert (1, True) == (
        status,
        preview.endswith("Nothing was written. To write it: the same command with --commit --at 0\n"),
    )
    assert "line 3      warning   [same_person_two_spellings] mentor_emails:" in preview
    assert "line 4      refused   [ambiguous_date] starts_on:" in preview
    status, committed, _ = command(file, "--commit", "--at", "0")
    id_ = committed.split("--undo ")[1].strip()
    assert (1, True) == (status, f"Import {id_}: " in committed)
    status, undone, _ = command("--undo", id_, "--reason", "wrong file")
    assert (0, True) == (status, f"Import {id_} is taken back" in undone)


def test_json(command: Command, file: str) -> None:
    """With --json the output is one value with counts and every row that has a note."""
    status, out, err = command(file, "--commit", "--json", "--org", str(ORG))
    said: dict[str, Any] = json.loads(out)
    assert (1, "") == (status, err)
    assert {"import": 1, "unchanged": 0, "warning": 1, "refused": 1} == said["counts"]
    assert [(3, "warning"), (4, "refused")] == [(one["line"], one["verdict"]) for one in said["rows"]]
    assert said["committed"] and said["events"] > 0


def test_an_import_asked_for_again(command: Command, file: str) -> None:
    """An import under the id that it got is finished or repeated; an id that is none of here begins no import."""
    first = json.loads(command(file, "--commit", "--json")[1])
    again = json.loads(command(file, "--commit", "--json", "--batch", first["batch_id"])[1])
    assert first == again
    status, out, err = command(file, "--commit", "--batch", str(uuid4()))
    assert (1, "", True) == (status, out, "[unknown_batch]" in err)
    assert first["events"] + 2 == json.loads(command(file, "--json")[1])["planned_at"]


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (("{file}", "--commit", "--at", "7"), "position_moved"),
        (("{file}.missing",), "unreadable_file"),
        (("{file}", "--org", str(uuid4())), "unknown_organisation"),
        (("--undo", str(uuid4())), "unknown_batch"),
        (("{file}", "--commit", "--batch", str(uuid4())), "unknown_batch"),
        (("{file}", "--commit", "--batch", str(uuid4()), "--into", "Nobody"), "unknown_organisation"),
        (("{file}", "--into", "Nobody", "--at", "1"), "position_moved"),
        (("{file}", "--into", " "), "name_missing"),
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
    assert (1, 0) == (status, json.loads(preview)["planned_at"])
    status, _, said = command(file, "--into", "Cloud Guild", "--commit", "--at", "0")
    assert (1, True) == (status, "Token: ml_" in said)
    status, again, said = command(file, "--into", "Cloud Guild", "--commit", "--json")
    assert (1, "", 0) == (status, said, json.loads(again)["counts"]["import"])
    status, _, said = command("--into", "Nobody", "--undo", str(uuid4()))
    assert (1, True) == (status, "unknown_organisation" in said)


def test_several_files_are_taken_one_after_the_other(command: Command, file: str, tmp_path: Path) -> None:
    """The second file is planned on what the first one wrote; --at can speak of one file only."""
    second = tmp_path / "second.csv"
    second.write_bytes(Path(file).read_bytes())
    status, out, _ = command(file, str(second), "--commit", "--json")
    first, again = json.loads(out)
    assert (1, 1, 0, 2) == (status, first["counts"]["import"], again["counts"]["import"], again["counts"]["unchanged"])
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
    status, out, _ = command(file, "--commit", "--org", str(ORG))
    assert (1, True) == (status, "events written" in out)


@pytest.mark.parametrize(
    ("data", "code"),
    ((b"\xff\xfe\x00a", "missing_columns"), (f"{HEADER}\n{row(starts_on='03/04/2021')}\n".encode(), "ambiguous_date")),
)
def test_no_organisation_is_made_for_a_refused_import(
    command: Command, file: str, tmp_path: Path, database: Database, data: bytes, code: str
) -> None:
    """Neither for a file that cannot be read nor for one of which every row is refused; nor is a file beside it."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(data)
    status, out, err = command("--into", "Cloud Guild", str(bad), "--commit")
    assert (1, True, False) == (status, f"[{code}]" in out + err, "Token" in err)
    engine = make_engine(database.service_url)
    try:
        assert [ORG] == organisations(engine)
    finally:
        engine.dispose()
    if code == "missing_columns":
        assert 1 == command(file, str(bad), "--commit")[0]
        assert 0 == json.loads(command(file, "--json")[1])["planned_at"]


def test_the_hint_can_be_followed(command: Command, tmp_path: Path) -> None:
    """What the preview says to do is accepted, also for two files; where nothing would be written it says so."""
    paths = []
    for title in ("One", "Two"):
        path = tmp_path / f"{title}.csv"
        path.write_text(f"{HEADER}\n{row(title=title)}\n", encoding="utf-8")
        paths.append(str(path))
    status, out, _ = command(*paths)
    hint = "Nothing was written. To write it: the same command with --commit"
    assert (0, 2) == (status, out.splitlines().count(hint))
    assert 0 == command(*paths, "--commit")[0]
    status, out, _ = command(paths[0])
    assert (0, True, False) == (status, out.endswith("Nothing was written: no row adds anything.\n"), "--commit" in out)


def test_a_file_of_which_every_row_is_refused(command: Command, tmp_path: Path) -> None:
    """The command ends with 1 and has no hint to write it."""
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEADER}\n{row(starts_on='03/04/2021')}\n", encoding="utf-8")
    for words in ((), ("--commit",)):
        status, out, _ = command(str(path), *words)
        assert (1, True, False) == (status, "no row adds anything" in out, "--commit" in out)
