"""Hashes upward: every tile from the leaves below it, up to one root."""

from __future__ import annotations

from collections.abc import Sequence

from events.proof.tiles import WIDTH, Tile
from events.proof.tree import EMPTY_ROOT, Edge, complete_root, node_hash
from services.bundles.faults import Fault, Unsound
from services.bundles.source import Source

HASH = 32


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes in a tile's bytes."""
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def read_tile(source: Source, tile: Tile) -> bytes:
    """A tile's bytes; raises Unsound."""
    data = source.read(tile.path)
    if len(data) != tile.width * HASH:
        sentence = f"The tile has {len(data):,} bytes in the place of {tile.width * HASH:,}."
        raise Unsound("bad_length", sentence, tile.path, tile.number * WIDTH ** (tile.level + 1))
    return data


class Upward:
    """Takes the level 0 tiles of a log in order, holds the tiles above against what they must be, and has the root."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._running: list[list[bytes]] = [[]]
        self._done = [0]
        self._unread: list[Fault] = []
        self._differing: list[tuple[Tile, int]] = []

    def add(self, hashes: Sequence[bytes], root: bytes | None = None) -> None:
        """Take the next tile of leaf hashes, with its root where that is known; only the last is not full."""
        if len(hashes) < WIDTH:
            self._running[0] = list(hashes)
        else:
            self._rise(1, complete_root(hashes) if root is None else root)

    def root(self) -> bytes:
        """The root over all leaves; compares the tiles that are not full, so it is called once, at the end."""
        for level in range(1, len(self._running)):
            if self._running[level]:
                self._compare(level)
        nodes = [node for hashes in reversed(self._running) for node in _nodes(hashes)]
        found = nodes.pop() if nodes else EMPTY_ROOT
        while nodes:
            found = node_hash(nodes.pop(), found)
        return found

    def _rise(self, level: int, root: bytes) -> None:
        if level == len(self._running):
            self._running.append([])
            self._done.append(0)
        running = self._running[level]
        running.append(root)
        if len(running) == WIDTH:
            self._compare(level)
            self._done[level] += 1
            self._running[level] = []
            self._rise(level + 1, complete_root(running))

    def _compare(self, level: int) -> None:
        wanted = self._running[level]
        tile = Tile(level, self._done[level], len(wanted))
        try:
            found = read_tile(self._source, tile)
        except Unsound as error:
            self._unread.append(error.fault)
            return
        pairs = enumerate(zip(wanted, hashes_of(found), strict=True))
        self._differing.extend((tile, at) for at, (ours, theirs) in pairs if ours != theirs)

    def faults(self, *, trusted: bool) -> list[Fault]:
        """What is wrong with the tiles; trusted: the leaves are those under the signed root, so it lies above them."""
        return [*self._unread, *(_fault(tile, at, trusted=trusted) for tile, at in self._differing)]


def _fault(tile: Tile, at: int, *, trusted: bool) -> Fault:
    number = tile.number * WIDTH + at
    below = Tile(tile.level - 1, number)
    first = number * WIDTH**tile.level
    if trusted:
        sentence = f"Hash {at} of the tile is not that of the records from {first:,} on."
        return Fault("tile_differs", tile.path, first, sentence)
    sentence = f"The tile does not have the hash that {tile.path} has for it."
    return Fault("tile_differs", below.path, first, sentence)


def _nodes(hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    edge = Edge()
    for one in hashes:
        edge.append(one)
    return tuple(edge.nodes)
