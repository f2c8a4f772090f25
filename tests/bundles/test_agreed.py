"""One verdict from two programs: command and page name the same faults of a bundle, in the same order."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from events.proof.checkpoint import Checkpoint, origin_of, signed
from events.proof.notes import SigningKey
from events.proof.receipts import Receipt
from events.proof.tree import inclusion_proof
from tests.bundles.changes import Change, claim, edit, lose, put, swap
from tests.bundles.made import ORG, MadeLog, rewritten
from tests.bundles.page import agreed, opened_page
from tests.console.browser import Browser


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


NOWHERE = {"kind": "relationship", "id": "00000000-0000-0000-0000-000000000009"}
OF_A_WHOLE: dict[str, Change] = {
    "no heads": lose("streams.ndjson"),
    "heads of nothing": put("streams.ndjson", b""),
    "other heads": put("streams.ndjson", b"x" * 5_000),
    "heads that are no text": put("streams.ndjson", b"\xff\xfe\n"),
    "a head less": edit("streams.ndjson", lambda data: data[data.index(b"\n") + 1 :]),
    "a head more": edit("streams.ndjson", lambda data: data + data[: data.index(b"\n") + 1]),
    "a head without its end": edit("streams.ndjson", lambda data: data[:-1]),
    "a tile of another width": put("tile/0/000.p/7"),
    "a tile too many": put("tile/0/009"),
    "a tile of a high level": put("tile/63/000"),
    "a tile of no level": put("tile/99/000"),
    "a level with a zero": put("tile/00/000"),
    "a tile of width 0": put("tile/0/000.p/0"),
    "a tile of width 256": put("tile/0/000.p/256"),
    "a tile with a sign": put("tile/0/x000/001"),
    "a tile with a long number": put("tile/0/" + "x001/" * 8 + "001"),
    "a record among entries": put("records/7"),
    "a record with a zero": put("records/007"),
    "a receipt among entries": put("receipts/7.tlog-proof"),
    "a stream among entries": put("streams/relationship-00000000-0000-0000-0000-000000000001.json"),
    "a programme": put("programme.json", b"{}"),
    "an anchor that nobody names": put("anchors/7/anchored"),
    "no file of ours": put("note.exe"),
    "a name beyond the first plane": put("\U0001f600"),
    "two names out of UTF-16's order": lambda folder: (put("\uffee")(folder), put("\U0001f600")(folder)),
    "a schema more": put("schemas/other.other.json"),
    "a long schema": put("schemas/other.other.json", b"x" * 1_000_001),
    "a long tile": put("tile/0/000", bytes(8_193)),
    "a short tile": put("tile/0/000", bytes(8_191)),
    "a short tile above": put("tile/1/000.p/2", bytes(63)),
    "no tile above": lose("tile/1/000.p/2"),
    "no tile": lose("tile/0/001"),
    "no entries": lose("tile/entries/001"),
    "neither": lambda folder: (lose("tile/0/001")(folder), lose("tile/entries/001")(folder)),
    "no first of either": lambda folder: (lose("tile/0/000")(folder), lose("tile/entries/001")(folder)),
    "lengths that lie": put("tile/entries/002.p/27", struct.pack(">H", 65_535) + b"x"),
    "a record behind the last": edit("tile/entries/002.p/27", lambda data: data + b"\0\0"),
    "no checkpoint": lose("checkpoint"),
    "no manifest": lose("manifest.json"),
    "no text for a reader": lose("README.txt"),
    "a long text for a reader": put("README.txt", b"x" * 1_000_001),
    "another format": claim(format="mentorledger-bundle/2"),
    "another size": claim(size=7),
    "a negative size": claim(size=-539),
    "an enormous size": swap("manifest.json", '"size":539', '"size":9223372036854775808'),
    "another origin": claim(origin="mentorledger/log/other"),
    "another organisation": claim(scope={"kind": "organisation", "id": "other"}),
    "another scope": claim(scope={"kind": "galaxy", "id": "x"}),
    "a scope without id": claim(scope={"kind": "organisation"}),
    "a part": claim(scope=NOWHERE),
    "a programme's": claim(scope={"kind": "programme", "id": NOWHERE["id"]}),
    "a statement of the future": claim(streams_root={"position": 9_999, "size": 1}),
    "a statement that is none": claim(streams_root={"position": 5, "size": 5}),
    "a statement of less than nothing": claim(streams_root={"position": 5, "size": -5}),
    "no statement": claim(streams_root=None),
    "the statement before": claim(streams_root={"position": 300, "size": 300}),
    "a member more": claim(more=1),
    "a member of every object": swap("manifest.json", '"anchors"', '"__proto__":1,"anchors"'),
    "an inherited member": claim(toString=1),
    "a member more within": claim(scope={"kind": "organisation", "id": str(ORG), "x": 1}),
    "a size in words": claim(size="539"),
    "a size that is true": claim(size=True),
    "a size with a fraction": swap("manifest.json", '"size":539', '"size":539.0'),
    "a size with an exponent": swap("manifest.json", '"size":539', '"size":5.39e2'),
    "a size twice": swap("manifest.json", '"size":539', '"size":7,"size":539'),
    "a size with a zero": swap("manifest.json", '"size":539', '"size":0539'),
    "anchors that are none": claim(anchors={}),
    "no list of anchors": claim(anchors=None),
    "an anchor of nothing": claim(anchors=[{"above": 10, "tokens": []}]),
    "an anchor of something else": claim(anchors=[{"above": 10, "tokens": ["x"]}]),
    "an anchor that is a number": claim(anchors=[7]),
    "an anchor that is not here": claim(anchors=[{"above": 10, "tokens": ["witnessed"]}]),
    "half a letter": swap("manifest.json", "mentorledger-bundle/1", "\\ud800"),
    "a mark in front": edit("manifest.json", lambda data: b"\xef\xbb\xbf" + data),
    "a manifest of spaces": edit("manifest.json", lambda data: b" \n\t" + data + b" "),
    "an array": put("manifest.json", b"[]"),
    "nothing": put("manifest.json", b"null"),
    "no UTF-8": put("manifest.json", b"\xff"),
    "a manifest without a member": edit(
        "manifest.json", lambda data: rewritten({k: v for k, v in json.loads(data).items() if k != "streams_root"})
    ),
}


@pytest.mark.parametrize("change", OF_A_WHOLE.values(), ids=OF_A_WHOLE)
def test_changes_to_a_whole_log(change: Change, page: Browser, log: MadeLog, whole: Path, tmp_path: Path):
    """Files more, less and longer, and claims of the manifest."""
    folder = shutil.copytree(whole, tmp_path / "b")
    change(folder)
    agreed(page, folder, log.key.vkey)


SHOWN = "streams/relationship-00000000-0000-0000-0000-000000000002.json"
FIRST = "receipts"
OF_A_PART: dict[str, Change] = {
    "heads": put("streams.ndjson"),
    "entries": put("tile/entries/000"),
    "a programme": put("programme.json", b"{}"),
    "a record without receipt": put("records/7"),
    "a record of the future": put("records/9999"),
    "a record of a far future": put("records/999999999999999"),
    "a receipt without record": put("receipts/538.tlog-proof"),
    "another stream": put("streams/relationship-00000000-0000-0000-0000-000000000001.json", b"{}"),
    "another relationship": claim(scope=NOWHERE),
    "no relationship": claim(scope={"kind": "relationship", "id": ""}),
    "a whole": claim(scope={"kind": "organisation", "id": str(ORG)}),
    "a programme's": claim(scope={"kind": "programme", "id": NOWHERE["id"]}),
    "no statement": claim(streams_root=None),
    "a statement of the future": claim(streams_root={"position": 9_999, "size": 1}),
    "a statement of a far future": claim(streams_root={"position": 2**53 - 1, "size": 1}),
    "a statement beyond 2^53": swap("manifest.json", '"position":', '"position":90071992547409920'),
    "a statement of less than nothing": claim(streams_root={"position": -1, "size": -5}),
    "a statement of another size": claim(streams_root={"position": 534, "size": 533}),
    "the proof of another stream": swap(SHOWN, "000000000002", "000000000003"),
    "a proof with a member more": swap(SHOWN, '"leaf"', '"more":1,"leaf"'),
    "a proof with a member twice": swap(SHOWN, '"leaf"', '"index":7,"leaf"'),
    "a proof with a space": swap(SHOWN, '"leaf":', '"leaf": '),
    "a proof with a fraction": swap(SHOWN, '"size":6', '"size":6.0'),
    "a proof with a hash in capitals": edit(SHOWN, lambda data: data.replace(b'"leaf":"', b'"leaf":"AB')),
    "a proof of version 0": edit(SHOWN, lambda data: rewritten(json.loads(data) | {"version": 0})),
    "a proof of a high version": edit(SHOWN, lambda data: json.dumps(json.loads(data) | {"version": 2**64}).encode()),
    "a proof of an index below": edit(SHOWN, lambda data: rewritten(json.loads(data) | {"index": -1})),
    "a proof of an index beyond": edit(SHOWN, lambda data: rewritten(json.loads(data) | {"index": 99})),
    "a proof of a long way": edit(SHOWN, lambda data: rewritten(json.loads(data) | {"proof": ["ab" * 32] * 9})),
    "a proof of an enormous size": edit(SHOWN, lambda data: json.dumps(json.loads(data) | {"size": 2**63}).encode()),
    "a proof that is none": put(SHOWN, b"{}"),
    "a proof that is no JSON": put(SHOWN, b"{"),
    "no proof": lose(SHOWN),
    "extra data": swap(FIRST, "\nindex ", "\nextra aGVsbG8=\nindex "),
    "extra data that is no base64": swap(FIRST, "\nindex ", "\nextra !!!\nindex "),
    "extra data of nothing": swap(FIRST, "\nindex ", "\nextra \nindex "),
    "two extra data": swap(FIRST, "\nindex ", "\nextra aGVsbG8=\nextra aGVsbG8=\nindex "),
    "an index with a zero": swap(FIRST, "\nindex ", "\nindex 0"),
    "another index": swap(FIRST, "\nindex ", "\nindex 1"),
    "a receipt of another version": swap(FIRST, "proof@v1", "proof@v2"),
    "a receipt in another alphabet": swap(FIRST, "proof@v1", "pröof@v1"),
    "a receipt with a long proof": edit(FIRST, lambda data: data.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1)),
    "a receipt with a short hash": edit(FIRST, lambda data: data.replace(b"\n\n", b"\nAAAA\n\n", 1)),
    "a receipt with 64 hashes": edit(
        FIRST, lambda data: data.replace(b"\n\n", (b"\n" + b"A" * 43 + b"=") * 64 + b"\n\n")
    ),
    "a receipt under a note that is none": edit(FIRST, lambda data: data[: data.index(b"\n\n")] + b"\n\nx"),
    "a receipt without a note": edit(FIRST, lambda data: data[: data.index(b"\n\n")]),
    "a receipt with a gap": edit(FIRST, lambda data: b"\n\n" + data),
    "a long receipt": put("receipts/4.tlog-proof", b"x" * 2_000_001),
    "no tile": lose("tile/0/000"),
    "no last tile": lose("tile/0/002.p/27"),
    "a short tile": put("tile/0/000", b"x"),
    "no tile above": lose("tile/1/000.p/2"),
}


@pytest.mark.parametrize("change", OF_A_PART.values(), ids=OF_A_PART)
def test_changes_to_a_part(change: Change, page: Browser, log: MadeLog, part: Path, tmp_path: Path):
    """Files more and less, claims, receipts and proofs of how a stream ended."""
    folder = shutil.copytree(part, tmp_path / "b")
    change(folder)
    agreed(page, folder, log.key.vkey)


def test_receipts_under_other_heads(page: Browser, log: MadeLog, part: Path, tmp_path: Path):
    """A head that the same key signed before, and that of another log whose key was given too, are not the bundle's."""
    folder = shutil.copytree(part, tmp_path / "p")
    at = min(int(path.name) for path in (folder / "records").iterdir())
    stranger = SigningKey.of(origin_of(UUID(int=7)), bytes(32))
    other = Checkpoint(stranger.name, 539, log.tree_head(539).root)
    for head, key in ((log.tree_head(300), log.key), (other, stranger)):
        path = inclusion_proof(at, head.size, log.hash_at(log.org, head.size))
        put(f"receipts/{at}.tlog-proof", Receipt(at, tuple(path), signed(head, [key])).to_bytes())(folder)
        verdict = agreed(page, folder, log.key.vkey, stranger.vkey)
        assert ["receipt_differs"] == [one.code for one in verdict.faults]
