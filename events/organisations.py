"""Organisations and their access tokens: the rows beside the log that say whose it is and who may come in.

A token is `ml_<organisation>_<token id>_<secret>` (hex, hex, 43 characters of URL-safe base64): the organisation comes
from the credential and row-level security hides every other one's tokens, so the look-up needs no global table. Only
the SHA-256 of the 256-bit secret is kept; at that entropy a slow hash would add nothing.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text

from events.tenancy import across_tenants, tenant

_TOKEN = re.compile(r"ml_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who a token speaks for: an organisation, with scopes such as `read`, `write`, `import`, `admin`."""

    org: UUID
    token_id: UUID
    label: str
    scopes: frozenset[str]
    expires_at: datetime | None


def create_log(engine: Engine, org: UUID) -> None:
    """Begin an organisation's empty log; already begun is no error."""
    with tenant(engine, org) as connection:
        values = {"org": org}
        connection.execute(text("INSERT INTO tenant_directory (org_id) VALUES (:org) ON CONFLICT DO NOTHING"), values)
        _begin(connection, org)


def platform_log(engine: Engine) -> UUID:
    """The id of the installation's own log, begun where there is none yet: in no list, of no organisation."""
    with across_tenants(engine) as connection:
        # One row for ever: whoever comes at the same time waits, and then finds it.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('platform_log'))"))
        statement = "INSERT INTO platform_log (org_id) SELECT :org WHERE NOT EXISTS (SELECT FROM platform_log)"
        connection.execute(text(statement), {"org": uuid4()})
    org = known_platform_log(engine)
    assert org is not None, "it was stored now, and nothing is ever removed"
    with tenant(engine, org) as connection:
        _begin(connection, org)
    return org


def known_platform_log(engine: Engine) -> UUID | None:
    """The id of the installation's own log, None before its first anchor."""
    with across_tenants(engine) as connection:
        found: UUID | None = connection.scalar(text("SELECT org_id FROM platform_log"))
    return found


def _begin(connection: Connection, org: UUID) -> None:
    connection.execute(
        text(
            "INSERT INTO log_heads (org_id, size, last_recorded_at, live_build, clamped) "
            "VALUES (:org, 0, 'epoch', 1, 0) ON CONFLICT DO NOTHING"
        ),
        {"org": org},
    )


def organisations(engine: Engine) -> list[UUID]:
    """Every organisation's id, oldest first: for the sweep and the operator, who see no content by it."""
    with across_tenants(engine) as connection:
        return list(connection.scalars(text("SELECT org_id FROM tenant_directory ORDER BY created_at, org_id")))


def issue_token(
    engine: Engine,
    org: UUID,
    *,
    label: str,
    scopes: frozenset[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[UUID, str]:
    """A new token: its id and its text, which is shown this once and kept nowhere."""
    token_id, secret = uuid4(), secrets.token_urlsafe(32)
    with tenant(engine, org) as connection:
        connection.execute(
            text(
                "INSERT INTO api_tokens (org_id, token_id, secret_hash, label, scopes, created_at, expires_at) "
                "VALUES (:org, :token, :hash, :label, :scopes, :now, :expires)"
            ),
            {
                "org": org,
                "token": token_id,
                "hash": sha256(secret.encode()).digest(),
                "label": label,
                "scopes": sorted(scopes),
                "now": now,
                "expires": expires_at,
            },
        )
    return token_id, f"ml_{org.hex}_{token_id.hex}_{secret}"


def credential_of(engine: Engine, token: str, now: datetime) -> Credential | None:
    """Who the token speaks for; None when it is malformed, unknown, revoked or expired."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    org, token_id = UUID(match[1]), UUID(match[2])
    with tenant(engine, org) as connection:
        row = connection.execute(
            text(
                "SELECT secret_hash, label, scopes, expires_at FROM api_tokens "
                "WHERE org_id = :org AND token_id = :token AND revoked_at IS NULL "
                "AND (expires_at IS NULL OR expires_at > :now)"
            ),
            {"org": org, "token": token_id, "now": now},
        ).one_or_none()
    if row is None or not hmac.compare_digest(bytes(row[0]), sha256(match[3].encode()).digest()):
        return None
    return Credential(org=org, token_id=token_id, label=row[1], scopes=frozenset(row[2]), expires_at=row[3])


def revoke_token(engine: Engine, org: UUID, token_id: UUID, now: datetime) -> bool:
    """Close a token for good; False when there is none of this id."""
    with tenant(engine, org) as connection:
        done = connection.execute(
            text(
                "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, :now) "
                "WHERE org_id = :org AND token_id = :token"
            ),
            {"org": org, "token": token_id, "now": now},
        )
    return done.rowcount == 1
