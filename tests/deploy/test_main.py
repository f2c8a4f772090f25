"""The command line: what it prints and how it exits."""

import json
from types import SimpleNamespace

import pytest

from deploy import main as command
from deploy.errors import DeployError


def subcommand(monkeypatch, run):
    """Stand in for the module of `doctor`."""
    module = SimpleNamespace(
        __doc__="Help of it.\n",
        configure=lambda parser: parser.add_argument("--json", action="store_true"),
        run=run,
    )
    monkeypatch.setattr(command, "_module", lambda name: module)


def refuse(args, settings):
    """Refuse as a command does."""
    raise DeployError("no_such_thing", "There is no such thing. Look again.")


def test_every_module_of_the_folder_is_a_subcommand(capsys):
    """A new module in deploy/commands is found without a list, and stands in the help with its first line."""
    with pytest.raises(SystemExit) as stop:
        command.main(["--help"])
    output = capsys.readouterr().out
    assert 0 == stop.value.code
    assert {"run", "migrate", "doctor"} <= set(command.names())
    assert all(name in output for name in command.names())


def test_refusal_is_one_line_with_its_code(monkeypatch, capsys):
    """An error with a code ends in exit code 1 and one line, never in a traceback."""
    subcommand(monkeypatch, refuse)
    assert 1 == command.main(["doctor"])
    printed = capsys.readouterr()
    assert "error [no_such_thing]: There is no such thing. Look again.\n" == printed.err
    assert "" == printed.out


def test_refusal_can_be_read_by_a_program(monkeypatch, capsys):
    """With --json the refusal is one JSON value on standard output."""
    subcommand(monkeypatch, refuse)
    assert 1 == command.main(["doctor", "--json"])
    expected = {"error": {"code": "no_such_thing", "message": "There is no such thing. Look again."}}
    assert expected == json.loads(capsys.readouterr().out)


def test_unknown_errors_are_not_hidden(monkeypatch):
    """A fault of the program itself keeps its traceback."""

    def fail(args, settings):
        raise ZeroDivisionError

    subcommand(monkeypatch, fail)
    with pytest.raises(ZeroDivisionError):
        command.main(["doctor"])


@pytest.mark.parametrize(
    "words",
    ([], ["no-such-command"], ["run", "--port", "x"], ["run", "--port", "65536"], ["run", "--nonsense"]),
)
def test_wrong_usage_ends_with_two(words, capsys):
    """A mistyped command or option ends in exit code 2 and a usage line."""
    with pytest.raises(SystemExit) as stop:
        command.main(words)
    assert 2 == stop.value.code
    assert "usage: mentorledger" in capsys.readouterr().err


def test_database_that_does_not_answer_is_a_finding_of_the_doctor(monkeypatch, tmp_path, capsys):
    """What keeps every other check from being made is a line like theirs, and a list of one for programs."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hidden@127.0.0.1:1/nothing")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    words = ["doctor", "--data", str(tmp_path / "data")]
    assert 1 == command.main(words)
    assert capsys.readouterr().out.startswith("FAIL servers: No connection to ")
    assert 1 == command.main([*words, "--json"])
    assert ["database_unreachable"] == [one["code"] for one in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize("words", (["key", "rotate"], ["org", "list"], ["projections", "rebuild"], ["anchors", "show"]))
def test_help_of_an_action_says_what_it_does(words, capsys):
    """Its first words are those of the list of actions; the data folder may be named there, and stands there."""
    (line,) = [one for one in help_of(words[:1], capsys) if one.split()[:1] == words[1:]]
    shown = help_of(words, capsys)
    assert " ".join(line.split()[1:4]).lower() in " ".join(shown).lower()
    assert any("--data DIR" in one for one in shown[1:])


def help_of(words, capsys):
    """The lines of the help."""
    with pytest.raises(SystemExit):
        command.main([*words, "--help"])
    return capsys.readouterr().out.splitlines()


def test_bad_setting_is_a_refusal(monkeypatch, capsys):
    """A variable that cannot be read is refused by name before anything starts."""
    monkeypatch.setenv("MENTORLEDGER_PORT", "eighty")
    assert 1 == command.main(["doctor"])
    assert capsys.readouterr().err.startswith("error [bad_setting]: MENTORLEDGER_PORT ")


def test_interrupted_command_says_so(monkeypatch, capsys):
    """Ctrl-C in a command is a refusal without a traceback."""

    def interrupt(args, settings):
        raise KeyboardInterrupt

    subcommand(monkeypatch, interrupt)
    assert 1 == command.main(["doctor"])
    assert capsys.readouterr().err.startswith("error [interrupted]")


def test_data_option_goes_before_the_variable(monkeypatch, tmp_path):
    """--data overrides MENTORLEDGER_DATA."""
    seen = []

    def see(args, settings):
        seen.append(settings.data)
        return 0

    subcommand(monkeypatch, see)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "variable"))
    assert 0 == command.main(["doctor", "--data", str(tmp_path / "option")])
    assert 0 == command.main(["doctor"])
    assert [tmp_path / "option", tmp_path / "variable"] == seen
