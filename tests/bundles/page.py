"""The page that checks bundles, opened in a browser."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from services.bundles.anchored import NOTHING, Outside
from services.bundles.faults import Verdict
from services.bundles.verify import verify
from tests.console.browser import Browser, browser

_BYTES = "(text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0))"


def opened_page() -> Iterator[Browser]:
    """The page as a fixture has it."""
    with as_file(files("services.bundles").joinpath("verifier.html")) as path, browser() as opened:
        opened.open(path.as_uri())
        yield opened


def found(page: Browser, script: str) -> Any:
    """What a function in the page comes to, as JSON; `raw` makes bytes of base64 in it."""
    answer = page.ask(f"(async () => {{ const raw = {_BYTES}; return JSON.stringify(await ({script})()); }})()")
    assert answer is not None, "the page's script failed"
    return json.loads(answer)


def checked(
    page: Browser, bundle: Path, *vkeys: str, outside: Outside = NOTHING, kept: Sequence[bytes] = ()
) -> dict[str, Any]:
    """The page's verdict on a folder or an archive."""
    given = {"keys": vkeys, "platform": list(outside.platform), "witnesses": list(outside.witnesses)}
    notes = json.dumps([b64encode(one).decode() for one in kept])
    verdict: dict[str, Any] = found(
        page,
        f"async () => Mentorledger.check({_held(bundle)}, {{...{json.dumps(given)}, kept: {notes}.map(raw)}})",
    )
    return verdict


def _held(bundle: Path) -> str:
    """A folder as the page takes it, or an archive."""
    if bundle.is_file():
        return f"new Blob([raw({json.dumps(b64encode(bundle.read_bytes()).decode())})])"
    paths = (path for path in sorted(bundle.rglob("*")) if path.is_file())
    held = {path.relative_to(bundle).as_posix(): b64encode(path.read_bytes()).decode() for path in paths}
    return f"new Map(Object.entries({json.dumps(held)}).map(([name, data]) => [name, new Blob([raw(data)])]))"


def agreed(page: Browser, bundle: Path, *vkeys: str, outside: Outside = NOTHING, kept: Sequence[bytes] = ()) -> Verdict:
    """The command's verdict, which is the page's as well: every fault of it, and every sentence but for its options."""
    ours = verify(bundle, vkeys, kept=kept, outside=replace(outside, stamped=None))
    theirs = checked(page, bundle, *vkeys, outside=outside, kept=kept)
    faults = [(one["code"], one["file"], one["position"]) for one in theirs["faults"]]
    assert [(one.code, one.file, one.position) for one in ours.faults] == faults
    assert (ours.sound, ours.checked, ours.faults_found) == (theirs["sound"], theirs["checked"], theirs["found"])
    assert _plain(ours.proven) == _plain(theirs["proven"])
    assert _plain(ours.not_proven) == _plain(theirs["notProven"])
    return ours


def _plain(sentences: Sequence[str]) -> list[str]:
    """Without what says where to give something: the command has options for it, the page has fields."""
    return [
        re.sub(r" \((--|give it|the installation's key|its key|who signed it)[^()]*\)", "", one) for one in sentences
    ]
