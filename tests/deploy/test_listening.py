"""The API's socket."""

import socket
import urllib.parse

import pytest

from deploy import listening
from deploy.errors import DeployError


def test_taken_port_is_refused_with_its_number():
    """A port that somebody listens on is refused by number when it was asked for."""
    with listening.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(DeployError, match=str(port)) as refusal:
            listening.listen("127.0.0.1", port)
    assert "port_taken" == refusal.value.code


def test_without_a_port_the_next_free_one_is_taken(monkeypatch):
    """Where nobody asked for a port, a taken one is passed over."""
    with listening.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        monkeypatch.setattr(listening, "FIRST_PORT", port)
        monkeypatch.setattr(listening, "LAST_PORT", port + 50)
        with listening.listen("127.0.0.1", None) as second:
            assert port < second.getsockname()[1] <= port + 50


def test_no_free_port_at_all_is_refused(monkeypatch):
    """When every port that may be tried is taken the refusal says which they were."""
    with listening.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        monkeypatch.setattr(listening, "FIRST_PORT", port)
        monkeypatch.setattr(listening, "LAST_PORT", port)
        with pytest.raises(DeployError, match=f"{port} to {port}") as refusal:
            listening.listen("127.0.0.1", None)
    assert "port_taken" == refusal.value.code


def test_address_of_another_machine_is_refused():
    """A host that this machine does not have is refused, whatever the port."""
    with pytest.raises(DeployError, match=r"192\.0\.2\.1") as refusal:
        listening.listen("192.0.2.1", None)
    assert "address_unusable" == refusal.value.code


def test_printed_address_can_be_opened():
    """The printed address leads to the socket, also when it listens on every address."""
    with listening.listen("0.0.0.0", 0) as listener:
        parts = urllib.parse.urlsplit(listening.address(listener))
        assert parts.hostname == "127.0.0.1"
        with socket.create_connection((parts.hostname, parts.port), timeout=5):
            pass
