"""One authenticated request: who calls, on which conditions, and the calls that routes make of the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from events.organisations import Credential
from projections.queries import Current
from projections.replay import Replayed, replay
from services.errors import NotFound
from services.pipeline import Answer
from services.web.pages import Page, page_of, place_of
from services.web.parts import Services
from services.web.problems import ApiError
from services.world import Command


@dataclass(frozen=True, kw_only=True)
class Call:
    """The request's organisation comes from its credential and from nowhere else.

    key: its Idempotency-Key; expected: the version that If-Match names.
    """

    services: Services
    credential: Credential
    key: str | None = None
    expected: int | None = None
    _fresh: UUID = field(default_factory=uuid4)

    @property
    def org(self) -> UUID:
        """The organisation that the token speaks for."""
        return self.credential.org

    @property
    def actor(self) -> str:
        """Who acts, as records say it."""
        return f"token:{self.credential.token_id}"

    def new_id(self, part: str = "") -> str:
        """An id for what this request makes: the same one when it is sent again under the same key."""
        if self.key is None:
            return str(uuid5(self._fresh, part) if part else self._fresh)
        return str(uuid5(self.org, f"command/{self.key}" + (f"/{part}" if part else "")))

    def handle(self, command: Command) -> Answer:
        """Have a command decided and stored; tells the workers when there is news."""
        key = f"api/{self.key}" if self.key is not None else None
        answer = self.services.pipeline.handle(self.org, command, actor=self.actor, key=key, expected=self.expected)
        if answer.events:
            self.services.nudge(self.org)
        return answer

    def one(self, kind: str, id_: str) -> Current:
        """An entity. Raises NotFound, in the same words for unknown ids and those of other organisations."""
        found = self.services.queries.one(self.org, f"{kind}-{id_}")
        if found is None:
            raise unknown(kind)
        return found

    def many(self, kind: str, query: dict[str, Any], shape: Callable[[Current], Any], **filters: str | None) -> Page:
        """A page of entities."""
        limit = query["limit"]
        found = self.services.queries.many(
            self.org, kind, after=place_of(query.get("cursor")), limit=limit + 1, **filters
        )
        return page_of(found, limit, lambda one: one.stream, shape)

    def names(self, people: tuple[str, ...], programmes: tuple[str, ...] = ()) -> dict[str, str]:
        """Names by id."""
        return self.services.queries.names(self.org, people, programmes)

    def replayed(self, kind: str, id_: str, bounds: dict[str, Any]) -> Replayed:
        """An entity's events within bounds and what they come to. Raises NotFound, also when there was nothing yet."""
        stream = self.one(kind, id_).stream
        as_of: datetime | None = bounds.get("as_of")
        found = replay(
            self.services.log, self.org, stream,
            upto=bounds.get("at_position"), as_of=as_of, known_at=bounds.get("known_at"),
        )  # fmt: skip  # one line per meaning
        if not found.events:
            raise NotFound("nothing_yet", f"Within these bounds nothing had happened in this {kind} yet.")
        return found

    def await_view(self, view: str, at_least: int | None) -> int:
        """The position that a view has taken in, after waiting for the one asked for.

        Raises ApiError `not_caught_up` when it does not get there in time.
        """
        views, seconds = self.services.views, self.services.wait_seconds
        if at_least is not None and not views.wait_for(self.org, view, at_least, seconds):
            at = views.position(self.org, view)
            sentence = f"The {view} is at position {at}, not yet at {at_least}. Ask again in a moment."
            raise ApiError("not_caught_up", sentence, position=at, at_least=at_least)
        return views.position(self.org, view)


def unknown(kind: str) -> NotFound:
    """What is said of an id that this organisation has not."""
    return NotFound(f"unknown_{kind}", f"There is no {kind} of this id here.")
