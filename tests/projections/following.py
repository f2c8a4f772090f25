"""A process that brings the views up to date without a pause, until it is ended: what runs in it."""

from __future__ import annotations

from multiprocessing.connection import Connection
from uuid import UUID

from tests.core import whole


def follow(service_url: str, org: UUID, told: Connection) -> None:
    """Follow until the other end says something or goes away; say how many events were taken in."""
    taken = 0
    with whole(service_url) as followed:
        told.send(None)
        while not told.poll():
            taken += followed.views.catch_up(org)
    told.send(taken)
