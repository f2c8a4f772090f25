"""The pages in a real browser: at a phone's width nothing sticks out, and signing in works as people do it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.serving import make_server

from deploy.composition import composed
from deploy.folder import open_folder
from deploy.sample import ORGANISATION, ensure_sample
from projections.queries import Queries
from services.console.signing import COOKIE
from tests.conftest import Database
from tests.console.browser import Browser, browser
from tests.console.conftest import Site

PHONE, DESKTOP = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """A browser."""
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def token(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token for the sample organisation."""
    folder = open_folder(Path(tmp_path_factory.mktemp("data")))
    with composed(module_database.service_url) as core:
        return ensure_sample(core, folder)


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Where the pages are served."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def paths(queries: Queries, org: UUID = ORGANISATION) -> Iterator[str]:
    """Every sort of page, with the longest names and the longest life."""
    yield "/"
    for programme in queries.many(org, "programme"):
        yield f"/programmes/{programme.id}"
    lives = sorted(queries.many(org, "relationship"), key=lambda one: one.version)
    for life in (lives[0], lives[-1]):
        yield f"/relationships/{life.id}"
    yield f"/relationships/{lives[-1].id}?as_of=2026-01-01&known_at=nonsense"
    yield f"/people/{lives[-1].state.mentors[0]}"
    yield "/nowhere"
    yield "/sign-in"


@pytest.mark.parametrize("size", (PHONE, (320, 640), DESKTOP))
def test_nothing_sticks_out(window: Browser, address: str, site: Site, token: str, size: tuple[int, int]) -> None:
    """No page is wider than the window, with every detail open."""
    window.size(*size)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        window.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert (path, 0) == (path, window.ask("Math.max(0, document.documentElement.scrollWidth - innerWidth)"))


def test_only_the_window_scrolls(window: Browser, address: str, site: Site, token: str) -> None:
    """Whatever is taller than the window scrolls with the page: nothing in it has a bar of its own."""
    window.size(1280, 400)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        inner = (
            "[...document.body.querySelectorAll('*')].filter(one => one.scrollHeight > one.clientHeight"
            " && ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)).map(one => one.className)"
        )
        assert (path, []) == (path, window.ask(inner))


def test_dates_in_tables_keep_together(window: Browser, address: str, site: Site, token: str) -> None:
    """A day in a table stands on one line."""
    window.size(*DESKTOP)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        broken = "[...document.querySelectorAll('.cards time')].filter(one => one.getClientRects().length > 1).length"
        assert (path, 0) == (path, window.ask(broken))


def test_steps_stand_in_one_row_on_a_small_phone(window: Browser, address: str, site: Site, token: str) -> None:
    """First, before, after and today are beside each other, also while all four lead somewhere."""
    window.size(320, 640)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        rows = "new Set([...document.querySelectorAll('.steps .button')].map(one => one.offsetTop)).size"
        assert window.ask(rows) <= 1, path


@pytest.mark.parametrize("size", (PHONE, DESKTOP))
def test_page_of_the_api_follows_the_colours_and_leads_back(
    window: Browser, address: str, size: tuple[int, int]
) -> None:
    """Its ground is dark in the dark, what is said of a group of routes has room, and a link leads to the pages."""
    window.size(*size, dark=True)
    window.open(f"{address}/api/v1/docs")
    assert window.ask(SHOWN), "Swagger UI shows the document"
    assert [18, 22, 28] == window.ask(
        "getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert 240 < window.ask("document.querySelector('.opblock-tag small').getBoundingClientRect().width")
    window.press(".back a")
    assert f"{address}/" == window.ask("location.href")


def test_fingers_find_what_they_press(window: Browser, address: str, site: Site, token: str) -> None:
    """Buttons and fields are at least 44 pixels high on a phone."""
    window.size(*PHONE)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        small = (
            "[...document.querySelectorAll('button, .button, input:not([type=hidden]), select')]"
            ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
        )
        assert [] == window.ask(small)


def test_signing_in_by_hand(window: Browser, address: str, token: str) -> None:
    """One pastes the token, presses the button and sees the programmes; the token is not in the address."""
    window.call("Network.clearBrowserCookies")
    window.size(*DESKTOP)
    window.open(f"{address}/")
    assert "Sign in" == window.ask("document.querySelector('h1').textContent")
    window.ask(f"document.querySelector('#token').value = {token!r}")
    window.press("button[type=submit]")
    assert ["Programmes", f"{address}/"] == window.ask("[document.querySelector('h1').textContent, location.href]")
    assert "" == window.ask("document.cookie")


@pytest.mark.parametrize("dark", (False, True))
def test_words_stand_out_from_their_ground(window: Browser, address: str, site: Site, token: str, dark: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Text has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), in the light and in the dark."""
    window.size(*DESKTOP, dark=dark)
    window.cookie(address, COOKIE, token)
    for path in paths(site.whole.queries):
        window.open(f"{address}{path}")
        assert (path, []) == (path, window.ask(FAINT))


# A promise that the page of the API has its routes; it makes them after it was loaded.
SHOWN = """
new Promise(tell => {
  const begun = Date.now();
  const look = () => {
    if (document.querySelector('.opblock-tag small') || Date.now() - begun > 20000)
      tell(!!document.querySelector('.opblock-tag small'));
    else requestAnimationFrame(look);
  };
  look();
})
"""
# Every element with words of its own against the nearest ground behind it; what is switched off is exempt.
FAINT = """
(() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(one).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return [...document.body.querySelectorAll('*')]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(one => one.checkVisibility() && !one.closest('.off, .unseen, .skip, svg, option'))
    .filter(one => {
      const [a, b] = [light(parts(getComputedStyle(one).color)), light(ground(one))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
    })
    .map(one => one.outerHTML.slice(0, 120));
})()
"""
