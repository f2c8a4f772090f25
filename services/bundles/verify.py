"""What a bundle proves: checked from its files and a key from elsewhere, without a database and without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from events.proof.checkpoint import number_of
from events.proof.notes import Verifier
from events.proof.tiles import WIDTH, entries_of, tiles_of
from services.bundles.anchored import NOTHING, Outside, check_anchors
from services.bundles.continued import check_continued
from services.bundles.faults import Findings, Unsound, Verdict, counted
from services.bundles.layout import CHECKPOINT, MANIFEST, PROGRAMME, README, STREAMS, Manifest
from services.bundles.note import Signed, claims, signed_head, verifiers_of
from services.bundles.programme import check_programme
from services.bundles.redacted import Redacted
from services.bundles.source import Source, open_source
from services.bundles.whole import Whole

ORGANISATION = "organisation"
SCOPES = (ORGANISATION, "programme", "relationship")
_ALWAYS_OPEN = (
    "That what was recorded is true: a record proves what the log took in, and in which order.",
    "That recorded_at is right: it is the log's own clock. A time stamp from outside says more.",
    "That others are shown the same history, or that it ends here: compare the checkpoint with one of somebody else.",
    f"{README} and schemas/ explain; nobody signed them.",
)


def verify(
    path: Path,
    vkeys: Sequence[str],
    progress: Callable[[int], None] = lambda done: None,
    kept: Sequence[bytes] = (),
    outside: Outside = NOTHING,
) -> Verdict:
    """Check the bundle (a folder or a .zip) at a path with verifier keys (C2SP vkeys) from outside of it.

    progress is told how many records were looked at since it was told last; kept: signed checkpoints from outside, from
    which the log must go on; outside: what the anchors are checked with. Every fault ends up in the verdict.
    """
    findings = Findings(progress)
    try:
        verifiers = verifiers_of(vkeys)
        with open_source(path, findings) as source:
            _check(source, verifiers, findings, kept, outside)
    except Unsound as error:
        findings.add(error.fault)
    return findings.verdict()


def _check(
    source: Source, verifiers: list[Verifier], findings: Findings, kept: Sequence[bytes], outside: Outside
) -> None:
    signed = signed_head(source, verifiers)
    manifest = claims(source, signed)
    if manifest.scope.kind not in SCOPES:
        raise Unsound("bad_manifest", f"A bundle is of one of {', '.join(SCOPES)}.", MANIFEST)
    if manifest.size > len(source.names) * WIDTH:
        sentence = f"A log of {manifest.size:,} records has more tiles than there are files here: most are missing."
        raise Unsound("missing_file", sentence, CHECKPOINT)
    _say_who_signed(signed, findings)
    _look_for_strangers(source, manifest, findings)
    if manifest.scope.kind == ORGANISATION:
        _whole(source, signed, manifest, findings)
    else:
        _part(source, signed, manifest, findings)
    check_continued(source, signed, kept, verifiers, findings)
    check_anchors(source, signed, manifest, verifiers, outside, findings)
    if number_of(signed.checkpoint.origin) > 1 and manifest.scope.kind != ORGANISATION:
        findings.not_proven.append(
            "That nothing was lost or changed before the log went on under the origin that it has now: its records "
            "`log.continued` say what was signed under the one before."
        )
    findings.not_proven.extend(_ALWAYS_OPEN)


def _say_who_signed(signed: Signed, findings: Findings) -> None:
    head, keys = signed.checkpoint, " and ".join(signed.keys)
    findings.proven.append(
        f"The log {head.origin} had {head.size:,} records when its head, root {head.root.hex()}, was signed with the "
        f"{'key' if len(signed.keys) == 1 else 'keys'} that you gave (fingerprint {keys})."
    )
    findings.proven.extend(
        f"The witness {name} says that it saw this head at {at:%Y-%m-%d %H:%M:%S} UTC." for name, at in signed.seen
    )


def _look_for_strangers(source: Source, manifest: Manifest, findings: Findings) -> None:
    """Name the files that belong to a bundle, but not to this one."""
    wanted = {one.path for one in tiles_of(manifest.size)} | {CHECKPOINT, MANIFEST, README}
    below: tuple[str, ...] = ("schemas/", "anchors/")
    if manifest.scope.kind == ORGANISATION:
        wanted |= {one.path for one in entries_of(manifest.size)}
        wanted |= {STREAMS} if manifest.streams_root is not None else set()
    else:
        below += ("records/", "receipts/", "streams/")
        wanted |= {PROGRAMME} if manifest.scope.kind == "programme" else set()
    for name in sorted(source.names - wanted):
        if not name.startswith(below):
            findings.fault("unexpected_file", "The file belongs to no bundle of this log at this size.", name)
    for name in sorted(one for one in source.names if one == README or one.startswith("schemas/")):
        try:
            source.read(name)
        except Unsound as error:
            findings.add(error.fault)


def _whole(source: Source, signed: Signed, manifest: Manifest, findings: Findings) -> None:
    if manifest.scope.id != signed.org:
        raise Unsound("manifest_differs", "The organisation is not the one whose log was signed.", MANIFEST)
    whole = Whole(source, signed, manifest, findings)
    streams = whole.check()
    findings.proven += [
        f"All {manifest.size:,} records are here, each at its place: none was changed, left out, inserted or moved.",
        f"Each of the {streams:,} streams runs from version 1 without a gap, every record naming the one before it.",
        "No record was taken in earlier, by the log's clock, than the one in front of it.",
    ]
    findings.not_proven.extend(
        f"What became of earlier records: at position {position:,} the log goes on from {one.old_origin}, of which "
        f"{one.size:,} records were signed. That those before {position:,} are the same shows a checkpoint of it that "
        f"you kept (--continues)" + (f"; {one.size - position:,} are lost." if one.size > position else ".")
        for position, one in whole.continued()
    )
    if manifest.streams_root is not None:
        findings.proven.append("What the log itself states on the ends of its streams is so, every time that it does.")
        findings.proven.append("So is what it states on which streams belong to each programme, where it does.")


def _part(source: Source, signed: Signed, manifest: Manifest, findings: Findings) -> None:
    part = Redacted(source, signed, manifest, findings)
    records, streams = part.check()
    upto = part.stated.size if part.stated is not None else 0
    findings.proven += [
        f"The {records:,} records, of {counted(streams, 'stream')}, are in the log byte for byte, each at its place.",
        (
            f"Each stream shown is complete, its end included, as the log stated it of its first {upto:,} records, at "
            f"{part.stated_at}: of these none was left out."
        ),
    ]
    hidden = signed.checkpoint.size - records
    findings.not_proven.append(f"What the log's other {hidden:,} records say: they are hashes here.")
    # The statement itself is none of them.
    behind = signed.checkpoint.size - upto - 1
    if behind > 0:
        findings.not_proven.append(
            f"That none of the {counted(behind, 'record')} after those belongs to a stream shown: the log had not "
            "stated its streams again. A newer bundle says more."
        )
    if manifest.scope.kind == "programme":
        check_programme(source, manifest, part.stated, part.streams, part.records, findings)
