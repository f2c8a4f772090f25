"""The log as strangers verify it: checkpoint, tiles and proofs, in the formats and at the paths of C2SP.

`/log` is the prefix of a tlog-tiles log: `checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`.
"""

from __future__ import annotations

from base64 import b64encode

import msgspec

from events.proof.checkpoint import number_of
from events.proof.errors import ProofError
from events.proof.receipts import Receipt
from events.proof.tiles import WIDTH, Entries, Tile, parse_path
from events.proof.tree import consistency_proof, inclusion_proof
from events.treestore import StoredCheckpoint
from services.errors import NotFound
from services.web.answers import File, One
from services.web.call import Call
from services.web.problems import ApiError
from services.web.schemas.proof import ConsistencyQuery
from services.web.subject import Query, Subject

ROUTES = Subject("proof", "What the log is proven with: signed checkpoints, tiles of its Merkle tree, receipts.")

NOTE, BINARY = "text/plain", "application/octet-stream"
_FOR_GOOD, _FOR_NOW = "private, max-age=31536000, immutable", "private, no-cache"


class ConsistencyProof(msgspec.Struct, frozen=True, kw_only=True):
    """That the log of size `new` begins with the log of size `old` (RFC 9162, 2.1.4): hashes in base64."""

    old: int
    new: int
    proof: tuple[str, ...]


@ROUTES.file("/log/checkpoint", NOTE)
def get_checkpoint(call: Call) -> File:
    """Read the newest signed checkpoint (C2SP signed note)."""
    return File(content=_latest(call).note, media_type=NOTE, name="checkpoint")


@ROUTES.file("/log/origins/<position:number>/checkpoint", NOTE)
def get_origin_checkpoint(call: Call, number: str) -> File:
    """Read the newest checkpoint of one of the log's origins, by its number from 1.

    A log that lost signed records for good goes on under its next origin. What was signed under an earlier one may
    speak of records that are gone.
    """
    found = call.services.tree.latest(call.org, int(number))
    if found is None:
        raise NotFound("unknown_origin", "Nothing was signed under an origin of this number here.")
    return File(content=found.note, media_type=NOTE, name="checkpoint")


@ROUTES.file("/log/tile/<path:rest>", BINARY)
def get_tile(call: Call, rest: str) -> File:
    """Read a tile of hashes, or with `entries/` the records below it (C2SP tlog-tiles)."""
    try:
        wanted = parse_path(f"tile/{rest}")
    except ProofError as error:
        raise NotFound("unknown_tile", str(error)) from error
    tree, store = _latest(call), call.services.tree
    content = None
    if _leaves(wanted) <= tree.size:
        content = store.tile(call.org, wanted) if isinstance(wanted, Tile) else store.entries(call.org, wanted)
    if content is None:
        raise NotFound("unknown_tile", f"The newest checkpoint is of size {tree.size}; it has no tile there.")
    # A tile never changes: a wider one has another name. Only a log that lost records, and goes on under another
    # origin, has other ones at the same places.
    cache = _FOR_GOOD if number_of(tree.origin) == 1 else _FOR_NOW
    return File(content=content, media_type=BINARY, name="tile", cache=cache)


@ROUTES.file("/events/<position:position>/proof", NOTE)
def get_event_proof(call: Call, position: str) -> File:
    """Read the receipt of an event (C2SP tlog-proof): that its record is in the log, under the newest checkpoint."""
    at, tree = int(position), _latest(call)
    if at >= tree.size:
        if at < call.services.log.size(call.org):
            raise _too_early()
        raise NotFound("unknown_event", "There is no event at this position here.")
    proof = inclusion_proof(at, tree.size, call.services.tree.hash_at(call.org, tree.size))
    receipt = Receipt(index=at, proof=tuple(proof), checkpoint=tree.note)
    return File(content=receipt.to_bytes(), media_type=NOTE, name=f"{at}.tlog-proof", to_keep=True)


@ROUTES.read("/log/consistency", ConsistencyProof, ConsistencyQuery())
def get_consistency(call: Call, query: Query) -> One:
    """Read the proof that the log of one size begins with the log of a smaller one."""
    newest = _latest(call).size
    old, new = query["old"], query.get("new", newest)
    if not old <= new <= newest:
        sentence = f"The sizes must not go down: old {old}, new {new}, newest checkpoint {newest}."
        raise ApiError("invalid_query", sentence, newest=newest)
    proof = consistency_proof(old, new, call.services.tree.hash_at(call.org, new))
    return One(body=ConsistencyProof(old=old, new=new, proof=tuple(b64encode(one).decode() for one in proof)))


def _latest(call: Call) -> StoredCheckpoint:
    found = call.services.tree.latest(call.org)
    if found is None:
        raise _too_early()
    return found


def _too_early() -> ApiError:
    sentence = "No signed checkpoint covers it yet; one follows within seconds of each write. Ask again in a moment."
    return ApiError("not_signed_yet", sentence, headers={"Retry-After": "2"})


def _leaves(wanted: Tile | Entries) -> int:
    """How many leaves the log has at least when the tile is there."""
    level = wanted.level if isinstance(wanted, Tile) else 0
    return (wanted.number * WIDTH + wanted.width) << (8 * level)
