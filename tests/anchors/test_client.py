"""Our client of a witness that is slow, wrong or lying."""

import pytest

from events.proof.notes import Cosigner
from tests.anchors.logs import TestLog
from tests.anchors.server import Reply, answering, dripping, silent
from workers.anchors.errors import AnchorRefused, AnchorUnavailable, AnchorUntrue, HistoryDisputed
from workers.anchors.witness import WitnessAddress, cosign

SIZE = "text/x.tlog.size"
KEY, OTHER = (Cosigner.of("witness.test/w1", bytes([number]) * 32) for number in (1, 2))  # the same in every process
LOG = TestLog()
NOTE = LOG.note(9)


def line(key: Cosigner = KEY, size: int = 9) -> bytes:
    """A cosignature by some key over some checkpoint of the log."""
    text = LOG.note(size).decode().partition("\n\n")[0] + "\n"
    return key.cosign(text, 1_800_000_000).encode()


def asked(url: str, seconds: float = 10.0) -> str:
    """What the client returns for the log's checkpoint."""
    address = WitnessAddress.of(f"{url}#{KEY.vkey}")
    return cosign(address, NOTE, 0, lambda old: LOG.proof(old, 9), seconds)


def test_lines_of_others_are_left_out():
    """A witness may sign with keys that we were not told of; theirs are dropped, its own is kept."""
    with answering(Reply(line(OTHER) + line())) as url:
        assert line().decode() == asked(url)


@pytest.mark.parametrize(
    ("reply", "error"),
    (
        (Reply(line(OTHER)), AnchorUntrue),
        (Reply(line(size=8)), AnchorUntrue),
        (Reply(line()[:-20] + b"\n"), AnchorUntrue),
        (Reply(line().rstrip()), AnchorUntrue),
        (Reply(b""), AnchorUntrue),
        (Reply(b"\xff\xff"), AnchorUntrue),
        (Reply(b"<html>Welcome</html>", kind="text/html"), AnchorUntrue),
        (Reply(b"x" * 300_000), AnchorUnavailable),
        (Reply(b"5\n", 409), AnchorUntrue),
        (Reply(b"05\n", 409, SIZE), AnchorUntrue),
        (Reply(b"many\n", 409, SIZE), AnchorUntrue),
        (Reply("٥\n".encode(), 409, SIZE), AnchorUntrue),
        (Reply(b"10\n", 409, SIZE), HistoryDisputed),
        (Reply(b"0\n", 409, SIZE), HistoryDisputed),
        (Reply(b"", 422), HistoryDisputed),
        (Reply(b"", 404), AnchorRefused),
        (Reply(b"", 403), AnchorRefused),
        (Reply(b"", 400), AnchorUntrue),
        (Reply(b"", 302, headers={"Location": "http://elsewhere.test/"}), AnchorUntrue),
        (Reply(b"", 503), AnchorUnavailable),
    ),
)
def test_each_answer_has_its_meaning(reply, error):
    """A refusal for each: nothing but a valid signature over this very checkpoint by the known key is taken."""
    with answering(reply) as url, pytest.raises(error) as caught:
        asked(url)
    assert caught.value.code == error.code
    assert caught.value.message.endswith(".")


def test_a_witness_that_names_another_size_each_time_is_not_followed_for_ever():
    """After the second answer of the sort the client gives up."""
    sizes = iter((5, 6, 7, 8))
    with answering(Reply(lambda asked: b"%d\n" % next(sizes), 409, SIZE)) as url, pytest.raises(AnchorUntrue):
        asked(url)
    assert 7 == next(sizes)


@pytest.mark.parametrize("server", (silent, dripping))
def test_a_slow_witness_is_given_up(server):
    """Whether it says nothing or a byte now and then."""
    with server() as url, pytest.raises(AnchorUnavailable, match=r"within 0\.3 s"):
        asked(url, 0.3)


def test_a_witness_that_is_not_there_is_named_with_its_port():
    """Nothing listens there: that is known at once, and said without a time that nobody waited."""
    with silent() as url:
        pass
    with pytest.raises(AnchorUnavailable) as caught:
        asked(url)
    port = url.rstrip("/").rpartition(":")[2]
    assert f"127.0.0.1:{port} cannot be reached: connection refused." == caught.value.message


@pytest.mark.parametrize(
    "text",
    (
        "https://witness.test/",
        f"ftp://witness.test/#{KEY.vkey}",
        f"https:///#{KEY.vkey}",
        "https://witness.test/#nonsense",
        f"#{KEY.vkey}",
    ),
)
def test_an_address_that_is_none_is_refused(text):
    """An address needs both, where the witness is and the key that it must sign with."""
    with pytest.raises(ValueError, match="witness"):
        WitnessAddress.of(text)
