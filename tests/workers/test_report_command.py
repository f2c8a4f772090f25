"""`mentorledger report`: makes one on demand, records it and writes its files."""

import json
from hashlib import sha256

import pytest

from deploy.main import main
from tests.workers.town import Sink, ago, context_on, late_town


@pytest.fixture
def town(database, redis_url, tmp_path, monkeypatch):
    """The only organisation of an instance with servers of its own."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "data"))
    with context_on(database.service_url, Sink()) as context:
        yield late_town(context)


def test_a_report_is_made_recorded_and_written(town, tmp_path, capsys):
    """Two files whose hashes the event names; the page speaks of the relationship."""
    out = tmp_path / "new" / "reports"
    assert 0 == main(["report", town.relationship, "--out", str(out)])
    html, json_ = capsys.readouterr().out.split()
    [event] = town.events("report.produced")
    assert (town.stream, "operator:command") == (event.data.subject, event.actor)
    for path, digest in ((html, event.data.html_sha256), (json_, event.data.json_sha256)):
        with open(path, "rb") as file:  # noqa: PTH123  # the printed path as a shell takes it
            assert digest == sha256(file.read()).hexdigest()
    assert "Parser" in (out / f"report-{event.data.report_id}.html").read_text()


def test_a_report_of_the_past_says_what_had_happened_by_then(town, tmp_path, capsys):
    """As of a day before the session there is none; the same moment twice is one report."""
    words = ["report", f"programme-{town.programme}", "--as-of", ago(31).isoformat(), "--out", str(tmp_path), "--json"]
    assert 0 == main(words) == main(words)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert 1 == len(town.events("report.produced"))
    with open(first["json"], encoding="utf-8") as file:  # noqa: PTH123  # as above
        found = json.load(file)
    figures = {one["key"]: one["value"] for section in found["sections"] for one in section["figures"]}
    assert (1, 0, 0) == (figures["relationships_active"], figures["sessions_held"], figures["minutes_held"])


@pytest.mark.parametrize(
    ("words", "code"),
    ((["nonsense"], "unknown_subject"), (["{relationship}", "--as-of", "2199-01-01T00:00Z"], "in_future")),
)
def test_what_cannot_be_reported_is_said(town, capsys, words, code):
    """Exit code 1 and one line with a code."""
    words = [word.format(relationship=town.relationship) for word in words]
    assert 1 == main(["report", *words])
    assert f"error [{code}]" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(town, tmp_path, capsys):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    assert 1 == main(["report", town.relationship, "--out", str(tmp_path / "file")])
    assert "error [unwritable_folder]" in capsys.readouterr().err
