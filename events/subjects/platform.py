"""What the installation's own log holds: the checkpoints of the organisations' logs, and what others said of its own.

Streams: `platform-<organisation's uuid>` for what was seen of one; `platform-<the log's own uuid>` for the anchors.
Roots are SHA-256 in hex.
"""

from __future__ import annotations

from events.event import Event


class CheckpointSeen(Event):
    """The log of an organisation had this signed checkpoint; origin is the name of that log."""

    TYPE = "platform.checkpoint_seen"
    origin: str
    size: int
    root: str


class AnchorGiven(Event):
    """Somebody outside vouches for this log's own checkpoint of a size.

    kind: witness (token: the line of a cosignature), tsa (token: an RFC 3161 answer in base64) or mail (token: the
    Message-ID); place: the witness's name, the authority's host, the mail address.
    """

    TYPE = "platform.anchor_given"
    kind: str
    place: str
    size: int
    root: str
    token: str
