"""What a proof is refused for: one error, a stable code, a sentence that a person can act on."""

from __future__ import annotations


class ProofError(Exception):
    """A proof, a note or a file of one that does not hold; `facts` are further members for the reader."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        # Sentences quote what strangers wrote; what is not printable could steer the reader's terminal.
        self.message = "".join(letter if letter.isprintable() else "\ufffd" for letter in message)
        super().__init__(self.message)
        self.code = code
        self.facts = facts
