"""What the log notes about itself: `log-<organisation's uuid>`, one stream. Roots and hashes are SHA-256 in hex."""

from __future__ import annotations

from events.event import Event


class StreamsRootTaken(Event):
    """The Merkle root over all streams' heads (name, last version, last leaf) in the first `size` records.

    It makes provable that a stream's record is complete, its tail included. programmes_root is that over all programmes
    with the streams of each, which makes provable that a programme's record is; empty where none was taken.
    """

    TYPE = "log.streams_root"
    SCHEMA = 2
    size: int
    root: str
    programmes_root: str


class KeyRotated(Event):
    """Checkpoints get a new key; both are verifier keys of C2SP signed notes. Signed under the old one."""

    TYPE = "log.key_rotated"
    old_vkey: str
    new_vkey: str


class LogContinued(Event):
    """The log goes on under a new origin, and key, without all that was signed of it under the old one.

    size, root: of the last tree head that was signed there; whoever holds it sees what is missing or was changed.
    """

    TYPE = "log.continued"
    old_origin: str
    new_origin: str
    size: int
    root: str


class Anchored(Event):
    """Somebody outside has seen the tree head of the first `size` records: what precedes was there before the token.

    kind: tsa, witness or mail; token_sha256: hash of what they gave (a time stamp, a cosignature) or got (a mail).
    place: of a mail to an address that the organisation names, the SHA-256 of the address in small letters; empty where
    the installation's own log was vouched for, and this one under it.
    """

    TYPE = "log.anchored"
    SCHEMA = 2
    kind: str
    size: int
    root: str
    token_sha256: str
    place: str = ""


class Audited(Event):
    """The first `size` records were read again, their root recomputed; findings are sentences, none when all held."""

    TYPE = "log.audited"
    size: int
    root: str
    records: int
    findings: tuple[str, ...] = ()
