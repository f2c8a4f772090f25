"""Changes to a bundle: a file more or less, other bytes in it, other claims."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.bundles.made import rewritten

Change = Callable[[Path], object]


def put(name: str, data: bytes = b"x") -> Change:
    """A file more, or another in its place."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return change


def edit(name: str, way: Callable[[bytes], bytes]) -> Change:
    """What a file holds, changed; a folder's first file where it names one."""

    def change(folder: Path) -> None:
        file = folder / name
        file = min(file.iterdir()) if file.is_dir() else file
        file.write_bytes(way(file.read_bytes()))

    return change


def swap(name: str, old: str, new: str) -> Change:
    """Each place of a text in a file, another text."""
    return edit(name, lambda data: data.replace(old.encode(), new.encode()))


def claim(**changes: object) -> Change:
    """The manifest says something else."""
    return edit("manifest.json", lambda data: rewritten(json.loads(data) | changes))


def lose(name: str) -> Change:
    """A file less."""
    return lambda folder: (folder / name).unlink()
