"""The shapes of an append: writes, drafts, live rows and claims that go in; where the events stand that come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRow:
    """A stream's current state as one row: the encoded state, the fold's version, columns to look it up by."""

    fold: int
    state: bytes
    scope: str | None = None
    status: str = ""
    label: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A scope to occupy (take) or give up; limit: how many streams may hold it, None for any number."""

    scope: str
    take: bool = True
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is not stored yet."""

    data: Event
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Events for one stream. expected: its version before (0 = must not exist), None = any; no events: a check only."""

    stream: str
    drafts: tuple[Draft, ...]
    expected: int | None = None
    live: LiveRow | None = None
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """A command's whole effect; command is its idempotency key, digest the SHA-256 of the body it came with."""

    writes: tuple[Write, ...]
    actor: str
    now: datetime
    on_behalf_of: str | None = None
    cause: str | None = None
    policy: int = 1
    command: str | None = None
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where the events stand: first and last position (last < first: there were none), the first write's version."""

    first_position: int
    last_position: int
    stream_version: int | None
    recorded_at: datetime | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Live rows by stream, as (version, fold, state), and the answer that the key had, if it was used before."""

    rows: dict[str, tuple[int, int, bytes]] = field(default_factory=dict)
    answered: Appended | None = None
    digest: bytes | None = None


def digest_of(body: bytes) -> bytes:
    """What tells two bodies under the same idempotency key apart."""
    return sha256(body).digest()
