"""What can become of an attempt to have a checkpoint witnessed or stamped."""

from __future__ import annotations


class AnchorError(Exception):
    """Root of what the anchors raise; message is a sentence for the operator."""

    code = "anchor_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AnchorUnavailable(AnchorError):
    """No answer, or not now: a later try may help."""

    code = "anchor_unavailable"


class AnchorRefused(AnchorError):
    """The server does not know us or does not want this; somebody has to set it right."""

    code = "anchor_refused"


class AnchorUntrue(AnchorError):
    """The answer is not what it claims to be: garbled, for something else, or signed by somebody else."""

    code = "anchor_untrue"


class HistoryDisputed(AnchorError):
    """A witness has seen another history of this log than ours. Here the log is in question, not the server."""

    code = "history_disputed"
