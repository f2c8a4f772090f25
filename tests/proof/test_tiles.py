import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.tiles import (
    MAX_RECORD,
    WIDTH,
    Entries,
    Tile,
    decode_entries,
    encode_entries,
    entries_of,
    hash_reader,
    parse_path,
    tiles_of,
)
from events.proof.tree import inclusion_proof, root
from tests.proof.naive import hashes_of, leaf, path_of, records_of, root_of


def tiles_under(size: int) -> dict[Tile, bytes]:
    """The bytes of every tile by its definition: hash i of tile n at level l is a complete subtree's root."""
    hash_at = hashes_of(size)
    return {
        tile: b"".join(hash_at(8 * tile.level, tile.number * WIDTH + i) for i in range(tile.width))
        for tile in tiles_of(size)
    }


@pytest.mark.parametrize(
    ("named", "path"),
    (
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(1, 999, 1), "tile/1/999.p/1"),
        (Tile(63, 1_000, 255), "tile/63/x001/000.p/255"),
        (Entries(0), "tile/entries/000"),
        (Entries(1_067, 5), "tile/entries/x001/067.p/5"),
    ),
)
def test_a_path_names_one_tile_and_a_tile_has_one_path(named: Tile | Entries, path: str) -> None:
    """Both ways, as C2SP tlog-tiles spells it."""
    assert (path, named) == (named.path, parse_path(path))


@pytest.mark.parametrize(
    "path",
    (
        "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/64/000",
        "tile/-1/000", "tile/x/000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/x001/x002",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p/-1",
        "tile/0/000.p/999", "tile/0/000/", "/tile/0/000", "tile//0/000", "tile/0/000\n", "tile/0/000 ", "TILE/0/000",
        "tile/0/٠٠٠", "tile/0/../000", "../tile/0/000", "tile/8/0/000", "tile/entries/x000/000", "tile/entry/000",
        "tile/entries/000.p/256", "tile/0/" + "x001/" * 12 + "000", "tile/0/" + "x001/" * 100_000 + "000",
    ),
)  # fmt: skip  # one per line says no more
def test_no_other_spelling_is_a_path(path: str) -> None:
    """Leading zeroes, empty and full partial tiles, foreign digits, ways out of the folder."""
    with pytest.raises(ProofError) as refused:
        parse_path(path)
    assert "bad_tile_path" == refused.value.code and len(str(refused.value)) < 200


def test_a_log_of_70000_records_has_its_277_tiles() -> None:
    """The example of the format's authors: 273 full ones and one of 112, 1 and one of 17, one of 1."""
    widths = [[tile.width for tile in tiles_of(70_000) if tile.level == level] for level in range(4)]
    assert [[256] * 273 + [112], [256, 17], [1], []] == widths
    assert [256] * 273 + [112] == [bundle.width for bundle in entries_of(70_000)]


@pytest.mark.parametrize("size", (0, 1, 255, 256, 257, 65_535, 65_536, 65_537))
def test_tiles_hold_every_hash_once_and_are_never_empty(size: int) -> None:
    """At each level as many hashes as 256**level goes into the size."""
    tiles = list(tiles_of(size))
    assert all(0 < tile.width <= WIDTH for tile in tiles)
    for level in range(4):
        assert size // 256**level == sum(tile.width for tile in tiles if tile.level == level)
    assert size == sum(bundle.width for bundle in entries_of(size))


@pytest.mark.parametrize("size", (1, 2, 255, 256, 257, 300, 1_000, 65_536, 66_000))
def test_roots_and_proofs_come_out_of_tiles(size: int) -> None:
    """A reader that has tiles alone finds the same hashes as the definition."""
    hash_at = hash_reader(tiles_under(size).__getitem__, size)
    assert root_of(0, size) == root(size, hash_at)
    for index in {0, size // 2, size - 1}:
        assert path_of(index, 0, size) == inclusion_proof(index, size, hash_at)


def test_a_few_tiles_are_kept_so_that_a_proof_reads_each_once() -> None:
    """Reading is a query or a file; the hashes of one tile are asked for many times."""
    tiles, read = tiles_under(1_000), []

    def reading(tile: Tile) -> bytes:
        read.append(tile)
        return tiles[tile]

    inclusion_proof(700, 1_000, hash_reader(reading, 1_000))
    assert len(read) == len(set(read)) <= len(tiles)


def test_a_tile_of_another_length_is_refused_by_its_path() -> None:
    """Cut off or grown: the one who reads it learns which file."""
    for data in (b"", b"x" * 31, b"x" * 32 * 6):
        with pytest.raises(ProofError, match=r"tile/0/000\.p/5 has") as refused:
            root(5, hash_reader(lambda _, data=data: data, 5))  # type: ignore[misc]  # a default binds the loop's value
        assert ("bad_tile", "tile/0/000.p/5") == (refused.value.code, refused.value.facts["path"])


@pytest.mark.parametrize(("level", "index"), ((0, 5), (0, -1), (-1, 0), (1, 2), (3, 0), (64, 0)))
def test_a_hash_beyond_the_log_is_refused(level: int, index: int) -> None:
    """Subtrees that are not complete have no hash in a tile."""
    with pytest.raises(ProofError, match="has no hash"):
        hash_reader(lambda _: b"", 5)(level, index)


@given(st.lists(st.binary(max_size=300), max_size=WIDTH))
def test_a_bundle_gives_back_its_records(records: list[bytes]) -> None:
    """Empty ones, too."""
    assert records == decode_entries(encode_entries(records), len(records))


def test_the_longest_record_has_a_place_and_a_longer_one_is_refused() -> None:
    """Its length is written in 16 bits."""
    assert [b"x" * MAX_RECORD] == decode_entries(encode_entries([b"x" * MAX_RECORD]), 1)
    with pytest.raises(ProofError, match="65,536 bytes has no place") as refused:
        encode_entries([b"x" * (MAX_RECORD + 1)])
    assert "bad_entries" == refused.value.code


@given(st.integers(0, 100), st.integers(1, 8))
def test_a_bundle_cut_anywhere_is_refused(cut: int, size: int) -> None:
    """No place to cut gives a shorter bundle that passes."""
    data = encode_entries(records_of(size))
    for broken in (data[: min(cut, len(data) - 1)], data + b"\0" * (cut + 1)):
        with pytest.raises(ProofError) as refused:
            decode_entries(broken, size)
        assert "bad_entries" == refused.value.code


@pytest.mark.parametrize("width", (0, 1, 3, 256))
def test_a_bundle_of_another_width_is_refused(width: int) -> None:
    """One record more or fewer than the tile beside it has hashes."""
    with pytest.raises(ProofError):
        decode_entries(encode_entries(records_of(2)), width)


def test_the_leaves_of_a_bundle_are_the_hashes_of_its_tile() -> None:
    """Records and tree meet there."""
    tiles = tiles_under(300)
    assert leaf(299) == tiles[Tile(0, 1, 44)][-32:]
