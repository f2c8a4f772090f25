"""The signer's HTTP: hostile questions, and answers from something that is no signer."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.embedded.processes import free_port, until
from deploy.signing.server import LARGEST_QUESTION
from events.errors import SignerRefused, SignerUnavailable
from tests.deploy.signing.chain import ORIGIN, TRUE
from tests.deploy.signing.conftest import SECRET
from workers.signing import HttpSigner

PROJECT = Path(__file__).resolve().parents[3]
STATE = json.dumps({"origin": ORIGIN}).encode()
ADMITTED = {"Authorization": f"Bearer {SECRET}"}


def asked(url: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, method: str = "POST"):
    """Status and code of the answer to one request."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, path, body, ADMITTED if headers is None else headers)
        with connection.getresponse() as answer:
            return answer.status, json.loads(answer.read()).get("code")
    finally:
        connection.close()


@pytest.mark.parametrize(
    "headers",
    (
        {},
        {"Authorization": SECRET},
        {"Authorization": f"Bearer {SECRET}x"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer \xe9"},
    ),
)
@pytest.mark.parametrize("method", ("GET", "POST"))
def test_nobody_without_the_secret_is_answered(url, root, headers, method):
    """Neither a question nor the check of health; and no file is made for it."""
    path = "/health" if method == "GET" else "/state"
    assert (401, "unauthorised") == asked(url, path, STATE, headers, method)
    assert ["lock"] == [found.name for found in root.iterdir()]


@pytest.mark.parametrize(
    ("path", "body"),
    (
        ("/state", b""),
        ("/state", b"{"),
        ("/state", b"[]"),
        ("/state", b"\xff"),
        ("/state", b'{"origin": 1}'),
        ("/state", b'{"origin": "a", "more": 1}'),
        ("/state", b'{"origin": "\\ud800"}'),
        ("/state", b'{"origin": "../x"}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": [], "size": 1}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": [], "size": 1, "root": "not base64!"}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": [], "size": 1.5, "root": "AAAA"}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": [], "size": 1e400, "root": "AAAA"}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": "x", "size": 1, "root": "AAAA"}'),
        ("/sign", b'{"origin": "a", "old": 0, "proof": [], "size": ' + b"9" * 400 + b', "root": "AAAA"}'),
        ("/sign", b'{"origin": "a", "proof": ' + b"[" * 30_000 + b"}"),
        ("/rotate", b'{"origin": "a", "days": true}'),
        ("/keys", b"null"),
    ),
)
def test_what_is_no_question_is_a_bad_request(url, root, path, body):
    """Whatever comes, it is refused with a code, and leaves no file."""
    assert (400, "bad_request") == asked(url, path, body)
    assert ["lock"] == [found.name for found in root.iterdir()]


def test_unknown_path_is_told_what_there_is(url):
    """The paths are few."""
    assert (404, "unknown_path") == asked(url, "/../signer/lock", b"{}")
    assert (404, "unknown_path") == asked(url, "/state", method="GET")


@pytest.mark.parametrize("length", ("", "-1", "+5", "x", "²", str(LARGEST_QUESTION + 1), "9" * 40))
def test_question_without_a_sane_length_is_not_read(url, length):
    """A length that is missing, wrong or huge is refused before a byte of the body is waited for."""
    assert (400, "bad_request") == asked(url, "/state", b"", ADMITTED | {"Content-Length": length})


def test_client_that_says_nothing_keeps_nobody_waiting(url):
    """Open connections that send half a request do not stop the others."""
    parts = urlsplit(url)
    silent = [socket.create_connection((parts.hostname or "", parts.port or 0)) for _ in range(20)]
    for connection in silent:
        connection.sendall(b"POST /sign HTTP/1.1\r\nAuthor")
    assert 0 == HttpSigner(url).state(ORIGIN).size
    for connection in silent:
        connection.close()


def test_statuses_tell_conflict_from_forgery(url):
    """Stale and gone back are 409, another history is 422."""
    signer = HttpSigner(url)
    TRUE.signed(signer, 5)

    def head(old, size, root):
        body = {"origin": ORIGIN, "old": old, "proof": [], "size": size, "root": root}
        return json.dumps(body).encode()

    zero = "A" * 43 + "="
    assert (409, "stale") == asked(url, "/sign", head(4, 6, zero))
    assert (409, "went_back") == asked(url, "/sign", head(5, 4, zero))
    assert (422, "inconsistent") == asked(url, "/sign", head(5, 6, zero))


def test_damaged_memory_is_the_signers_own_fault(url, root):
    """503: asking differently would not help."""
    HttpSigner(url).state(ORIGIN)
    next(root.glob("*.memory")).write_text("{}")
    assert (503, "memory_unusable") == asked(url, "/state", STATE)


def test_wrong_secret_is_told_to_the_client(url):
    """The client says unauthorised, and not that nobody is there."""
    wrong = url.replace(":a%20secret", ":another")
    for ask in (HttpSigner(wrong).check, lambda: HttpSigner(wrong).state(ORIGIN)):
        with pytest.raises(SignerRefused) as refused:
            ask()
        assert "unauthorised" == refused.value.code


@contextmanager
def saying(*answers: bytes | None):
    """Something at an address that answers each connection with these bytes; None: with silence."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def serve():
            for answer in answers:
                connection, _ = listener.accept()
                held.append(connection)
                connection.recv(65_536)
                if answer is not None:
                    connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://:hidden@127.0.0.1:{listener.getsockname()[1]}"
        thread.join()
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    "answer",
    (
        None,
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n<html>",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>",
        b"HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b'HTTP/1.0 200 OK\r\n\r\n{"vkey": "x", "size": "1", "root": ""}',
    ),
)
def test_what_is_no_signer_is_unavailable(answer):
    """Silence, another protocol, another server: the checkpoint waits, and the secret is in no message."""
    with saying(answer) as url, pytest.raises(SignerUnavailable) as refused:
        HttpSigner(url, seconds=0.3).state(ORIGIN)
    assert "hidden" not in refused.value.message


def test_nobody_at_the_address_is_unavailable():
    """A signer that does not run is named by its setting."""
    with pytest.raises(SignerUnavailable, match="SIGNER_URL"):
        HttpSigner(f"http://:hidden@127.0.0.1:{free_port()}").state(ORIGIN)


@contextmanager
def process(data: Path, **environment: str):
    """The signer's process."""
    settings = {"MENTORLEDGER_DATA": str(data)} | environment
    started = subprocess.Popen(
        [sys.executable, "-m", "deploy.signer"],
        env={name: value for name, value in os.environ.items() if not name.endswith("_URL")} | settings,
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def _serves(signer: HttpSigner) -> bool:
    try:
        signer.check()
    except SignerUnavailable:
        return False
    return True


def test_process_listens_where_its_setting_says_and_ends_when_asked(tmp_path):
    """SIGNER_URL is its address and its secret; its folder is in the data folder; SIGTERM ends it with 0."""
    url = f"http://:hidden@127.0.0.1:{free_port()}"
    with process(tmp_path, SIGNER_URL=url) as running:
        assert until(lambda: _serves(HttpSigner(url)), 30)
        TRUE.signed(HttpSigner(url), 2)
        running.send_signal(signal.SIGTERM)
        assert 0 == running.wait(30)
    assert 3 == len(list((tmp_path / "signer").iterdir()))


def test_second_process_on_the_folder_is_refused(tmp_path):
    """The second one ends with a sentence, whatever its port; the first one signs on."""
    url, other = (f"http://:hidden@127.0.0.1:{free_port()}" for _ in range(2))
    with process(tmp_path, SIGNER_URL=url):
        assert until(lambda: _serves(HttpSigner(url)), 30)
        with process(tmp_path, SIGNER_URL=other) as second:
            _, errors = second.communicate(timeout=30)
        TRUE.signed(HttpSigner(url), 2)
    assert 1 == second.returncode
    assert errors.startswith("error [signer_running]: ")


@pytest.mark.parametrize("url", ("", "http://:hidden@127.0.0.1", "http://127.0.0.1:8090", "ftp://:hidden@127.0.0.1:1"))
def test_process_without_an_address_is_refused(tmp_path, url):
    """Where to listen and for whom must be said; the secret is not repeated."""
    with process(tmp_path, SIGNER_URL=url) as running:
        _, errors = running.communicate(timeout=30)
    assert (1, True) == (running.returncode, errors.startswith("error [bad_setting]: "))
    assert "SIGNER_URL" in errors and "hidden" not in errors
