"""Why a witness does not cosign."""


class NotWitnessed(Exception):
    """A refusal: a stable `code`, a sentence, and for `stale` the size that the witness knows."""

    def __init__(self, code: str, message: str, size: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.size = size
