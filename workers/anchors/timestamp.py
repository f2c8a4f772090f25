"""The client of an RFC 3161 time-stamp authority: proof that a checkpoint existed at a time, which openssl checks too.

The token is the whole answer of the authority, as `openssl ts -verify -in` reads it, its certificates included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, TimeStampResponse, VerifierBuilder

from services.anchors.errors import StampError, StampRefused
from services.anchors.stamp import Roots, granted, verified
from workers.anchors.errors import AnchorRefused, AnchorUntrue
from workers.anchors.http import SECONDS, post

QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"
TOLERANCE = timedelta(minutes=5)
"""How far the authority's clock may be from ours; beyond it, one of the two is wrong."""


@dataclass(frozen=True)
class Stamp:
    """A token (DER) and the time that it proves."""

    token: bytes
    time: datetime


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority, and the root certificates that it is trusted by, from outside."""

    url: str
    roots: Roots

    @classmethod
    def of(cls, url: str, pem: bytes) -> Authority:
        """Read the roots from PEM text. Raises ValueError."""
        return cls(url, Roots.of(pem))


def stamp(authority: Authority, data: bytes, clock: Callable[[], datetime], seconds: float = SECONDS) -> Stamp:
    """Have `data` stamped (SHA-256, with a nonce), and verify what comes back.

    Raises AnchorUnavailable, AnchorRefused, AnchorUntrue.
    """
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = post(authority.url, request.as_bytes(), QUERY, seconds)
    if answer.status != 200:
        raise AnchorRefused(f"The time-stamp authority does not answer such requests (status {answer.status}).")
    if answer.kind != REPLY:
        raise AnchorUntrue(f"The time-stamp authority answered with {answer.kind}, not with a time stamp.")
    response = _granted(answer.body)
    try:
        time = verified(response, data, authority.roots.certificates, VerifierBuilder.from_request(request))
    except StampError as error:
        raise AnchorUntrue(error.message) from error
    if abs(time - clock()) > TOLERANCE:
        raise AnchorUntrue(f"The time-stamp authority says that it is {time.isoformat()}: its clock or ours is wrong.")
    return Stamp(answer.body, time)


def _granted(token: bytes) -> TimeStampResponse:
    try:
        return granted(token)
    except StampRefused as error:
        raise AnchorRefused(error.message) from error
    except StampError as error:
        raise AnchorUntrue(error.message) from error
