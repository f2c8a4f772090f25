"""Keys and notes for the tests."""

from base64 import b64encode

from events.proof.notes import Cosigner, SigningKey, Verifier

LOG = SigningKey.of("example.org/log", bytes(range(32)))
OTHER = SigningKey.of("example.org/other", bytes(range(1, 33)))
WITNESS = Cosigner.of("example.org/witness", bytes(range(2, 34)))
TEXT = "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
NOTE = f"{TEXT}\n{LOG.sign(TEXT)}".encode()


def verifiers(*keys: SigningKey | Cosigner) -> list[Verifier]:
    """What others check these keys with."""
    return [Verifier.of(key.vkey) for key in keys]


def line(name: str = "example.org/stranger", data: bytes = b"12345") -> str:
    """A signature line of a key that nobody knows."""
    return f"— {name} {b64encode(data).decode()}\n"
