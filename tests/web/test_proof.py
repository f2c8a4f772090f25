"""What anybody needs to verify the log, over HTTP: checkpoint, tiles, records, receipts, consistency."""

from __future__ import annotations

from base64 import b64decode

import pytest

from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of, signed
from events.proof.notes import SigningKey, Verifier
from events.proof.receipts import parse_receipt
from events.proof.tiles import Entries, Tile, decode_entries
from events.proof.tree import check_consistency, leaf_hash, root
from services.decisions.person import RegisterPerson
from tests.web.conftest import Client, Running, json_of


class Log:
    """An organisation's log and the key that signs it."""

    def __init__(self, api: Running) -> None:
        self.client: Client = api.client()
        self.org = self.client.org
        self.api = api
        self.tree = api.tree
        self.key = SigningKey.generate(origin_of(self.org))
        self.verifiers = [Verifier.of(self.key.vkey)]

    def grow(self, number: int) -> None:
        """So many events more."""
        at = self.api.whole.log.size(self.org)
        for one in range(at, at + number):
            command = RegisterPerson(person_id=f"00000000-0000-4000-8000-{one:012}", name="A", email=f"{one}@a.example")
            self.api.whole.pipeline.handle(self.org, command, actor="token:test")

    def sign(self) -> Checkpoint:
        """A checkpoint of the present size."""
        size = self.api.whole.log.size(self.org)
        while self.tree.complete_tiles(self.org):
            pass
        head = Checkpoint(origin_of(self.org), size, root(size, self.tree.hash_at(self.org, size)))
        self.tree.put_checkpoint(self.org, 1, size, head.root, signed(head, [self.key]))
        return head


@pytest.fixture
def log(shared_api: Running) -> Log:
    return Log(shared_api)


def test_nothing_is_proven_before_the_first_checkpoint(log: Log) -> None:
    """Until something is signed there is neither checkpoint nor receipt, and the answer says when to ask again."""
    log.grow(1)
    for path in ("/log/checkpoint", "/events/0/proof", "/log/consistency?old=0", "/log/tile/0/000.p/1"):
        answer = log.client.get(path)
        assert (404, "not_signed_yet") == (answer.status_code, json_of(answer)["code"])
        assert "2" == answer.headers["Retry-After"]


def test_the_checkpoint_is_the_newest_note(log: Log) -> None:
    """Signed by the organisation's key, of the log's size; it must be asked for again, as a newer one comes."""
    log.grow(2)
    log.sign()
    log.grow(1)
    head = log.sign()
    answer = log.client.get("/log/checkpoint")
    assert head == open_checkpoint(answer.data, log.verifiers)
    assert "text/plain; charset=utf-8" == answer.content_type
    assert "no-cache" in answer.headers["Cache-Control"]


def test_tiles_and_records_stand_at_the_paths_of_c2sp(log: Log) -> None:
    """The hashes of the tile are those of the records beside it; both may be kept for good."""
    log.grow(300)
    log.sign()
    for tile, width in ((Tile(0, 0), 256), (Tile(0, 1, 44), 44)):
        hashes = log.client.get(f"/log/{tile.path}")
        records = log.client.get(f"/log/{Entries(tile.number, width).path}")
        assert "application/octet-stream" == hashes.content_type == records.content_type
        for answer in (hashes, records):
            assert "immutable" in answer.headers["Cache-Control"]
            assert "Authorization" in answer.vary
        found = decode_entries(records.data, width)
        assert hashes.data == b"".join(leaf_hash(record) for record in found)
    assert 32 == len(log.client.get(f"/log/{Tile(1, 0, 1).path}").data)


@pytest.mark.parametrize(
    "path",
    ("0/001", "0/000.p/7", "1/000.p/1", "0/0", "0/x000/000", "0/000.p/0", "0/000.p/256", "64/000", "entries/001", "x"),
)
def test_a_tile_that_the_signed_log_has_not_is_unknown(log: Log, path: str) -> None:
    """Beyond the checkpoint's size, or no path of a tile at all."""
    log.grow(6)
    log.sign()
    answer = log.client.get(f"/log/tile/{path}")
    assert (404, "unknown_tile") == (answer.status_code, json_of(answer)["code"])


def test_every_write_says_where_its_receipt_will_be(log: Log) -> None:
    """The link of a write's answer leads to a tlog-proof that holds for the record's bytes."""
    answer = log.client.post("/people", {"name": "Ada", "email": "ada@people.example"})
    link = json_of(answer)["links"]["receipt"]
    assert "not_signed_yet" == json_of(log.client.get(link))["code"]
    head = log.sign()
    receipt = parse_receipt(log.client.get(link).data)
    record = log.api.whole.log.record_bytes(log.org, receipt.index)
    assert record is not None
    assert head == receipt.check(record, log.verifiers)


def test_an_event_that_is_not_there_has_no_receipt(log: Log) -> None:
    """A position behind the log's end is unknown, not merely early."""
    log.grow(1)
    log.sign()
    answer = log.client.get("/events/5/proof")
    assert (404, "unknown_event") == (answer.status_code, json_of(answer)["code"])


def test_two_sizes_are_proven_consistent(log: Log) -> None:
    """The log of the first checkpoint is how the log of the second begins."""
    log.grow(5)
    first = log.sign()
    log.grow(8)
    second = log.sign()
    found = json_of(log.client.get(f"/log/consistency?old={first.size}"))
    proof = [b64decode(one) for one in found["proof"]]
    assert (first.size, second.size) == (found["old"], found["new"])
    check_consistency(first.size, second.size, proof, first.root, second.root)


@pytest.mark.parametrize("query", ("old=3&new=2", "old=0&new=99", "old=-1", "old=x", "", "old=01e3"))
def test_sizes_that_make_no_sense_are_refused(log: Log, query: str) -> None:
    """Downwards, beyond the checkpoint, or no numbers at all."""
    log.grow(4)
    log.sign()
    answer = log.client.get(f"/log/consistency?{query}")
    assert (422, "invalid_query") == (answer.status_code, json_of(answer)["code"])


def test_another_organisation_reads_its_own_log(log: Log, shared_api: Running) -> None:
    """The log is that of the token: nothing in the path names another one."""
    log.grow(2)
    log.sign()
    other = shared_api.client()
    assert "not_signed_yet" == json_of(other.get("/log/checkpoint"))["code"]
    assert 404 == other.get("/events/0/proof").status_code or "not_signed_yet" in other.get("/events/0/proof").text


def test_a_token_that_may_not_read_gets_nothing(log: Log, shared_api: Running) -> None:
    """Hashes and receipts need the scope that the records need."""
    log.grow(1)
    log.sign()
    writer = shared_api.client(frozenset({"write"}), log.org)
    assert 403 == writer.get("/log/checkpoint").status_code
    assert 403 == writer.get("/log/tile/entries/000.p/1").status_code
