"""The stored tree: tiles, proofs out of them, stream heads; against the definition over the records' bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice, pairwise
from threading import Barrier, Thread
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.log import Log
from events.proof.checkpoint import origin_of
from events.proof.errors import ProofError
from events.proof.programmes import Memberships
from events.proof.streams import StreamHead
from events.proof.tiles import Entries, Tile, decode_entries, tiles_of
from events.proof.tree import check_consistency, check_inclusion, consistency_proof, inclusion_proof, root
from events.subjects.relationship import Moved
from events.treestore import TreeStore
from services.sample.lives import lives
from tests.core import Whole
from tests.events.naive import WIDTH, full_tiles, grow, leaf, levels, records_of, root_of, stored_tiles
from tests.events.rows import rows
from tests.events.samples import append, goal, write

SIZE = 70_000


@pytest.fixture(scope="module")
def store(everything: Whole) -> TreeStore:
    return TreeStore(everything.engine)


@pytest.fixture(scope="module")
def large(everything: Whole, module_database, store: TreeStore) -> tuple[UUID, list[bytes]]:
    """A log with three levels of tiles, and its leaves."""
    org = everything.organisation()
    grow(module_database.service_url, org, SIZE)
    while store.complete_tiles(org):
        pass
    return org, [leaf(record) for record in records_of(module_database.service_url, org)]


def completed(store: TreeStore, org: UUID) -> int:
    """Complete all tiles; how many were."""
    done = 0
    while found := store.complete_tiles(org):
        done += found
    return done


def test_stored_tiles_are_those_of_the_definition(store: TreeStore, url: str, large) -> None:
    """Every full tile of every level, and no other, with the hash that it has in the level above."""
    org, leaves = large
    expected = full_tiles(leaves)
    assert {0: 273, 1: 1} == {level: sum(at == level for at, _ in expected) for level in (0, 1)}
    assert expected == stored_tiles(url, org)


def test_every_tile_of_a_size_is_served(store: TreeStore, large) -> None:
    """Partial ones are put together from what lies below; also those of earlier sizes, out of what is full by now."""
    org, leaves = large
    rows_ = list(levels(leaves))
    for size in (SIZE, 65_536, 65_535, 700, 256, 255, 1):
        for tile in tiles_of(size):
            found = store.tile(org, tile)
            assert b"".join(rows_[tile.level][tile.number * WIDTH :][: tile.width]) == found, tile.path


def test_a_tile_beyond_the_log_is_none(store: TreeStore, large) -> None:
    """One hash too many, a level too high, a number beyond any log: no answer, and no error."""
    org, _ = large
    beyond = (Tile(0, 273, 113), Tile(0, 273), Tile(0, 274, 1), Tile(1, 1, 18), Tile(2, 0, 2), Tile(3, 0, 1))
    assert [None] * 8 == [store.tile(org, tile) for tile in (*beyond, Tile(63, 0, 1), Tile(0, 10**30))]


def test_an_entry_bundle_holds_the_records(store: TreeStore, url: str, large) -> None:
    """Full and partial, byte for byte; none when the log is too short."""
    org, _ = large
    records = records_of(url, org)
    for wanted, first in ((Entries(3), 768), (Entries(273, 112), 69_888), (Entries(0, 1), 0)):
        found = store.entries(org, wanted)
        assert found is not None
        assert records[first : first + wanted.width] == decode_entries(found, wanted.width)
    assert [None] * 3 == [store.entries(org, one) for one in (Entries(273, 113), Entries(274, 1), Entries(10**30))]


@pytest.mark.parametrize("size", (1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, SIZE))
def test_roots_are_those_of_the_definition(store: TreeStore, large, size: int) -> None:
    """At the edges of tiles and at the end."""
    org, leaves = large
    assert root_of(leaves[:size]) == root(size, store.hash_at(org, size))


@given(st.data())
def test_proofs_out_of_the_tables_hold(store: TreeStore, large, data: st.DataObject) -> None:
    """Of any record in any size of the log, and between any two sizes."""
    org, leaves = large
    old, size = sorted((data.draw(st.integers(1, SIZE)), data.draw(st.integers(1, SIZE))))
    index = data.draw(st.integers(0, size - 1))
    hash_at = store.hash_at(org, size)
    head = root(size, hash_at)
    check_inclusion(leaves[index], index, size, inclusion_proof(index, size, hash_at), head)
    before = root(old, store.hash_at(org, old))
    check_consistency(old, size, consistency_proof(old, size, hash_at), before, head)


def test_hashes_beyond_the_log_are_refused(store: TreeStore, large) -> None:
    """A size that the log has not reached has no root."""
    org, _ = large
    with pytest.raises(ProofError) as refused:
        root(SIZE + 1, store.hash_at(org, SIZE + 1))
    assert "no_tile" == refused.value.code


def test_tiles_are_completed_in_batches_and_once(store: TreeStore, everything: Whole, url: str) -> None:
    """Three at a time while three are full; what is stored is not stored again; growth is taken up where it ended."""
    org = everything.organisation()
    assert 0 == store.complete_tiles(org)
    grow(url, org, 255)
    assert 0 == store.complete_tiles(org)
    grow(url, org, 1 + 4 * WIDTH)
    assert [3, 2, 0] == [store.complete_tiles(org, limit=3) for _ in range(3)]
    grow(url, org, 65_536)
    assert 257 == completed(store, org) == len(stored_tiles(url, org)) - 5
    assert full_tiles([leaf(one) for one in records_of(url, org)]) == stored_tiles(url, org)


def test_several_complete_the_same_tiles(everything: Whole, url: str) -> None:
    """Four at once, each in small batches: what is stored is what one would have stored."""
    org = everything.organisation()
    grow(url, org, 40 * WIDTH)
    barrier = Barrier(4)

    def work() -> None:
        mine = TreeStore(everything.engine)
        barrier.wait()
        while mine.complete_tiles(org, limit=2):
            pass

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert full_tiles([leaf(one) for one in records_of(url, org)]) == stored_tiles(url, org)


def test_another_organisations_tree_is_not_read(store: TreeStore, everything: Whole, large) -> None:
    """An organisation without records has no tile, no bundle, no head, whatever the others have."""
    org = everything.organisation()
    assert store.tile(org, Tile(0, 0, 1)) is None
    assert store.entries(org, Entries(0, 1)) is None
    assert [] == list(store.stream_heads(org, SIZE))
    assert [] == list(store.memberships(org, SIZE))
    assert 0 == store.size(org)


def test_stream_heads_are_the_last_of_each_stream(store: TreeStore, log: Log, org: UUID, url: str) -> None:
    """Up to any position, by the bytes of the names: version and leaf hash of the last record there."""
    for stream in ("b-2", "a-1", "b-10", "b-2", "B-1", "a-1", "b-2"):
        log.append(org, append(write(stream, goal())))
    found = rows(url, org, "SELECT stream, stream_version, leaf_hash FROM events ORDER BY position")
    for upto in range(-1, 7):
        heads = {stream: StreamHead(stream, version, bytes(hash_)) for stream, version, hash_ in found[: upto + 1]}
        expected = [heads[name] for name in sorted(heads, key=str.encode)]
        assert expected == list(store.stream_heads(org, upto))
        assert all(one.stream.encode() < two.stream.encode() for one, two in pairwise(expected))


def test_memberships_are_what_the_records_name(store: TreeStore, log: Log, org: UUID, url: str) -> None:
    """Up to any position, in byte order: the same as whoever follows the records' bytes comes to."""
    facts = islice(lives(5, 9, datetime.now(UTC), org=org), 300)
    for fact in facts:
        log.append(org, append(write(fact.stream, fact.data)))
    stranger = "relationship-00000000-0000-0000-0000-000000000001"
    for programme in ("p-10", "P", "p-1", "", "p\n"):
        moved = Moved(relationship_id="r", programme_id=programme, from_programme="p-1", to_status="active")
        log.append(org, append(write(stranger, moved)))
    records = [json.loads(record) for record in records_of(url, org)]
    follower = Memberships()
    for position, record in enumerate(records):
        follower.take(position, record["stream"], record["data"])
    for upto in (-1, 0, 1, 40, len(records) - 3, len(records) - 1):
        assert follower.at(upto + 1) == list(store.memberships(org, upto))
    named = [programme for programme, stream in store.memberships(org, len(records)) if stream == stranger]
    assert ["P", "p-1", "p-10"] == named
    kinds = {stream.partition("-")[0] for _, stream in follower.at(len(records))}
    assert {"programme", "relationship", "enrolment"} == kinds


def test_what_is_signed_of_a_size_first_stays(store: TreeStore, everything: Whole) -> None:
    """The latest is that of the largest size; a second note of the same size is not taken."""
    org = everything.organisation()
    assert store.latest(org) is None
    first = store.put_checkpoint(org, 1, 9, bytes(32), b"nine")
    store.put_checkpoint(org, 1, 5, bytes(32), b"five")
    assert first == store.put_checkpoint(org, 1, 9, bytes(32), b"other")
    assert first == store.latest(org) == store.checkpoint(org, 9)
    assert b"nine" == first.note
    assert store.checkpoint(org, 6) is None


def test_what_was_signed_under_an_earlier_origin_is_history(store: TreeStore, everything: Whole) -> None:
    """The latest is that of the present origin, even at a size that was signed before; the old ones stay."""
    org = everything.organisation()
    old = store.put_checkpoint(org, 1, 9, bytes(32), b"nine")
    store.halt(org, "It went back.")
    store.begin_origin(org, 2)
    assert store.latest(org) is None
    assert store.checkpoint(org, 9) is None
    new = store.put_checkpoint(org, 2, 9, bytes(32), b"new nine")
    store.put_checkpoint(org, 2, 4, bytes(32), b"four")
    assert new == store.latest(org) == store.checkpoint(org, 9) == store.latest(org, 2)
    assert (b"new nine", f"{origin_of(org)}/2") == (new.note, new.origin)
    assert (old, origin_of(org)) == (store.latest(org, 1), old.origin)
    assert store.latest(org, 3) is None
