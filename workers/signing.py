"""The signer over HTTP: its requests and answers as JSON, and the client that the rest of an instance asks through."""

from __future__ import annotations

import http.client
from typing import Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec

from events.checkpointing import Signer, SignerState
from events.errors import SignerRefused, SignerUnavailable

SECONDS = 2.0
LARGEST_ANSWER = 1_000_000


class ActiveKey(msgspec.Struct, frozen=True):
    """A key that signs now; a retiring one until a moment (Unix seconds)."""

    vkey: str
    signs_until: int | None = None


class RetiredKey(msgspec.Struct, frozen=True):
    """A key that signs no more, and the largest size of the log that it signed."""

    vkey: str
    size: int


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """A key that takes over from another: until `old_signs_until` (Unix seconds) both sign.

    `begun` says whether it was asked for just now; otherwise it was under way, and nothing was changed.
    """

    old_vkey: str
    new_vkey: str
    old_signs_until: int
    begun: bool


class Keeper(Signer, Protocol):
    """A signer whose keys can be looked at and changed."""

    def check(self) -> None:
        """Raise SignerUnavailable or SignerRefused where no signer answers to us."""
        ...

    def keys(self, origin: str) -> tuple[ActiveKey, ...]:
        """The keys that sign for a log now, the newest first."""
        ...

    def retired(self, origin: str) -> tuple[RetiredKey, ...]:
        """The keys that signed for a log before, the first one first."""
        ...

    def rotate(self, origin: str, days: int) -> Rotation:
        """Make a new key, which signs beside the old one for `days`; while both sign, the same rotation again."""
        ...

    def remember(self, origin: str, note: bytes | None) -> SignerState:
        """Learn again what was signed last, from a note that the log's key signed; None: nothing was."""
        ...


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /state, POST /keys."""

    origin: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /sign: a tree head, and the proof that it continues the one signed last; bytes are base64."""

    origin: str
    old: int
    proof: list[bytes]
    size: int
    root: bytes


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /rotate."""

    origin: str
    days: int


class Reminder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /remember: the last checkpoint, None where nothing was signed."""

    origin: str
    note: str | None


class StateAnswer(msgspec.Struct, frozen=True):
    """To POST /state, POST /remember."""

    vkey: str
    size: int
    root: bytes


class KeysAnswer(msgspec.Struct, frozen=True):
    """To POST /keys."""

    keys: tuple[ActiveKey, ...]
    retired: tuple[RetiredKey, ...] = ()


class NoteAnswer(msgspec.Struct, frozen=True):
    """To POST /sign."""

    note: str


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """To whatever is not done."""

    code: str
    message: str
    size: int | None = None


Answer = TypeVar("Answer", StateAnswer, KeysAnswer, NoteAnswer, Rotation)


class HttpSigner:
    """The signer at an address of the form http://:secret@host:port.

    Not by urllib, which would take the way over a proxy that the environment names.
    """

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._seconds = parts.hostname or "", parts.port, seconds
        self._headers = {
            "Authorization": f"Bearer {unquote(parts.password or '')}",
            "Content-Type": "application/json",
        }

    def state(self, origin: str) -> SignerState:
        """What the signer remembers of a log; a log that it did not know gets its key now."""
        return _state(self._ask("/state", About(origin), StateAnswer))

    def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
        """The signed note of a tree head; proof leads from the last signed size, old, to size."""
        return self._ask("/sign", Head(origin, old, proof, size, root), NoteAnswer).note.encode()

    def keys(self, origin: str) -> tuple[ActiveKey, ...]:
        """The keys that sign for a log now, the newest first."""
        return self._ask("/keys", About(origin), KeysAnswer).keys

    def retired(self, origin: str) -> tuple[RetiredKey, ...]:
        """The keys that signed for a log before, the first one first."""
        return self._ask("/keys", About(origin), KeysAnswer).retired

    def rotate(self, origin: str, days: int) -> Rotation:
        """Make a new key, which signs beside the old one for `days`; while both sign, the same rotation again."""
        return self._ask("/rotate", Change(origin, days), Rotation)

    def remember(self, origin: str, note: bytes | None) -> SignerState:
        """Learn again what was signed last, from a note that the log's key signed; None: nothing was."""
        told = None if note is None else note.decode("utf-8", "replace")
        return _state(self._ask("/remember", Reminder(origin, told), StateAnswer))

    def check(self) -> None:
        """Raise SignerUnavailable or SignerRefused where no signer answers to our secret."""
        status, body = self._exchange("GET", "/health", b"")
        if status != 200:
            raise _refused(body)

    def _ask(self, path: str, question: About | Head | Change | Reminder, form: type[Answer]) -> Answer:
        status, body = self._exchange("POST", path, msgspec.json.encode(question))
        if status != 200:
            raise _refused(body)
        try:
            return msgspec.json.decode(body, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _no_signer() from error

    def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        connection = self._connection(self._host, self._port, timeout=self._seconds)
        try:
            connection.request(method, path, body, self._headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read(LARGEST_ANSWER)
        except TimeoutError as error:
            message = f"The signer did not answer in {self._seconds:g} s. Checkpoints wait for it; see its log."
            raise SignerUnavailable(message) from error
        except (OSError, http.client.HTTPException) as error:
            raise SignerUnavailable(
                f"The signer cannot be reached ({error}). Is it running? Check SIGNER_URL."
            ) from error
        finally:
            connection.close()


def _state(told: StateAnswer) -> SignerState:
    return SignerState(vkey=told.vkey, size=told.size, root=told.root)


def _refused(body: bytes) -> SignerRefused | SignerUnavailable:
    try:
        told = msgspec.json.decode(body, type=Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _no_signer()
    facts = {} if told.size is None else {"size": told.size}
    return SignerRefused(told.message, told.code, **facts)


def _no_signer() -> SignerUnavailable:
    return SignerUnavailable("What answers at SIGNER_URL is no signer: its answer cannot be read. Check the address.")
