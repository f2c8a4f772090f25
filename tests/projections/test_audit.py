"""The audit finds whatever was done to the tables, even by their owner; it believes bytes and outsiders alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString

import pytest

from events.proof.programmes import programmes_root
from events.proof.streams import streams_root
from events.proof.tree import Edge, leaf_hash
from events.subjects.log import StreamsRootTaken
from events.subjects.relationship import Proposed
from events.treestore import TreeStore
from projections.auditing import Anchor, Audit, audit
from projections.rebuild import rebuild
from services.pipeline import Fact
from tests.conftest import Database
from tests.core import Whole, whole
from tests.events.rows import connected, rows
from tests.services.samples import Organisation, new_id


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


@pytest.fixture
def organisation(everything: Whole) -> Organisation:
    made = Organisation(everything, everything.organisation())
    made.running()
    return made


def records_of(organisation: Organisation, url: str) -> list[bytes]:
    """The bytes of every record, in order."""
    return [bytes(row[0]) for row in rows(url, organisation.org, "SELECT record FROM events ORDER BY position")]


def root_of(records: list[bytes]) -> bytes:
    """Their Merkle root."""
    edge = Edge()
    for record in records:
        edge.append(leaf_hash(record))
    return edge.root()


def audited(organisation: Organisation, *anchors: Anchor) -> Audit:
    return audit(organisation.whole.engine, organisation.org, anchors)


def codes(done: Audit) -> set[str]:
    assert done.found >= len(done.findings)
    return {one.code for one in done.findings}


def test_a_log_that_nobody_touched_has_no_findings(organisation: Organisation, module_database: Database) -> None:
    """Root, number of records and streams are those of the bytes; anchors that are right are passed over."""
    records = records_of(organisation, module_database.owner_url)
    anchors = [Anchor("the signer", size, root_of(records[:size])) for size in (0, 3, len(records))]
    done = audited(organisation, *anchors)
    assert [] == done.findings
    assert (len(records), root_of(records)) == (done.records, done.root)
    assert done.streams == len(rows(module_database.owner_url, organisation.org, "SELECT DISTINCT stream FROM events"))


def test_a_rebuilt_build_is_as_good_as_the_first(organisation: Organisation) -> None:
    """After a rebuild the audit looks at the build that counts."""
    rebuild(organisation.whole.engine, organisation.org, "live")
    assert [] == audited(organisation).findings


def test_what_was_told_in_another_order_than_it_is_stored_in(organisation: Organisation) -> None:
    """A record has members in the order of their names; the state that was kept before it was stored is the same."""
    relationship, people = new_id(), sorted(new_id() for _ in range(4))
    told = Proposed(
        relationship_id=relationship,
        programme_id=new_id(),
        mentors=tuple(people),
        roles={person: f"mentor {person}" for person in reversed(people)},
    )
    fact = Fact(stream=f"relationship-{relationship}", data=told, occurred_at=datetime.now(UTC))
    organisation.whole.pipeline.record(organisation.org, [fact], actor="token:test")
    assert [] == audited(organisation).findings


def stated(organisation: Organisation, *, swapped: bool, at: int | None = None) -> int:
    """Have the log state its streams, with a relationship under another programme or as it is; the position."""
    size = organisation.whole.log.size(organisation.org)
    store = TreeStore(organisation.whole.engine)
    sound = list(store.memberships(organisation.org, size - 1))
    other = new_id()
    lied = sorted((other, stream) if stream.startswith("relationship-") else (one, stream) for one, stream in sound)
    data = StreamsRootTaken(
        size=size if at is None else at,
        root=streams_root(store.stream_heads(organisation.org, size - 1)).hex(),
        programmes_root=programmes_root(lied if swapped else sound).hex(),
    )
    fact = Fact(stream=f"log-{organisation.org}", data=data, occurred_at=datetime.now(UTC))
    return organisation.whole.pipeline.record(organisation.org, [fact], actor="worker:test").first_position


def test_what_the_log_states_on_its_programmes_is_made_again(organisation: Organisation) -> None:
    """A sound statement is passed over, also when more came since; a relationship put elsewhere is found."""
    stated(organisation, swapped=False)
    organisation.running()
    stated(organisation, swapped=False)
    assert [] == audited(organisation).findings
    position = stated(organisation, swapped=True)
    assert [("programmes_differ", position)] == [(one.code, one.position) for one in audited(organisation).findings]


def test_a_statement_on_programmes_speaks_of_the_size_that_it_names(organisation: Organisation) -> None:
    """The streams of now are not those of before the first record."""
    position = stated(organisation, swapped=False, at=0)
    assert [("programmes_differ", position)] == [(one.code, one.position) for one in audited(organisation).findings]


def test_an_empty_log_is_sound(everything: Whole) -> None:
    """No record, the empty root, nothing found."""
    done = audit(everything.engine, everything.organisation(), ())
    assert (0, Edge().root(), []) == (done.records, done.root, done.findings)


def test_a_root_that_somebody_else_remembers_is_not_argued_with(organisation: Organisation) -> None:
    """Another root at the same size, and a size that the log has not reached, are both found."""
    done = audited(organisation, Anchor("the signer", 2, b"x" * 32), Anchor("the checkpoint", 10_000, b"y" * 32))
    assert {"wrong_root", "log_shorter"} == codes(done)
    assert {"the signer", "the checkpoint"} <= {word for one in done.findings for word in _sources(one.sentence)}


def _sources(sentence: str) -> set[str]:
    return {source for source in ("the signer", "the checkpoint") if source in sentence}


TAMPERING: dict[str, tuple[LiteralString, set[str]]] = {
    "a record's text": (
        (
            "UPDATE events SET record = convert_to(replace(convert_from(record, 'UTF8'), 'Ada', 'Eve'), 'UTF8') "
            "WHERE position = 2"
        ),
        {"changed_record"},
    ),
    "a record and its hash": (
        (
            "UPDATE events SET record = convert_to(replace(convert_from(record, 'UTF8'), 'Engineering', 'Enginery'), "
            "'UTF8'), leaf_hash = sha256('\\x00'::bytea || "
            "convert_to(replace(convert_from(record, 'UTF8'), 'Engineering', 'Enginery'), 'UTF8')) WHERE position = 0"
        ),
        {"wrong_root", "broken_chain", "view_differs"},
    ),
    "a record that is no record": ("UPDATE events SET record = 'x' WHERE position = 1", {"unreadable_record"}),
    "the type": ("UPDATE events SET type = 'goal.set' WHERE position = 1", {"column_differs"}),
    "the time": (
        "UPDATE events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 1",
        {"column_differs"},
    ),
    "the stream": ("UPDATE events SET stream = 'person-x' WHERE position = 2", {"column_differs"}),
    "a version": ("UPDATE events SET stream_version = 9 WHERE position = 1", {"column_differs", "stream_gap"}),
    "an omission": ("DELETE FROM events WHERE position = 1", {"position_gap"}),
    "a record at the end left out": (
        "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
        {"log_shorter"},
    ),
    "a state": (
        (
            "UPDATE live_states SET state = convert_to(replace(convert_from(state, 'UTF8'), 'active', 'over'), 'UTF8') "
            "WHERE stream LIKE 'relationship-%'"
        ),
        {"view_differs"},
    ),
    "a state taken away": ("DELETE FROM live_states WHERE stream LIKE 'person-%'", {"view_differs"}),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_what_the_owner_of_the_tables_does_is_found(
    name: str, organisation: Organisation, module_database: Database
) -> None:
    """Each kind of tampering has its finding, and the root that was signed before tells of it too."""
    statement, expected = TAMPERING[name]
    records = records_of(organisation, module_database.owner_url)
    anchor = Anchor("the signer", len(records), root_of(records))
    change(module_database.owner_url, organisation, statement)
    found = codes(audited(organisation, anchor))
    assert expected <= found
    if "live_states" not in statement and expected != {"column_differs"}:
        assert found & {"wrong_root", "log_shorter", "position_gap", "stream_gap"}


def change(url: str, organisation: Organisation, statement: LiteralString) -> None:
    """Do it as the owner of the tables; it must change something."""
    with connected(url, organisation.org) as connection:
        done: Any = connection.execute(statement)
        assert done.rowcount > 0
