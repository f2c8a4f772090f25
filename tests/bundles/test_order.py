"""What the operator itself made wrong, and signed: other programs see a sound tree, ours reads the records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from events.proof.checkpoint import origin_of
from events.proof.notes import SigningKey
from events.proof.tree import EMPTY_ROOT
from events.record import canonical
from events.subjects.goal import GoalProgressed
from events.subjects.log import LogContinued, StreamsRootTaken
from services.bundles.verify import verify
from tests.bundles.made import ORG, MadeLog, relationship

STREAM = f"relationship-{relationship(1)}"


def begun() -> MadeLog:
    """Three sound records of a stream."""
    made = MadeLog()
    for percent in (1, 2, 3):
        made.add(STREAM, GoalProgressed(goal_id="g", percent=percent))
    return made


def again(made: MadeLog, **changes: object) -> bytes:
    """The bytes that a sound next record would have, but for some members."""
    twin = MadeLog(records=[*made.records], kept=[*made.kept], heads={**made.heads})
    twin.add(STREAM, GoalProgressed(goal_id="g", percent=4))
    return canonical(json.loads(twin.records[-1]) | changes)


def faults(made: MadeLog, folder: Path) -> list[tuple[str, str, int | None]]:
    """What the check of the whole log says."""
    found = verify(made.export(folder / "b"), [made.key.vkey]).faults
    return [(one.code, one.file, one.position) for one in found]


CHANGES: tuple[tuple[dict[str, object], str], ...] = (
    ({"stream_version": 5}, "broken_stream"),
    ({"stream_version": 3}, "broken_stream"),
    ({"stream_version": 1, "prev": None}, "broken_stream"),
    ({"prev": "0" * 64}, "broken_chain"),
    ({"prev": None}, "broken_chain"),
    ({"recorded_at": "2026-03-01T08:59:59.000000Z"}, "clock_back"),
    ({"recorded_at": "2026-03-01T09:59:59Z"}, "bad_record"),
    ({"recorded_at": "9"}, "bad_record"),
    ({"org": "11111111-31b3-4f0e-9d9a-4f0d1a1f7c11"}, "foreign_record"),
    ({"stream_version": True}, "bad_record"),
    ({"stream": None}, "bad_record"),
    ({"stream": ""}, "bad_record"),
    ({"stream": "a\nb"}, "bad_record"),
    ({"stream_version": 0}, "bad_record"),
    ({"prev": 7}, "bad_record"),
    ({"type": 7}, "bad_record"),
    ({"type": ""}, "bad_record"),
    ({"schema": -1}, "bad_record"),
    ({"salt": ""}, "bad_record"),
    ({"salt": "0" * 31 + "G"}, "bad_record"),
    ({"data": []}, "bad_record"),
    ({"actor": None}, "bad_record"),
    ({"policy": "1"}, "bad_record"),
    ({"policy": 0}, "bad_record"),
    ({"occurred_at": "never"}, "bad_record"),
    ({"occurred_at": "2026-03-01 10:00:00.000000Z"}, "bad_record"),
    ({"occurred_at": "2026-02-30T10:00:00.000000Z"}, "bad_record"),
    ({"recorded_at": "2026-99-99T99:99:99.000000Z"}, "bad_record"),
    ({"type": "log.streams_root"}, "bad_record"),
    ({"type": "log.continued"}, "bad_record"),
)


@pytest.mark.parametrize(("changes", "code"), CHANGES, ids=[f"{code}-{next(iter(one))}" for one, code in CHANGES])
def test_a_record_out_of_order_is_named(changes, code, tmp_path: Path):
    """A gap, a version twice, a wrong predecessor, a clock set back, another's record: by file and position."""
    made = begun()
    made.put(STREAM, GoalProgressed.TYPE, 4, again(made, **changes))
    assert [(code, "tile/entries/000.p/4", 3)] == faults(made, tmp_path)


SPELLINGS = {
    "a space": lambda record: record.replace(b'":', b'": ', 1),
    "a member twice": lambda record: record.replace(b'{"actor"', b'{"actor":"person:bob","actor"', 1),
    "another order": lambda record: canonical(json.loads(record))[:-1].replace(b'"actor"', b'"zactor"', 1) + b"}",
    "a member less": lambda record: canonical({k: v for k, v in json.loads(record).items() if k != "salt"}),
    "an array": lambda record: b"[" + record + b"]",
    "no JSON": lambda record: b"x" + record,
    "nothing": lambda record: b"",
    "half": lambda record: record[:50],
    "a fraction": lambda record: record.replace(b'"percent":4', b'"percent":4.5'),
    "a whole fraction": lambda record: record.replace(b'"percent":4', b'"percent":4.0'),
    "minus zero": lambda record: record.replace(b'"percent":4', b'"percent":-0.0'),
    "beyond 2^53": lambda record: record.replace(b'"percent":4', b'"percent":9007199254740992'),
    "beyond 2^64": lambda record: record.replace(b'"percent":4', b'"percent":18446744073709551616'),
    "a member that is not ASCII": lambda record: record.replace(b'"goal_id"', '"göal_id"'.encode()),
    "half a letter": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\\ud800"'),
    "a control character": lambda record: record.replace(b"person:ada", b"person:\x01da"),
    "an escape for nothing": lambda record: record.replace(b"person:ada", b"person:\\u0061da"),
    "no text": lambda record: record.replace(b"person:ada", b"person:\xffda"),
    "an envelope beyond 2^53": lambda record: record.replace(b'"policy":1', b'"policy":9007199254740992'),
    "a number with an exponent": lambda record: record.replace(b'"policy":1', b'"policy":1e0'),
    "a NUL": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\\u0000"'),
    "deep": lambda record: b"[" * 30_000 + b"]" * 30_000,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_record_has_one_spelling(spelling, tmp_path: Path):
    """Bytes that two readers could take differently, or that are no record at all, are named."""
    made = begun()
    made.put(STREAM, GoalProgressed.TYPE, 4, SPELLINGS[spelling](again(made)))
    assert [("bad_record", "tile/entries/000.p/4", 3)] == faults(made, tmp_path)


@pytest.mark.parametrize(
    "actor", ('person:"ada"', "person:\\ada", "person:\tada", "person:älva", "person:\u2028", "p\x7f")
)
def test_a_text_that_needs_care_has_its_one_spelling(actor, tmp_path: Path):
    """Quotes, backslashes, tabs and letters beyond ASCII, as RFC 8785 writes them: sound."""
    made = begun()
    made.put(STREAM, GoalProgressed.TYPE, 4, again(made, actor=actor, cause=actor, on_behalf_of=actor))
    assert [] == faults(made, tmp_path)


def test_a_record_left_out_of_a_part_is_missed(log: MadeLog, part: Path, tmp_path: Path):
    """In the middle its successor shows the gap; at the end the log's own statement does."""
    positions = sorted(int(path.name) for path in (part / "records").iterdir())
    statement = json.loads((part / "manifest.json").read_bytes())["streams_root"]["position"]
    shown = [one for one in positions if one != statement]
    for at, code in ((shown[3], "broken_stream"), ([one for one in shown if one < statement][-1], "incomplete_stream")):
        folder = tmp_path / str(at)
        log.export(folder, number=2)
        (folder / f"records/{at}").unlink()
        (folder / f"receipts/{at}.tlog-proof").unlink()
        assert code in {one.code for one in verify(folder, [log.key.vkey]).faults}


@pytest.mark.parametrize("size", (0, 2, 3))
def test_a_false_statement_on_the_streams_is_named(size, tmp_path: Path):
    """A root that the records do not give, also of a size that lies back, or of another size."""
    made = begun()
    made.add(f"log-{ORG}", StreamsRootTaken(size=size, root="ab" * 32, programmes_root=EMPTY_ROOT.hex()))
    assert [("statement_differs", "tile/entries/000.p/4", 3)] == faults(made, tmp_path)


def test_a_statement_may_lie_back(tmp_path: Path):
    """What was written between the size that is stated and the statement does not disturb it."""
    made = MadeLog().fill(290)
    twin = MadeLog().fill(290).state()
    stated = StreamsRootTaken(**json.loads(twin.records[-1])["data"])
    made.fill(20, relationships=9)
    made.add(f"log-{ORG}", stated)
    verdict = verify(made.export(tmp_path / "b"), [made.key.vkey])
    assert verdict.sound, verdict.faults


@pytest.mark.parametrize("form", ({"size": 9, "root": "ab" * 32}, {"size": 1, "root": "AB" * 32}, {"size": -1}, {}, []))
def test_a_statement_without_its_form_is_named(form, tmp_path: Path):
    """A size of the future, a root that is none, nothing at all."""
    made = begun()
    made.add(f"log-{ORG}", StreamsRootTaken(size=3, root="ab" * 32, programmes_root=""))
    sound = made.records[3]
    stream = f"log-{ORG}"
    made = begun()
    made.put(stream, "log.streams_root", 1, canonical(json.loads(sound) | {"data": form}))
    made.latest(ORG)
    made.kept[3] = (stream, "log.key_rotated", 1, made.kept[3][3])
    assert [("bad_record", "tile/entries/000.p/4", 3)] == faults_without_reading(made, tmp_path)


def faults_without_reading(made: MadeLog, folder: Path) -> list[tuple[str, str, int | None]]:
    """The same, for a log whose own stream cannot be read by the export."""
    made.read_stream = lambda *_, **__: iter(())  # type: ignore[method-assign]  # of this one log
    return faults(made, folder)


def test_a_log_that_goes_on_under_a_new_origin_says_what_was_lost(tmp_path: Path):
    """A whole log tells how many records were signed before; a part of it that there were others."""
    made = begun()
    made.key = SigningKey.of(origin_of(ORG, 2), bytes(range(32)))
    lost = LogContinued(old_origin=origin_of(ORG), new_origin=origin_of(ORG, 2), size=9, root="ab" * 32)
    made.add(f"log-{ORG}", lost)
    made.state()
    verdict = verify(made.export(tmp_path / "b"), [made.key.vkey])
    assert verdict.sound, verdict.faults
    [told] = [one for one in verdict.not_proven if origin_of(ORG) in one]
    assert "at position 3" in told and "9 records were signed" in told and "6 are lost" in told
    verdict = verify(made.export(tmp_path / "p", number=1), [made.key.vkey])
    assert verdict.sound, verdict.faults
    assert any("`log.continued`" in one for one in verdict.not_proven)


def test_each_of_many_statements_is_checked(tmp_path: Path):
    """New streams and old ones between them; one that is false is named, the others are not."""
    made = MadeLog()
    for round_ in range(12):
        made.fill(7 + round_, relationships=1 + round_)
        made.state()
    assert [] == faults(made, tmp_path)
    size = len(made.records)
    made.add(f"log-{ORG}", StreamsRootTaken(size=size, root="ab" * 32, programmes_root=EMPTY_ROOT.hex()))
    made.fill(3).state()
    (tmp_path / "again").mkdir()
    assert [("statement_differs", size)] == [(code, at) for code, _, at in faults(made, tmp_path / "again")]
