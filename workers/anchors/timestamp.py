"""The client of an RFC 3161 time-stamp authority: proof that a checkpoint existed at a time, which openssl checks too.

The token is the whole answer of the authority, as `openssl ts -verify -in` reads it, its certificates included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from workers.anchors.der import with_sorted_certificates
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
    roots: tuple[Certificate, ...]

    @classmethod
    def of(cls, url: str, pem: bytes) -> Authority:
        """Read the roots from PEM text. Raises ValueError."""
        return cls(url, tuple(load_pem_x509_certificates(pem)))


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
    time = _verified(response, data, authority, VerifierBuilder.from_request(request))
    if abs(time - clock()) > TOLERANCE:
        raise AnchorUntrue(f"The time-stamp authority says that it is {time.isoformat()}: its clock or ours is wrong.")
    return Stamp(answer.body, time)


def check(token: bytes, data: bytes, roots: Authority) -> datetime:
    """Verify a kept token offline; the time at which `data` existed. Raises AnchorUntrue, AnchorRefused."""
    return _verified(_granted(token), data, roots, VerifierBuilder())


def _granted(token: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(with_sorted_certificates(token))
        status = PKIStatus(response.status)
    except ValueError as error:
        raise AnchorUntrue("The time stamp cannot be read: it is no RFC 3161 answer.") from error
    if status is not PKIStatus.GRANTED:
        why = "; ".join(response.status_string)[:200]
        raise AnchorRefused(f"The time-stamp authority refused ({status.name.lower()}): {why or 'no reason given'}.")
    return response


def _verified(response: TimeStampResponse, data: bytes, authority: Authority, builder: VerifierBuilder) -> datetime:
    for root in authority.roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(response, data)
    except (VerificationError, ValueError) as error:
        raise AnchorUntrue(f"The time stamp does not prove this: {error}.") from error
    time = response.tst_info.gen_time
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
