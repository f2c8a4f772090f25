"""Signed notes (C2SP signed-note) and cosignatures of checkpoints (C2SP tlog-cosignature v1), with Ed25519.

A note is a text that ends in a line feed, an empty line, and lines `— <key name> base64(key ID || signature)`. The key
ID is the first 4 bytes of SHA-256(name || 0x0A || type || public key). Type 0x01 signs the text; type 0x04 signs it
behind a time, and its signature begins with that time.

Stricter than Go's sumdb/note where that is lenient, laxer nowhere: base64 must be canonical, and every signature of a
known key must hold, a repeated one too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from events.proof.encoding import MAX_NUMBER, decode64, encode64
from events.proof.errors import ProofError

MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
ED25519, COSIGNATURE = 0x01, 0x04
_ID_BYTES, _KEY_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 32, 8, 64
_NO_NAME = re.compile(r"[+\x00-\x1f\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_MARK = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line taken apart: the key's name and ID (4 bytes), and what it signed with."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"{_MARK}{self.name} {encode64(self.key_id + self.data)}\n"

    @property
    def time(self) -> int | None:
        """Of a cosignature the POSIX seconds that it vouches for, of any other None; believe it once it is verified."""
        is_cosignature = len(self.data) == _TIME_BYTES + _SIGNATURE_BYTES
        return int.from_bytes(self.data[:_TIME_BYTES], "big") if is_cosignature else None


@dataclass(frozen=True, slots=True)
class Note:
    """A text (with its last line feed), all its signatures, and those of them that known keys really made."""

    text: str
    signatures: tuple[Signature, ...]
    verified: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class _SecretKey:
    name: str
    seed: bytes = field(repr=False)

    KIND: ClassVar[int]

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key by chance."""
        return cls.of(name, secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def of(cls, name: str, seed: bytes) -> Self:
        """The key of a seed; ProofError bad_key for a name that no note can hold or a seed of another length."""
        if not is_key_name(name):
            raise ProofError("bad_key", "A key needs a name without spaces, plus signs and control characters.")
        if len(seed) != _KEY_BYTES:
            raise ProofError("bad_key", f"The seed of an Ed25519 key has 32 bytes, not {len(seed)}.")
        return cls(name, seed)

    @property
    def vkey(self) -> str:
        """What others verify with: `name+keyid+base64`."""
        return self._verifier.vkey

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.name, self.KIND, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def _line(self, message: bytes, before: bytes = b"") -> str:
        return Signature(self.name, self._verifier.key_id, before + self._private.sign(message)).line


class SigningKey(_SecretKey):
    """An Ed25519 key that signs notes: `name`, and the 32 bytes of `seed`, which are the secret."""

    __slots__ = ()
    KIND = ED25519

    def sign(self, text: str) -> str:
        """The signature line of the text, which ends in a line feed as the line does."""
        return self._line(text.encode())


class Cosigner(_SecretKey):
    """An Ed25519 key that a witness cosigns checkpoints with: `name`, and the 32 bytes of `seed`."""

    __slots__ = ()
    KIND = COSIGNATURE

    def cosign(self, checkpoint_text: str, time: int) -> str:
        """The cosignature line (with its line feed) of a checkpoint's text, seen at so many POSIX seconds."""
        return self._line(_cosigned(checkpoint_text.encode(), time), time.to_bytes(_TIME_BYTES, "big"))


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that verifies notes (type 0x01) or cosignatures (type 0x04); its `key_id` has 4 bytes."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def of(cls, vkey: str) -> Verifier:
        """The key of `name+keyid+base64`; ProofError bad_vkey, or unknown_algorithm where it is of another type."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        if not is_key_name(name) or not _KEY_ID.fullmatch(key_id):
            raise _bad_vkey(vkey, "it must read name+keyid+key, the key ID as 8 hexadecimal digits")
        key = decode64(encoded)
        if not key:
            raise _bad_vkey(vkey, "its last part is not base64")
        if key_id != _key_id(name, key).hex():
            raise _bad_vkey(vkey, "its key ID is not that of its name and key; a character was changed")
        kind, public = key[0], key[1:]
        if kind not in (ED25519, COSIGNATURE):
            raise ProofError(
                "unknown_algorithm",
                f"The key of {name} is of type 0x{kind:02x}; only Ed25519 (0x01, 0x04) is known here.",
            )
        if len(public) != _KEY_BYTES:
            raise _bad_vkey(vkey, f"an Ed25519 key has 32 bytes, this one {len(public)}")
        return cls(name, kind, public)

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that signatures of this key begin with."""
        return _key_id(self.name, self._key)

    @property
    def vkey(self) -> str:
        """The key as it is handed on: `name+keyid+base64`."""
        return f"{self.name}+{self.key_id.hex()}+{encode64(self._key)}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the vkey's key bytes (type and public key) as hex, for reading out."""
        return sha256(self._key).hexdigest()

    def verifies(self, text: bytes, data: bytes) -> bool:
        """Whether `data`, what follows the key ID, is this key's signature of the text."""
        if self.kind == COSIGNATURE:
            time, data = int.from_bytes(data[:_TIME_BYTES], "big"), data[_TIME_BYTES:]
            if time > MAX_NUMBER:
                return False
            text = _cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(data, text)
        except InvalidSignature:
            return False
        return True

    @property
    def _key(self) -> bytes:
        return bytes([self.kind]) + self.public


def is_key_name(name: str) -> bool:
    """Whether a key may be called this in a note: not empty, no Unicode space, no plus, no control character."""
    return name.split() == [name] and not _NO_NAME.search(name)


def write_note(text: str, lines: Iterable[str]) -> bytes:
    """The note of a text and its signature lines, with their line feeds; ProofError bad_note if none could open it."""
    data = f"{text}\n{''.join(lines)}".encode()
    if parse_note(data).text != text:
        raise _bad_note("its text must end in a line feed")
    return data


def parse_note(data: bytes) -> Note:
    """Take a note apart and believe nothing of it; ProofError bad_note says what is wrong."""
    if len(data) > MAX_NOTE:
        raise _bad_note(f"it has {len(data):,} bytes; a note has at most {MAX_NOTE:,}")
    try:
        written = data.decode()
    except UnicodeDecodeError:
        raise _bad_note("it is not UTF-8") from None
    if found := _CONTROL.search(written):
        raise _bad_note(f"it holds the control character 0x{ord(found[0]):02x}")
    text, gap, block = written.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise _bad_note("it must be a text, an empty line and lines of signatures, each ended by a line feed")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad_note(f"it has {len(lines):,} signatures; at most {MAX_SIGNATURES} are looked at")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def open_note(data: bytes, verifiers: Iterable[Verifier]) -> Note:
    """The note, once a known key signed it; signatures of unknown keys are ignored.

    ProofError: bad_note, no_known_signature, bad_signature (a known key's signature that does not hold), and bad_vkey
    for two different keys of one name and ID.
    """
    known = _by_id(verifiers)
    note = parse_note(data)
    verified = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.verifies(note.text.encode(), signature.data):
            raise ProofError(
                "bad_signature", f"The signature of {signature.name} does not fit the text: one of the two was changed."
            )
        verified.append(signature)
    if not verified:
        raise ProofError(
            "no_known_signature",
            f"None of the given keys signed this note; it is signed by {_names(note.signatures)}. "
            "Give the key that its signer published.",
        )
    return Note(note.text, note.signatures, tuple(verified))


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    data = decode64(encoded)
    if not line.startswith(_MARK) or not is_key_name(name):
        raise _bad_note("a signature line must read “— name signature”")
    if data is None or len(data) <= _ID_BYTES:
        raise _bad_note("a signature is not base64 of a key ID and more")
    return Signature(name, data[:_ID_BYTES], data[_ID_BYTES:])


def _by_id(verifiers: Iterable[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise _bad_vkey(verifier.vkey, "another given key has the same name and key ID; give one of the two")
    return known


def _names(signatures: tuple[Signature, ...]) -> str:
    names = list(dict.fromkeys(signature.name for signature in signatures))
    return ", ".join(name[:80] for name in names[:3]) + (" and others" if len(names) > 3 else "")


def _key_id(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + key).digest()[:_ID_BYTES]


def _cosigned(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text


def _bad_note(why: str) -> ProofError:
    return ProofError("bad_note", f"This is not a signed note: {why}.")


def _bad_vkey(vkey: str, why: str) -> ProofError:
    return ProofError("bad_vkey", f"“{vkey[:120]}” is not a verifier key: {why}.")
