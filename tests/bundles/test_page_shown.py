"""What a person sees on the page that checks bundles: the outcome in words, and nothing that could turn them around."""

from __future__ import annotations

import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.proof.notes import SigningKey
from services.bundles.write import Exporter
from tests.bundles.made import MadeLog
from tests.bundles.page import opened_page
from tests.console.browser import Browser


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


def choose(page: Browser, archive: Path) -> None:
    """Choose an archive as a person does, and wait until the page answers."""
    page.ask(
        f"(async () => {{ const transfer = new DataTransfer(); transfer.items.add(new File([Uint8Array.from(atob("
        f"{json.dumps(b64encode(archive.read_bytes()).decode())}), (one) => one.charCodeAt(0))], 'bundle.zip')); "
        "const input = document.getElementById('archive'); input.files = transfer.files; "
        "const outcome = document.getElementById('outcome'); outcome.replaceChildren(); const answer = "
        "new Promise((go) => new MutationObserver(() => outcome.querySelector('.panel, .verdict') && go())"
        ".observe(outcome, {childList: true, subtree: true})); "
        "input.dispatchEvent(new Event('change')); await answer; })()"
    )


def fill(page: Browser, **fields: str) -> None:
    """Write into fields."""
    for name, text in fields.items():
        page.ask(f"document.getElementById('{name}').value = {json.dumps(text)}")


def outcome(page: Browser) -> str:
    """All that the page says."""
    return str(page.ask("document.getElementById('outcome').textContent"))


def test_a_person_sees_the_verdict(page: Browser, log: MadeLog, tmp_path: Path) -> None:
    """The outcome stands on the page in words, by the right code for each cause; nothing is wider than a phone."""
    page.size(390, 844)
    path, broken = tmp_path / "bundle.zip", tmp_path / "broken.zip"
    Exporter(log, log).organisation(log.org, path)
    broken.write_bytes(path.read_bytes().replace(b"What this is", b"What that is"))
    own, twin = log.key.vkey, SigningKey.of(log.key.name, bytes(32)).vkey
    notes = f"{log.checkpoint(300).decode()}\n\n{log.checkpoint(2).decode().rstrip()}".replace("\n", "\r\n")
    cases = (
        (path, {"key": own}, "Nothing is wrong with this bundle."),
        (path, {"key": f"# of two contracts\n{twin}\n\n {own} \n"}, "Nothing is wrong with this bundle."),
        (path, {"key": own, "kept": notes}, "from the checkpoint of 2 records that you kept"),
        (path, {"key": own, "kept": f"{notes}\nhello"}, "NOT SOUND: 1 fault. Do not rely on this bundle."),
        (broken, {"key": own}, "NOT SOUND: 1 fault. Do not rely on this bundle."),
        (path, {"key": twin}, "COULD NOT BE CHECKED"),
        (path, {"key": "nonsense"}, "COULD NOT BE CHECKED"),
        (path, {"key": " \n# none\n"}, "Paste the key first"),
    )
    for archive, fields, said in cases:
        fill(page, **{"key": "", "kept": ""} | fields)
        choose(page, archive)
        assert said in outcome(page), fields
        assert page.ask("document.documentElement.scrollWidth") <= 390
    fill(page, key=own)
    page.ask("document.getElementById('key').dispatchEvent(new Event('change'))")
    sound = "document.querySelector('.verdict.sound')"
    assert page.ask(f"(async () => {{ while (!{sound}) await new Promise(setTimeout); return true; }})()")


def test_nothing_in_a_bundle_turns_the_words_of_the_page_around(page: Browser, log: MadeLog, tmp_path: Path) -> None:
    """The name of a file with marks of direction and with line breaks is shown without them."""
    path = tmp_path / "bundle.zip"
    Exporter(log, log).organisation(log.org, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("\u202edetsurt\u2028", b"x")
    fill(page, key=log.key.vkey, kept="")
    choose(page, path)
    assert "\ufffddetsurt\ufffd" in outcome(page)
    assert not set(outcome(page)) & {"\u202e", "\u2028"}


def test_whoever_has_a_bundle_learns_where_the_page_is(whole: Path) -> None:
    """Not out of the bundle, which could bring along one that says what it likes."""
    text = (whole / "README.txt").read_text()
    assert "/verifier" in text
    assert "a page from there would prove nothing" in text
