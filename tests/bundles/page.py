"""The page that checks bundles, opened in a browser."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from services.bundles.anchored import NOTHING, Outside
from tests.console.browser import Browser, browser


def opened_page() -> Iterator[Browser]:
    """The page as a fixture has it."""
    with as_file(files("services.bundles").joinpath("verifier.html")) as path, browser() as opened:
        opened.open(path.as_uri())
        yield opened


def checked(page: Browser, bundle: Path, vkey: str, outside: Outside = NOTHING) -> dict[str, Any]:
    """The page's verdict on a folder."""
    names = (path for path in sorted(bundle.rglob("*")) if path.is_file())
    held = {path.relative_to(bundle).as_posix(): b64encode(path.read_bytes()).decode() for path in names}
    others = {"platform": "".join(outside.platform), "witnesses": "\n".join(outside.witnesses)}
    answer = page.ask(
        f"(async () => {{ const files = new Map(Object.entries({json.dumps(held)}).map(([name, data]) => "
        "[name, new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))])])); "
        f"return JSON.stringify(await Mentorledger.check(files, {json.dumps(vkey)}, undefined, "
        f"{json.dumps(others)})); }})()"
    )
    assert answer is not None, "the page's script failed"
    verdict: dict[str, Any] = json.loads(answer)
    return verdict
