"""The measurements run on servers of their own and compare; how fast anything is, no test asks."""

import json

import pytest

from deploy.bench.rounds import milliseconds, rates
from deploy.bench.table import Line
from deploy.main import main

SUBJECTS = (
    (
        "append",
        ("--seconds", "0.7"),
        {"raw INSERT", "eventsourcing", "eventsourcing get, save", "ours, 1 client", "ours, unsigned"},
    ),
    ("read", ("--events", "2000", "--seconds", "0.2"), {"sequential scan", "from a position on"}),
    ("rebuild", ("--events", "2000"), {"wanted", "bare read"}),
    ("replay", ("--seconds", "0.2"), {"wanted", "bare read"}),
    ("http", ("--seconds", "0.2"), {"bare route"}),
)


@pytest.mark.parametrize(("subject", "options", "yardsticks"), SUBJECTS)
def test_each_subject_is_compared(subject, options, yardsticks, capsys):
    """Every line has both figures and their ratio, and names what it was compared with."""
    assert 0 == main(["bench", subject, *options, "--json"])
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert yardsticks == {line["yardstick"] for line in lines}
    for line in lines:
        assert line["ours"] > 0
        assert line["theirs"] > 0
        assert line["ratio"] == pytest.approx(line["ours"] / line["theirs"])


def test_the_import_of_the_real_files_is_measured(shared_dir, monkeypatch, capsys):
    """Both files are imported whole, beside as many raw inserts."""
    monkeypatch.setenv("SHARED_DIR", str(shared_dir))
    assert 0 == main(["bench", "import", "--json"])
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert ["813 rows", "2,317 rows"] == [line["what"].split(": ")[1].split(", ")[0] for line in lines]


def test_an_import_bench_without_the_files_says_so(tmp_path, monkeypatch, capsys):
    """Where the real files are not, the command names the variable that says where they are."""
    monkeypatch.setenv("SHARED_DIR", str(tmp_path))
    assert 1 == main(["bench", "import"])
    assert "no_real_data" in capsys.readouterr().err


def test_every_client_works_in_every_round():
    """Each client counts its own operations up from nothing, over all rounds; the rate is more than nothing."""
    seen: dict[int, list[int]] = {0: [], 1: []}
    (rate,) = rates([(lambda client, number: seen[client].append(number), 2)], 0.01)
    assert rate > 0
    for numbers in seen.values():
        assert list(range(len(numbers))) == numbers


def test_calls_are_made_by_turns():
    """The first call of each warms up; then they alternate."""
    order: list[str] = []
    milliseconds([lambda: order.append("a"), lambda: order.append("b")], 2)
    assert ["a", "b"] * 3 == order


def _line(**bounds):
    return Line(what="w", ours=2.0, yardstick="y", theirs=4.0, unit="u", **bounds)


def test_a_ratio_is_kept_on_its_side():
    """At least, at most, or no target at all."""
    assert _line(target=0.5).kept
    assert not _line(target=0.6).kept
    assert _line(target=0.5, at_most=True).kept
    assert not _line(target=0.4, at_most=True).kept
    assert _line().kept
