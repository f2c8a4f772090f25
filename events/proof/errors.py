"""What a proof is refused for: one error, a stable code, a sentence that a person can act on."""

from __future__ import annotations


class ProofError(Exception):
    """A proof, a note or a file of one that does not hold; `facts` are further members for the reader."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts
