"""A programme's bundle shows all of it or is refused, by command and page; what the log says wrongly of it shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from events.event import Event
from events.proof.programmes import Membership, programmes_root
from events.proof.streams import streams_root
from events.proof.tree import EMPTY_ROOT
from events.record import canonical
from events.subjects.enrolment import Enrolled
from events.subjects.goal import GoalProgressed
from events.subjects.log import StreamsRootTaken
from events.subjects.programme import ProgrammeCreated
from events.subjects.relationship import Moved, Proposed
from services.bundles.errors import BundleError
from services.bundles.layout import Scope
from services.bundles.verify import verify
from services.bundles.write import Exporter
from tests.bundles.damage import WAYS, Kind, damage
from tests.bundles.made import ORG, MadeLog, rewritten
from tests.bundles.page import agreed, opened_page
from tests.console.browser import Browser

SPRING, AUTUMN = str(UUID(int=1)), str(UUID(int=2))
MOVED, LEFT_OUT, OTHER = (f"relationship-{UUID(int=number)}" for number in (11, 12, 13))
ENROLMENT = f"enrolment-{UUID(int=21)}"
OF_SPRING = [ENROLMENT, f"programme-{SPRING}", MOVED, LEFT_OUT]
PIECES = Kind(lambda data: [data[at : at + 9] for at in range(0, len(data), 9)], b"".join, 3)


def programmes() -> MadeLog:
    """Two programmes: one with an enrolment and two relationships, of which one was carried to the other."""
    made = MadeLog()
    for id_ in (SPRING, AUTUMN):
        made.add(f"programme-{id_}", ProgrammeCreated(programme_id=id_, name="A"))
    enrolled = Enrolled(enrolment_id=ENROLMENT[-36:], programme_id=SPRING, person_id="p", role="mentor")
    made.add(ENROLMENT, enrolled)
    for stream, id_ in ((MOVED, SPRING), (LEFT_OUT, SPRING), (OTHER, AUTUMN)):
        made.add(stream, Proposed(relationship_id=stream[-36:], programme_id=id_, mentors=("p",)))
    moved = Moved(relationship_id=MOVED[-36:], programme_id=AUTUMN, from_programme=SPRING, to_status="active")
    made.add(MOVED, moved)
    for stream in (LEFT_OUT, OTHER, MOVED):
        made.add(stream, GoalProgressed(goal_id="g", percent=1))
    return made


def stating(made: MadeLog, memberships: list[Membership]) -> MadeLog:
    """The log with a statement on its streams that says something else on its programmes."""
    size = len(made.records)
    ends = streams_root(made.stream_heads(ORG, size - 1)).hex()
    lied = StreamsRootTaken(size=size, root=ends, programmes_root=programmes_root(memberships).hex())
    made.add(f"log-{ORG}", lied)
    made.memberships = lambda org, upto_position: iter(memberships)  # type: ignore[method-assign]  # of this one log
    return made


def in_form_1(made: MadeLog) -> MadeLog:
    """The log with a statement as it was written before there was a root over the programmes."""
    stated = MadeLog(records=[*made.records], kept=[*made.kept], heads={**made.heads}).state()
    document = json.loads(stated.records[-1])
    del document["data"]["programmes_root"]
    made.put(f"log-{ORG}", "log.streams_root", 1, canonical(document | {"schema": 1}))
    return made


def written(made: MadeLog, path: Path, programme: str = SPRING) -> Path:
    """The bundle of a programme."""
    Exporter(made, made).part(ORG, Scope(kind="programme", id=programme), path)
    return path


def leave_out(bundle: Path, stream: str) -> None:
    """Take all that a bundle has of a stream away."""
    for record in [*(bundle / "records").iterdir()]:
        if f'"stream":"{stream}"' in record.read_text():
            (bundle / f"receipts/{record.name}.tlog-proof").unlink()
            record.unlink()
    (bundle / f"streams/{stream}.json").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


@pytest.fixture(scope="module")
def log() -> MadeLog:
    return programmes().state()


@pytest.fixture(scope="module")
def bundle(log: MadeLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(log, tmp_path_factory.mktemp("programme") / "b")


@pytest.fixture
def folder(bundle: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bundle, tmp_path / "b")


def faults(page: Browser, made: MadeLog, bundle: Path) -> set[tuple[str, str]]:
    """Code and file of the faults that the command finds, which the page finds as well."""
    verdict = agreed(page, bundle, made.key.vkey)
    assert not (verdict.faults and verdict.proven)
    return {(one.code, one.file) for one in verdict.faults}


def test_a_programme_is_proven_complete(page: Browser, log: MadeLog, bundle: Path) -> None:
    """Every stream that ever named it is there, the carried away one too, and both checks say so."""
    assert sorted(f"{one}.json" for one in OF_SPRING) == sorted(path.name for path in (bundle / "streams").iterdir())
    assert set() == faults(page, log, bundle)
    verdict = verify(bundle, [log.key.vkey])
    complete = "The programme is complete as the log states it at size 10: all of its 4 streams"
    assert any(complete in one for one in verdict.proven)
    assert not any("all relationships of the programme" in one for one in verdict.not_proven)
    assert any("whoever has the whole log makes it again" in one for one in verdict.not_proven)


def test_a_carried_relationship_is_in_both_programmes(page: Browser, log: MadeLog, tmp_path: Path) -> None:
    """With all its records, of before and after."""
    bundle = written(log, tmp_path / "b", AUTUMN)
    assert {f"{one}.json" for one in (MOVED, OTHER, f"programme-{AUTUMN}")} == {
        path.name for path in (bundle / "streams").iterdir()
    }
    assert set() == faults(page, log, bundle)


def test_what_came_later_is_said_to_be_open(page: Browser, tmp_path: Path) -> None:
    """A relationship that began behind the statement is not shown, and nobody says that there is none."""
    made = programmes().state()
    later = f"relationship-{UUID(int=14)}"
    made.add(later, Proposed(relationship_id=later[-36:], programme_id=SPRING, mentors=("p",)))
    bundle = written(made, tmp_path / "b")
    assert set() == faults(page, made, bundle)
    left = verify(bundle, [made.key.vkey]).not_proven
    assert any("came to the programme after the log's first 10 records" in one for one in left)


def test_without_a_root_over_programmes_completeness_stays_open(page: Browser, tmp_path: Path) -> None:
    """A log that stated its streams in the first form only: sound, and the verdict says what is not proven."""
    made = in_form_1(programmes())
    bundle = written(made, tmp_path / "b")
    assert not (bundle / "programme.json").exists()
    assert set() == faults(page, made, bundle)
    left = verify(bundle, [made.key.vkey]).not_proven
    assert "That these are all relationships of the programme: the whole log shows that." in left
    (bundle / "programme.json").write_text("{}")
    assert {("unexpected_file", "programme.json")} == faults(page, made, bundle)
    assert verify(made.export(tmp_path / "whole"), [made.key.vkey]).sound


@pytest.mark.parametrize("stream", OF_SPRING)
def test_a_stream_left_out_is_missed(stream: str, page: Browser, log: MadeLog, folder: Path) -> None:
    """With all its records, receipts and its proof: the bundle is consistent in itself, and the stream is named."""
    leave_out(folder, stream)
    found = faults(page, log, folder)
    assert {f"streams/{stream}.json"} == {file for _, file in found}
    # The programme's own stream is missed whatever the list says.
    assert ("missing_file" if stream.startswith("programme-") else "missing_stream") in {code for code, _ in found}


def change_list(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Write another list of streams into the proof."""
    file = folder / "programme.json"
    found = json.loads(file.read_bytes())
    file.write_bytes(rewritten(found | {"streams": change(found["streams"])}))


@pytest.mark.parametrize("at", range(4))
def test_the_list_cannot_be_cut(at: int, page: Browser, log: MadeLog, folder: Path) -> None:
    """At either end or between, with the stream itself left out or not: the proof leads to another root."""
    change_list(folder, lambda streams: streams[:at] + streams[at + 1 :])
    assert {("bad_inclusion", "programme.json")} == faults(page, log, folder)
    if not OF_SPRING[at].startswith("programme-"):
        leave_out(folder, OF_SPRING[at])
        assert {("bad_inclusion", "programme.json")} == faults(page, log, folder)


LISTS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "one more": (lambda streams: [*streams, f"relationship-{UUID(int=99)}"], "bad_inclusion"),
    "another": (lambda streams: [*streams[:-1], OTHER], "bad_inclusion"),
    "one twice": (lambda streams: [*streams, streams[-1]], "bad_programme_proof"),
    "out of order": (lambda streams: streams[::-1], "bad_programme_proof"),
    "none": (lambda streams: [], "bad_programme_proof"),
}


@pytest.mark.parametrize("change", LISTS)
def test_the_list_cannot_be_changed(change: str, page: Browser, log: MadeLog, folder: Path) -> None:
    """Lengthened, exchanged, in another order, emptied."""
    changed, code = LISTS[change]
    change_list(folder, changed)
    assert {(code, "programme.json")} == faults(page, log, folder)


@pytest.mark.parametrize("way", WAYS)
def test_damage_to_the_proof(way: str, page: Browser, log: MadeLog, folder: Path) -> None:
    """Changed, lost, doubled, moved or cut: the file is named."""
    damage(folder / "programme.json", PIECES, way)
    assert {"programme.json"} == {file for _, file in faults(page, log, folder)}


def test_the_proof_of_another_programme_proves_nothing(
    page: Browser, log: MadeLog, folder: Path, tmp_path: Path
) -> None:
    """As it is, and with the name of this one written over it."""
    other = written(log, tmp_path / "other", AUTUMN) / "programme.json"
    shutil.copy(other, folder / "programme.json")
    assert {("bad_programme_proof", "programme.json")} == faults(page, log, folder)
    (folder / "programme.json").write_text(
        other.read_text().replace(f'"programme":"{AUTUMN}"', f'"programme":"{SPRING}"')
    )
    assert {("bad_inclusion", "programme.json")} == faults(page, log, folder)


def test_a_stream_of_another_programme_does_not_belong(
    page: Browser, log: MadeLog, folder: Path, tmp_path: Path
) -> None:
    """Shown with all its records and a sound proof of its end, it is named as one that the log does not list."""
    other = written(log, tmp_path / "other", AUTUMN)
    shutil.copy(other / f"streams/{OTHER}.json", folder / "streams")
    for record in (other / "records").iterdir():
        shutil.copy(record, folder / "records")
        shutil.copy(other / f"receipts/{record.name}.tlog-proof", folder / "receipts")
    leave_out(folder, f"programme-{AUTUMN}")
    assert {("unlisted_stream", f"streams/{OTHER}.json")} == faults(page, log, folder)


def swapped() -> list[Membership]:
    """The memberships of the log, one relationship put under the other programme."""
    sound = list(programmes().memberships(ORG, 10))
    return sorted((AUTUMN, stream) if stream == LEFT_OUT else (programme, stream) for programme, stream in sound)


def test_a_lie_about_a_relationships_programme_shows_where_it_is_put(page: Browser, tmp_path: Path) -> None:
    """In the bundle of the programme that it was put under: its own records name another."""
    made = stating(programmes(), swapped())
    found = faults(page, made, written(made, tmp_path / "b", AUTUMN))
    assert {("foreign_stream", f"streams/{LEFT_OUT}.json")} == found


def test_a_lie_about_a_relationships_programme_shows_in_the_whole_log(page: Browser, tmp_path: Path) -> None:
    """The programme's own bundle cannot show it; the root that the records come to does, at its position."""
    made = stating(programmes(), swapped())
    assert verify(written(made, tmp_path / "part"), [made.key.vkey]).sound
    whole = made.export(tmp_path / "whole")
    (fault,) = agreed(page, whole, made.key.vkey).faults
    assert ("programmes_differ", 10) == (fault.code, fault.position)


@pytest.mark.parametrize("root", ("ab" * 31, "AB" * 32, "no root"))
def test_a_root_that_is_none_is_no_statement(root: str, tmp_path: Path) -> None:
    """The whole log's check names the record."""
    made = programmes()
    ends = streams_root(made.stream_heads(ORG, 9)).hex()
    made.add(f"log-{ORG}", StreamsRootTaken(size=10, root=ends, programmes_root=root))
    found = verify(made.export(tmp_path / "b"), [made.key.vkey]).faults
    assert {"bad_record", "manifest_differs"} == {one.code for one in found}


def test_a_statement_may_lie_back_for_programmes_too(tmp_path: Path) -> None:
    """What came between the size that is stated and the statement is no part of the root."""
    made = programmes()
    stated = StreamsRootTaken(**json.loads(programmes().state().records[-1])["data"])
    later: tuple[tuple[str, Event], ...] = (
        (f"programme-{UUID(int=3)}", ProgrammeCreated(programme_id=str(UUID(int=3)), name="C")),
        (OTHER, Moved(relationship_id=OTHER[-36:], programme_id=SPRING, from_programme=AUTUMN, to_status="active")),
    )
    for stream, event in later:
        made.add(stream, event)
    made.add(f"log-{ORG}", stated)
    verdict = verify(made.export(tmp_path / "b"), [made.key.vkey])
    assert verdict.sound, verdict.faults
    assert EMPTY_ROOT.hex() != stated.programmes_root


def test_a_programme_that_the_log_does_not_state_yet_has_no_bundle(tmp_path: Path) -> None:
    """Whoever asks is told to ask again."""
    made = programmes().state()
    with pytest.raises(BundleError) as refused:
        written(made, tmp_path / "b", str(UUID(int=9)))
    assert "unknown_stream" == refused.value.code
