import os
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from random import Random

import pytest

from events.proof.errors import ProofError
from events.proof.notes import open_note
from tests.proof.notes import LOG, NOTE, OTHER, TEXT, WITNESS, line, verifiers

GO_PATH = Path("/usr/share/gocode")
PIECES = [
    piece.encode()
    for piece in (
        "\n", "\n\n", "— ", " ", "+", "\r", "\t", "\0", "\x1f", "\x7f", "\u0085", "\u00a0", "\u1680", "\u180e",
        "\u200b", "\u2028", "\u3000", "\ufeff", "\ufffd", "\U0010ffff", "=", "==", "A", "-", "x", LOG.name,
        LOG.sign(TEXT), OTHER.sign(TEXT), WITNESS.cosign(TEXT, 5), line(), line(LOG.name), TEXT, "MTIzNDU=", "MTIzNDV=",
    )
]  # fmt: skip  # one per line says no more
KNOWN = verifiers(LOG)
BROKEN = [b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80"]


@pytest.fixture(scope="module")
def go_opens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program around Go's own code."""
    if shutil.which("go") is None or not (GO_PATH / "src/golang.org/x/mod/sumdb/note").is_dir():
        pytest.skip("needs Go and its checksum database's code: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOFLAGS": "", "GOCACHE": str(folder / "cache")}
    command = ["go", "build", "-o", str(folder / "opens"), str(Path(__file__).with_name("opens.go"))]
    subprocess.run(command, env=os.environ | settings, check=True, capture_output=True, timeout=240)
    return folder / "opens"


def note_by(chance: Random) -> bytes:
    """A note, often with something put in, taken out or changed."""
    text = chance.choice((TEXT, "a\n", "\n", "a\n\nb\n", "a\n\n"))
    makers = (LOG.sign(text), LOG.sign(text), OTHER.sign(text), line(), line(LOG.name), LOG.sign("other\n"))
    signed = chance.choices(makers, k=chance.randint(1, 4)) + [line()] * chance.choice((0,) * 20 + (97, 100))
    data = f"{text}\n{''.join(signed)}".encode()
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        start = chance.randrange(len(data) + 1)
        end = start + chance.choice((0, 0, 1, 3))
        put_in = chance.choice((b"", bytes([chance.randrange(256)]), chance.choice(PIECES), chance.choice(BROKEN)))
        data = data[:start] + put_in + data[end:]
    return data


def answer(data: bytes) -> str:
    """What this code says, in the words of the Go program."""
    try:
        return f"yes {b64encode(open_note(data, KNOWN).text.encode()).decode()}"
    except ProofError:
        return "no"


def test_nothing_opens_that_go_refuses_and_what_opens_has_the_same_text(go_opens: Path) -> None:
    """Ours may be stricter: base64 in another spelling, a further signature of a known key that does not hold."""
    chance = Random(9162)  # the same notes in every run
    notes = [note_by(chance) for _ in range(4_000)]
    points = [point for point in range(0x3100) if point < 0x100 or chr(point).isspace() or point % 16 == 11]
    notes += [NOTE + line(f"a{chr(point)}b").encode() for point in points]
    asked = "".join(f"{b64encode(data).decode()}\n" for data in notes)
    command = [str(go_opens), LOG.vkey]
    told = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=120).stdout
    pairs = [(answer(data), go) for data, go in zip(notes, told.splitlines(), strict=True)]
    assert [] == [data for data, (ours, go) in zip(notes, pairs, strict=True) if ours not in ("no", go)]
    opened, refused = sum(go != "no" for _, go in pairs), sum(go == "no" for _, go in pairs)
    stricter = sum(ours != go for ours, go in pairs)
    assert opened > 1_000 and refused > 1_000 and stricter < opened / 10
