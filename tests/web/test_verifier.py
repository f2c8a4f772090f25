"""The page for auditors is given out to anybody, whole and without a way to the network."""

from __future__ import annotations

from tests.web.conftest import Running


def test_the_page_needs_no_account(shared_api: Running) -> None:
    """One file of HTML with a policy that allows no request."""
    answer = shared_api.app.test_client().get("/verifier")
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.text.startswith("<!doctype html>")
    assert "Check a bundle" in answer.text
