"""Time stamps by an authority made with openssl: honest, refusing, slow, wrong and lying."""

import socket
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from services.anchors.der import Stated, stated
from services.anchors.errors import StampError
from services.anchors.stamp import Roots
from tests.anchors.server import Reply, answering, dripping, silent
from tests.anchors.tsa import Tsa, openssl
from workers.anchors.errors import AnchorRefused, AnchorUnavailable, AnchorUntrue
from workers.anchors.timestamp import REPLY, Authority, stamp

DATA = b"mentorledger/platform\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory) -> Tsa:
    return Tsa(tmp_path_factory.mktemp("anchors") / "tsa")


def asked(url: str, tsa: Tsa, data: bytes = DATA, clock=now, seconds: float = 10.0):
    return stamp(Authority.of(url, tsa.roots), data, clock, seconds)


def test_openssl_and_we_agree_on_a_token(tsa):
    """A token that we were given and verified is verified by openssl too, and offline by us later."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        got = asked(url, tsa)
    assert "Verification: OK" in tsa.verify(got.token, DATA)
    assert got.time == Roots.of(tsa.roots)(got.token, DATA)[0]
    assert abs(got.time - now()) < timedelta(minutes=1)


def test_what_a_token_says_is_read_without_its_signature(tsa):
    """What it is over and when, as the library has it; of what is cut off, extended or no token at all, nothing."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        got = asked(url, tsa)
    assert Stated(sha256(DATA).digest(), got.time) == stated(got.token)
    wrong = (b"", b"\x30", DATA, got.token + b"\x05\x00", *(got.token[:size] for size in range(0, len(got.token), 50)))
    assert {None} == set(map(stated, wrong))


def test_a_token_over_other_bytes_proves_nothing(tsa):
    """One byte more, and the kept token is refused."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        got = asked(url, tsa)
    with pytest.raises(StampError, match="does not prove this"):
        Roots.of(tsa.roots)(got.token, DATA + b"\n")


def test_every_flipped_byte_of_a_token_is_found(tsa):
    """A token that was changed anywhere in what it signs or proves does not verify with another meaning."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        got = asked(url, tsa)
    roots = Roots.of(tsa.roots)
    for place in range(0, len(got.token), 7):
        changed = bytearray(got.token)
        changed[place] ^= 1
        try:
            time, _ = roots(bytes(changed), DATA)
        except StampError:
            continue
        assert time == got.time  # a byte of the wrapping that nothing depends on


def test_a_stamp_over_something_else_is_refused(tsa, tmp_path):
    """The authority stamps other bytes than it was asked for."""
    (tmp_path / "other").write_bytes(b"other")
    openssl(tmp_path, "ts", "-query", "-data", "other", "-sha256", "-cert", "-out", "query")
    other = (tmp_path / "query").read_bytes()
    with answering(Reply(lambda asked: tsa.answer(other), kind=REPLY)) as url, pytest.raises(AnchorUntrue):
        asked(url, tsa)


def test_an_old_answer_is_refused(tsa):
    """The same bytes were stamped before: the old token carries another nonce, so it says nothing about now."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        old = asked(url, tsa).token
    with answering(Reply(old, kind=REPLY)) as url, pytest.raises(AnchorUntrue, match="Nonce"):
        asked(url, tsa)


def test_a_stranger_that_plays_the_authority_is_refused(tsa, tmp_path):
    """A token under another root is worth nothing, however well formed."""
    stranger = Tsa(tmp_path / "stranger")
    with answering(Reply(stranger.answer, kind=REPLY)) as url, pytest.raises(AnchorUntrue):
        asked(url, tsa)


def test_a_wrong_clock_is_noticed(tsa):
    """An authority an hour away from our clock is not believed: one of the two is wrong."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url, pytest.raises(AnchorUntrue, match="clock"):
        asked(url, tsa, clock=lambda: now() + timedelta(hours=1))


def test_a_refusal_is_told_in_its_words(tmp_path):
    """An authority that does not take SHA-256 says so, and the operator reads it."""
    strict = Tsa(tmp_path / "strict", digests="sha512")
    with answering(Reply(strict.answer, kind=REPLY)) as url, pytest.raises(AnchorRefused, match="rejection"):
        asked(url, strict)


@pytest.mark.parametrize(
    ("reply", "error"),
    (
        (Reply(b"<html>Welcome</html>", kind="text/html"), AnchorUntrue),
        (Reply(b"<html>Welcome</html>", kind=REPLY), AnchorUntrue),
        (Reply(b"", kind=REPLY), AnchorUntrue),
        (Reply(b"\x30\x82\xff\xff" + bytes(100), kind=REPLY), AnchorUntrue),
        (Reply(bytes(300_000), kind=REPLY), AnchorUnavailable),
        (Reply(b"", status=404), AnchorRefused),
        (Reply(b"", status=302, headers={"Location": "http://elsewhere.test/"}), AnchorRefused),
        (Reply(b"", status=500), AnchorUnavailable),
        (Reply(b"", status=429), AnchorUnavailable),
        (Reply(b"short", kind=REPLY, headers={"Content-Length": "5000"}), AnchorUnavailable),
    ),
)
def test_each_wrong_answer_has_its_meaning(tsa, reply, error):
    """Pages, garbage, floods, redirections, half answers: a clear refusal, never a stamp."""
    with answering(reply) as url, pytest.raises(error):
        asked(url, tsa)


def test_a_cut_token_is_refused(tsa):
    """An answer that ends early is not read as a whole one, wherever it ends."""
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        token = asked(url, tsa).token
    for size in range(0, len(token), 50):
        with pytest.raises(StampError):
            Roots.of(tsa.roots)(token[:size], DATA)


@pytest.mark.parametrize("server", (silent, dripping))
def test_a_slow_authority_is_given_up(tsa, server):
    """Whether it says nothing or a byte now and then, the time is over after the time that was given."""
    with server() as url, pytest.raises(AnchorUnavailable, match=r"within 0\.3 s"):
        asked(url, tsa, seconds=0.3)


def test_nobody_there(tsa):
    """A port where nobody listens, and a name that does not exist."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for url in (f"http://127.0.0.1:{unused.getsockname()[1]}/", "http://nowhere.invalid/"):
            with pytest.raises(AnchorUnavailable):
                asked(url, tsa)
