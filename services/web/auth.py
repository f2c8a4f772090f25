"""Who calls: the access token in `Authorization: Bearer ml_...`, looked up once in five seconds at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

from flask import request

from events.organisations import Credential
from services.web.problems import ApiError

SECONDS = 5.0
MOST_KEPT = 4_096
_REALM = 'Bearer realm="mentorledger"'


class Credentials:
    """Looks tokens up and remembers the answer for a moment; a token that is unknown is never remembered."""

    def __init__(
        self,
        look_up: Callable[[str], Credential | None],
        clock: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[bytes, tuple[float, Credential]] = {}

    def of(self, token: str) -> Credential | None:
        """Who the token speaks for; a revoked one is found out after the seconds at the latest."""
        key, now = sha256(token.encode("utf-8", "replace")).digest(), self._clock()
        kept = self._kept.get(key)
        if kept is not None and kept[0] > now:
            return kept[1]
        found = self._look_up(token)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        if found is None:
            self._kept.pop(key, None)
        else:
            self._kept[key] = (now + self._seconds, found)
        return found


def authenticate(credentials: Credentials, scope: str | None) -> Credential:
    """The caller of this request. Raises ApiError `no_token`, `invalid_token`, `missing_scope`."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise ApiError(
            "no_token", "Send an access token as `Authorization: Bearer ml_...`.", headers={"WWW-Authenticate": _REALM}
        )
    found = credentials.of(given.token)
    if found is None:
        headers = {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}
        raise ApiError("invalid_token", "This access token is unknown, revoked or expired.", headers=headers)
    if scope is not None and scope not in found.scopes:
        headers = {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'}
        raise ApiError("missing_scope", f"This access token lacks the scope {scope}.", headers=headers, scope=scope)
    return found
