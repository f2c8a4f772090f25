"""That all streams of a programme are here: the file that proves it, and its check against the log's own statement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import msgspec

from events.proof.errors import ProofError
from events.proof.programmes import Membership, ProgrammeProof, check_programme_proof, prove_programme
from services.bundles.errors import BundleError
from services.bundles.faults import Findings, Unsound
from services.bundles.layout import PROGRAMME, Manifest, decoded, encoded, stream_name
from services.bundles.records import Records, Stated
from services.bundles.source import Source

_HASH = re.compile("[0-9a-f]{64}", re.ASCII)
_OPEN = "That the log's own list of the programme's streams is right: whoever has the whole log makes it again."


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    index: int
    programme: str
    proof: tuple[str, ...]
    size: int
    streams: tuple[str, ...]


def programme_file(memberships: Iterable[Membership], programme: str) -> bytes:
    """The file for a programme; raises BundleError `unknown_stream` when the log names no stream of it yet."""
    try:
        found = prove_programme(memberships, programme)
    except ProofError as error:
        raise BundleError("unknown_stream", f"{error} Run the export again in a moment.") from error
    document = _File(
        index=found.index,
        programme=programme,
        proof=tuple(one.hex() for one in found.proof),
        size=found.size,
        streams=found.streams,
    )
    return encoded(document)


def proven_streams(data: bytes, programme: str, root: bytes) -> tuple[str, ...]:
    """All streams of a programme, by a file that leads to the root; ProofError as `check_programme_proof`."""
    try:
        found = decoded(data, _File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofError("bad_programme_proof", f"This is no proof of a programme: {error}.") from error
    if not all(_HASH.fullmatch(one) for one in found.proof):
        raise ProofError("bad_programme_proof", "This is no proof of a programme: a hash is not 64 hexadecimal digits.")
    hashes = tuple(bytes.fromhex(one) for one in found.proof)
    proof = ProgrammeProof(found.programme, found.streams, found.index, found.size, hashes)
    check_programme_proof(proof, programme, root)
    return found.streams


def check_programme(
    source: Source,
    manifest: Manifest,
    stated: Stated | None,
    shown: AbstractSet[str],
    records: Records,
    findings: Findings,
) -> None:
    """Hold the streams that are shown, and what their records name, against all streams of the programme.

    stated: the log's statement on its streams, None where it is at fault. Says what that proves, and what it does not.
    """
    if stated is None or not stated.programmes_root:
        if stated is not None and PROGRAMME in source.names:
            sentence = "The log states nothing on its programmes, so nothing vouches for the file."
            findings.fault("unexpected_file", sentence, PROGRAMME)
        findings.not_proven.append("That these are all relationships of the programme: the whole log shows that.")
        return
    programme = manifest.scope.id
    try:
        listed = set(proven_streams(source.read(PROGRAMME), programme, bytes.fromhex(stated.programmes_root)))
    except Unsound as error:
        findings.add(error.fault)
        return
    except ProofError as error:
        findings.fault(error.code, str(error), PROGRAMME)
        return
    _compare(listed, shown, {stream for one, stream in records.memberships(stated.size) if one == programme}, findings)
    findings.proven.append(
        f"The programme is complete as the log states it at size {stated.size:,}: all of its {len(listed):,} streams "
        "are shown, which are every relationship and enrolment that was ever in it and its own."
    )
    findings.not_proven.append(_OPEN)
    if stated.size + 1 < manifest.size:
        findings.not_proven.append(
            f"That no relationship or enrolment came to the programme after the log's first {stated.size:,} records."
        )


def _compare(listed: AbstractSet[str], shown: AbstractSet[str], naming: AbstractSet[str], findings: Findings) -> None:
    for stream in sorted(listed - shown):
        sentence = f"{stream} belongs to the programme, as the log states, and is not here: it was left out."
        findings.fault("missing_stream", sentence, stream_name(stream))
    for stream in sorted(shown - listed):
        sentence = f"{stream} is shown, and the log does not state that it belongs to the programme."
        findings.fault("unlisted_stream", sentence, stream_name(stream))
    for stream in sorted((listed & shown) - naming):
        sentence = f"{stream} belongs to the programme, as the log states, but none of its records names it."
        findings.fault("foreign_stream", sentence, stream_name(stream))
