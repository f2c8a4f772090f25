"""The proof of how a stream ended, as a file of JSON: hashes in hex, the leaf's index among all streams of the log."""

from __future__ import annotations

import re

import msgspec

from events.proof.errors import ProofError
from events.proof.streams import ProvedHead, StreamHead, StreamProof, StreamTree, check_stream_proof
from services.bundles.errors import BundleError
from services.bundles.layout import decoded, encoded

_HASH = re.compile("[0-9a-f]{64}", re.ASCII)


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    index: int
    leaf: str
    proof: tuple[str, ...]
    size: int
    stream: str
    version: int


def stream_proof(tree: StreamTree, stream: str) -> bytes:
    """The file for a stream; raises BundleError `unknown_stream` when the log has no such stream."""
    found = tree.prove(stream)
    if [one.head.stream for one in found.heads] != [stream]:
        raise BundleError("unknown_stream", f"The log says nothing of {stream} yet; run the export again in a moment.")
    (shown,) = found.heads
    document = _File(
        index=shown.index,
        leaf=shown.head.leaf.hex(),
        proof=tuple(one.hex() for one in shown.proof),
        size=found.size,
        stream=stream,
        version=shown.head.version,
    )
    return encoded(document)


def proven_head(data: bytes, stream: str, root: bytes) -> StreamHead:
    """How a stream ended, by a file that leads to the root; ProofError `bad_stream_proof`, `bad_inclusion`."""
    try:
        found = decoded(data, _File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofError("bad_stream_proof", f"This is no proof of a stream: {error}.") from error
    if not all(_HASH.fullmatch(one) for one in (found.leaf, *found.proof)):
        raise ProofError("bad_stream_proof", "This is no proof of a stream: a hash is not 64 hexadecimal digits.")
    head = StreamHead(found.stream, found.version, bytes.fromhex(found.leaf))
    shown = ProvedHead(found.index, head, tuple(bytes.fromhex(one) for one in found.proof))
    proven = check_stream_proof(StreamProof(found.stream, found.size, (shown,)), stream, root)
    if proven is None:
        raise ProofError("bad_stream_proof", "This proves that there is no such stream.")
    return proven
