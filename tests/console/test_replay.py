"""The date control of a relationship's page: it replays, steps, and says what it shows."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.console.conftest import Site
from tests.console.life import Life, new_life, tell


@pytest.fixture
def life(site: Site, org: UUID) -> Life:
    """A life that is over by now."""
    life = new_life()
    tell(site, org, life)
    return life


def figures(text: str) -> dict[str, str]:
    """What the page says of the state, by label."""
    found = re.findall(r'<div class="figure"><dt>(.*?)</dt><dd>(.*?)</dd>', text)
    return {label: re.sub(r"\s*<small>.*", "", value) for label, value in found}


def said(text: str) -> list[str]:
    """The headlines, the newest first."""
    return [re.sub(r"<.*?>", "", one) for one in re.findall(r'<p class="said" dir="auto">(.*?)</p>', text)]


def test_figures_differ_before_and_after(site: Site, org: UUID, life: Life) -> None:
    """At each date the page shows the state of that date: status, figures, goal and what had happened."""
    visitor = site.visitor(org)
    today, march, february = (visitor.text(life.path, as_of=day) for day in ("", "2024-04-10", "2024-02-05"))
    assert {"Sessions held": "1", "Goals reached": "1 of 1", "Feedback": "0"} == figures(today)
    assert {"Sessions held": "1", "Goals reached": "0 of 1", "Feedback": "0"} == figures(march)
    assert {"Sessions held": "0", "Goals reached": "0 of 0", "Feedback": "0"} == figures(february)
    assert "Closed: completed" in today
    assert "60 %" in march
    assert "How it stood" in march
    assert ["Accepted", f"Proposed: {life.title}"] == said(february)


def test_page_says_what_it_shows(site: Site, org: UUID, life: Life) -> None:
    """The date in words, how many of the events count, and how things are today."""
    page = site.visitor(org).text(life.path, as_of="2024-03-01")
    shown = re.sub(r"\s+", " ", re.sub(r"<.*?>", "", page))
    # The correction of that session counts as well: it says what was the case all along.
    assert "Replayed to 1 March 2024 – 5 of 8 events. Today: Closed: completed" in shown
    assert "As it stands today – 8 events" in re.sub(r"<.*?>|\s\s+", "", site.visitor(org).text(life.path))


def test_buttons_lead_from_event_to_event(site: Site, org: UUID, life: Life) -> None:
    """Going back from today one meets every moment at which something changed, and the way forward is the same."""
    visitor, path = site.visitor(org), life.path
    counts = []
    while link := step(visitor.text(path), "Event before"):
        path = link
        counts.append(int(re.findall(r"(\d) of 8 events", visitor.text(path))[0]))
    assert [7, 6, 5, 3, 2, 1] == counts
    forward = []
    while link := step(visitor.text(path), "Event after"):
        path = link
        forward.append(int(re.findall(r"(\d) of 8 events", visitor.text(path))[0]))
    assert [2, 3, 5, 6, 7, 8] == forward


def step(text: str, name: str) -> str:
    """Where a button leads; empty when it leads nowhere."""
    found = re.search(rf'href="([^"]*)" aria-label="{name}"', text)
    return found[1].replace("&amp;", "&").partition("#")[0] if found else ""


def test_what_was_known_is_another_question(site: Site, org: UUID, life: Life) -> None:
    """All of it was written down today: on a day before nothing was known, tomorrow everything is."""
    visitor = site.visitor(org)
    page = visitor.text(life.path, known_at="2024-07-01")
    assert "Nothing of this was written down by then" in page
    assert "Nothing had happened" not in page
    assert f"{datetime.now(UTC):%B %Y}" in page
    assert "Closed: completed" in visitor.text(life.path, known_at="2999-01-01")


@pytest.mark.parametrize("as_of", ("", "2024-03-05"))
def test_day_before_all_entries_leads_to_where_there_are_some(site: Site, org: UUID, life: Life, as_of: str) -> None:
    """First and After go to the first entry, whether or not another date is set; a link shows what had happened."""
    visitor = site.visitor(org)
    page = visitor.text(life.path, known_at="2024-07-01", as_of=as_of)
    for name in ("First event", "Event after"):
        assert figures(visitor.text(step(page, name)))["Sessions held"] == "1"
    link = re.search(r'href="([^"]*)">what had happened by', page)
    assert link is not None
    assert "known_at" not in link[1]
    assert f"as_of={as_of or '2024-07-01'}" in link[1]
    assert visitor.text(link[1].partition("#")[0])


def test_date_before_the_beginning(site: Site, org: UUID, life: Life) -> None:
    """Nothing had happened, and the page says when it begins; the button leads there."""
    page = site.visitor(org).text(life.path, as_of="2020-01-01")
    assert "Nothing had happened here by then." in page
    assert "1 February 2024" in page
    assert "1 of 8 events" in site.visitor(org).text(step(page, "Event after"))


@pytest.mark.parametrize("name", ("as_of", "known_at"))
@pytest.mark.parametrize(
    "text",
    ("2024-02-31", "yesterday", "01/02/2024", "2024-03-01T10:00:00", "0000-00-00", "9" * 500, "<b>", "2024-W01-1", "\0",
     "0001-01-01T00:00:00+23:00"),
)  # fmt: skip  # one kind of fault after the other
def test_what_is_no_date_gets_a_sentence(site: Site, org: UUID, life: Life, name: str, text: str) -> None:
    """The page of today with a sentence that says how to write a date, never a broken page."""
    answer = site.visitor(org).get(life.path, **{name: text})
    assert 400 == answer.status_code
    assert "Write a day as year-month-day" in answer.text
    assert 'role="alert"' in answer.text
    assert life.title in answer.text


def test_corrected_entry_leads_to_its_correction(site: Site, org: UUID, life: Life) -> None:
    """The session shows the corrected length and a link to the entry that corrected it, which is on the page."""
    page = site.visitor(org).text(life.path)
    assert "Session held, 120 minutes" in said(page)
    target = re.search(r'<a class="mark" href="#(e\d+)">Corrected by entry', page)
    assert target is not None
    assert f'<li id="{target[1]}"' in page


def test_dots_show_what_counts(site: Site, org: UUID, life: Life) -> None:
    """The strip has a dot for each event; those after the date are pale."""
    page = site.visitor(org).text(life.path, as_of="2024-02-05")
    assert 8 == len(re.findall(r'<path class="dot ', page))
    assert 6 == len(re.findall(r'<path class="dot \w+ later"', page))
