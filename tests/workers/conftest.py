"""A log with a way out for mail."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.town import Sink, context_on


@pytest.fixture
def sink() -> Sink:
    """Keeps the mail; a second copy would show."""
    return Sink()


@pytest.fixture
def context(module_database, sink):
    """What a job works with, over the file's database."""
    with context_on(module_database.service_url, sink) as made:
        yield made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A self-signed certificate of this machine, with its key, in one file."""
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *words.split(), "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(Path(f"{path}.crt").read_bytes() + path.read_bytes())
    return path


@pytest.fixture
def unused_redis() -> Iterator[str]:
    """An address where no Redis is: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
