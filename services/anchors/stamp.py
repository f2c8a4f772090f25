"""The check of a time stamp (RFC 3161) with the authority's signature, by root certificates from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from services.anchors.der import with_sorted_certificates
from services.anchors.errors import StampError, StampRefused


@dataclass(frozen=True)
class Roots:
    """The root certificates that a time-stamp authority is trusted by."""

    certificates: tuple[Certificate, ...]

    @classmethod
    def of(cls, pem: bytes) -> Roots:
        """Read them from PEM text. Raises ValueError."""
        return cls(tuple(load_pem_x509_certificates(pem)))

    def __call__(self, token: bytes, data: bytes) -> tuple[datetime, str]:
        """Verify a kept token offline: when `data` existed, and under which root. Raises StampError."""
        response = granted(token)
        for one in self.certificates[:-1]:
            try:
                return verified(response, data, [one], VerifierBuilder()), one.subject.rfc4514_string()
            except StampError:  # it may be under another
                continue
        last = self.certificates[-1]
        return verified(response, data, [last], VerifierBuilder()), last.subject.rfc4514_string()


def granted(token: bytes) -> TimeStampResponse:
    """Read an authority's answer. Raises StampError, or StampRefused where it says no."""
    try:
        response = decode_timestamp_response(with_sorted_certificates(token))
        status = PKIStatus(response.status)
    except ValueError as error:
        raise StampError("The time stamp cannot be read: it is no RFC 3161 answer.") from error
    if status is not PKIStatus.GRANTED:
        why = "; ".join(response.status_string)[:200]
        raise StampRefused(f"The time-stamp authority refused ({status.name.lower()}): {why or 'no reason given'}.")
    return response


def verified(
    response: TimeStampResponse, data: bytes, roots: Sequence[Certificate], builder: VerifierBuilder
) -> datetime:
    """The time that a token proves for `data`, under any of the roots. Raises StampError."""
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(response, data)
    except (VerificationError, ValueError) as error:
        raise StampError(f"The time stamp does not prove this: {error}.") from error
    time = response.tst_info.gen_time
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
