"""Signing in: only with a token that reads, only from the site's own form, and out again."""

from uuid import UUID

import pytest

from services.console.signing import COOKIE
from tests.console.conftest import Site

HTML = {"Accept": "text/html"}


def test_nobody_sees_the_form_instead_of_a_page(site: Site) -> None:
    """Without a token every page is the form with status 401, which leads back to where one wanted to go."""
    answer = site.app.test_client().get("/programmes/x?status=active", headers=HTML)
    assert 401 == answer.status_code
    assert 'name="to" value="/programmes/x?status=active"' in answer.text


def test_token_opens_and_leads_on(site: Site, org: UUID) -> None:
    """The cookie is not for scripts nor for other sites, and holds for the next page."""
    client = site.app.test_client()
    answer = client.post("/sign-in", data={"token": f"  {site.token(org)}\n", "to": "/people/x"})
    assert (303, "/people/x") == (answer.status_code, answer.headers["Location"])
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert 200 == client.get("/", headers=HTML).status_code


def test_cookie_is_secure_over_https(site: Site, org: UUID) -> None:
    """Where the connection is safe, the token never leaves it."""
    answer = site.app.test_client().post("/sign-in", data={"token": site.token(org)}, base_url="https://localhost")
    assert "; Secure;" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("token", ("", "ml_nonsense", "x" * 100_000, "ml_" + "\0" * 20, "ä"))
def test_wrong_token_is_refused(site: Site, token: str) -> None:
    """A token that opens nothing gets the form again, with a sentence and without a cookie."""
    answer = site.app.test_client().post("/sign-in", data={"token": token})
    assert 401 == answer.status_code
    assert "unknown, revoked or expired" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_changed_secret_is_refused(site: Site, org: UUID) -> None:
    """The right id with another secret opens nothing, in the form nor as a cookie."""
    token = site.token(org)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert 401 == site.app.test_client().post("/sign-in", data={"token": wrong}).status_code
    client = site.app.test_client()
    client.set_cookie(COOKIE, wrong)
    assert 401 == client.get("/", headers=HTML).status_code


def test_token_that_may_not_read_is_told_so(site: Site, org: UUID) -> None:
    """A token without the scope `read` sees a page that says which one it lacks."""
    answer = site.visitor(org, frozenset({"write"})).get("/")
    assert 403 == answer.status_code
    assert "lacks the scope" in answer.text


@pytest.mark.parametrize(
    "place", ("https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "/sign-out", "/a\r\nb")
)
def test_form_leads_nowhere_else(site: Site, org: UUID, place: str) -> None:
    """Whatever the address of the form asked for, one lands on this site."""
    answer = site.app.test_client().post("/sign-in", data={"token": site.token(org), "to": place})
    assert "/" == answer.headers["Location"]


@pytest.mark.parametrize(
    "headers", ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"})
)
@pytest.mark.parametrize("path", ("/sign-in", "/sign-out"))
def test_foreign_form_is_refused(site: Site, org: UUID, path: str, headers: dict[str, str]) -> None:
    """Another site can neither sign somebody in, as somebody else, nor out."""
    answer = site.app.test_client().post(path, data={"token": site.token(org)}, headers=headers)
    assert 403 == answer.status_code
    assert "Set-Cookie" not in answer.headers


def test_own_form_is_taken(site: Site, org: UUID) -> None:
    """What a browser says of the site's own page is taken."""
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        answer = site.app.test_client().post("/sign-in", data={"token": site.token(org)}, headers=headers)
        assert 303 == answer.status_code


def test_signing_out_forgets_the_token(site: Site, org: UUID) -> None:
    """Afterwards the pages are closed again."""
    visitor = site.visitor(org)
    assert 200 == visitor.get("/").status_code
    assert 303 == visitor.client.post("/sign-out").status_code
    assert 401 == visitor.get("/").status_code


def test_token_in_the_address_opens_nothing(site: Site, org: UUID) -> None:
    """An address is copied, logged and shared: a token in it does not count."""
    assert 401 == site.app.test_client().get("/", query_string={"token": site.token(org)}, headers=HTML).status_code
