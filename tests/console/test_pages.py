"""Every page: what it shows, what it lets nobody do, and what it says when there is nothing."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from events.errors import StorageUnavailable
from events.event import Event
from events.subjects.enrolment import Enrolled
from events.subjects.feedback import FeedbackGiven
from events.subjects.person import PersonRegistered
from events.subjects.programme import ProgrammeCreated
from events.subjects.relationship import Closed, Proposed, Registered
from events.subjects.session import SessionHeld, SessionScheduled
from projections.queries import Queries
from services.console import programme
from services.ids import enrolment_id
from services.pipeline import Fact
from services.web.problems import ApiError
from tests.console.conftest import Site
from tests.console.life import Life, new_life, on, tell

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
TURNED = "Anna \u202egnp.exe\u2066 \u0627\u0628"


@pytest.fixture
def life(site: Site, org: UUID) -> Life:
    """A life that is over by now."""
    life = new_life()
    tell(site, org, life)
    return life


def pages_of(life: Life) -> tuple[str, ...]:
    """Every page that shows something of the life."""
    return ("/", f"/programmes/{life.programme}", life.path, f"{life.path}?as_of=2024-03-01", f"/people/{life.mentor}")


def test_programmes_show_their_figures(site: Site, org: UUID, life: Life) -> None:
    """The first page has each programme with how many relationships, sessions and goals there are."""
    page = site.visitor(org).text("/")
    assert "Spring circle" in page
    assert re.search(r"<dt>Relationships</dt><dd>1 <small>0 active", page)
    assert "1 of 1" in page


def test_programme_lists_its_relationships(site: Site, org: UUID, life: Life) -> None:
    """A relationship is listed with status, people and figures, and leads to its page."""
    page = site.visitor(org).text(f"/programmes/{life.programme}")
    for shown in (life.title, life.mentor_name, life.mentee_name, "Closed", "1 March 2024", f'href="{life.path}"'):
        assert shown in page


def test_list_is_narrowed_by_status_and_title(site: Site, org: UUID, life: Life) -> None:
    """Filters combine; one that nothing meets says so, one that is nonsense counts as none."""
    visitor, path = site.visitor(org), f"/programmes/{life.programme}"
    assert life.title in visitor.text(path, status="closed", search="GROWING")
    assert "No relationship is like that." in visitor.text(path, status="active")
    assert "No relationship is like that." in visitor.text(path, search="%")
    assert life.title in visitor.text(path, status="nonsense", search="\0")


def test_hundreds_are_paged_in_the_order_of_titles(site: Site, org: UUID, life: Life) -> None:
    """Following `next` shows each relationship once, titles in order, whatever their letter case."""
    titles = [f"{'pP'[number % 2]}air {number:03}" for number in range(120)]
    for title in titles:
        id_ = str(uuid4())
        data = Proposed(relationship_id=id_, programme_id=life.programme, mentors=(life.mentor,), title=title)
        site.whole.pipeline.record(org, [_fact(id_, data)], actor="operator:test")
    visitor, path, seen = site.visitor(org), f"/programmes/{life.programme}?search=air", []
    while path:
        page = visitor.text(path)
        seen += re.findall(r'<th scope="row"><a [^>]*><bdi>(.*?)</bdi>', page)
        more = re.search(r'href="([^"]*)">Next page', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert titles == seen


def _fact(id_: str, data: Proposed) -> Fact:
    return Fact(stream=f"relationship-{id_}", data=data, occurred_at=on(2, 1))


def test_programmes_come_latest_first_then_by_name(site: Site, org: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all pages: those without a term by name, then the latest beginning, of one day by name again."""
    monkeypatch.setattr(programme, "PROGRAMMES", 2)
    begun = {"Autumn 2": date(2024, 9, 1), "Spring": date(2024, 3, 1), "autumn 1": date(2024, 9, 1)}
    for name in ("GSoC 2023", "Autumn 2", "GSoC 2021", "Spring", "gsoc 2022", "autumn 1"):
        id_, starts_on = str(uuid4()), begun.get(name)
        created = ProgrammeCreated(
            programme_id=id_, name=name, starts_on=starts_on, ends_on=starts_on and starts_on + timedelta(days=90)
        )
        site.record(org, f"programme-{id_}", [(on(1, 2), created)])
    visitor, path, seen = site.visitor(org), "/", []
    while path:
        page = visitor.text(path)
        seen += re.findall(r"<h2><a [^>]*><bdi>(.*?)</bdi>", page)
        more = re.search(r'href="([^"]*)">Next page', page)
        path = more[1] if more else ""
    assert ["GSoC 2021", "gsoc 2022", "GSoC 2023", "autumn 1", "Autumn 2", "Spring"] == seen


def test_a_persons_relationships_run_first_then_the_latest(site: Site, org: UUID) -> None:
    """What is over comes last; what runs by its last session, what was never met by title."""
    mentor = str(uuid4())
    for title, month, is_over in (
        ("Long ago", 2, True), ("Beta", None, False), ("Lately", 6, True), ("alpha", None, False), ("Now", 4, False),
    ):  # fmt: skip  # one case after the other
        id_ = str(uuid4())
        facts: list[tuple[datetime, Event]] = [
            (on(1, 5), Registered(relationship_id=id_, programme_id=id_, mentors=(mentor,), mentees=(), title=title))
        ]
        if month is not None:
            held = SessionHeld(session_id=str(uuid4()), started_at=on(month, 1, 10), ended_at=on(month, 1, 11))
            facts.append((on(month, 1), held))
        if is_over:
            facts.append((on(7, 1), Closed(outcome="completed")))
        site.record(org, f"relationship-{id_}", facts)
    site.record(org, f"person-{mentor}", [(on(1, 4), PersonRegistered(person_id=mentor, name="Maren"))])
    page = site.visitor(org).text(f"/people/{mentor}")
    seen = re.findall(r'<th scope="row"><a [^>]*><bdi>(.*?)</bdi>', page)
    assert ["Now", "alpha", "Beta", "Lately", "Long ago"] == seen


def test_person_has_places_relationships_and_agenda(site: Site, org: UUID, life: Life) -> None:
    """A person's page says where they are enrolled, with whom they work and what lies ahead."""
    id_ = enrolment_id(org, life.programme, life.mentee, "mentee")
    enrolled = Enrolled(enrolment_id=id_, programme_id=life.programme, person_id=life.mentee, role="mentee")
    site.record(org, f"enrolment-{id_}", [(on(1, 5), enrolled)])
    running = new_life(title="Second round")
    proposed = Proposed(
        relationship_id=running.relationship,
        programme_id=life.programme,
        mentors=(life.mentor,),
        mentees=(life.mentee,),
        title=running.title,
    )
    site.record(org, f"relationship-{running.relationship}", [(on(7, 1), proposed)])
    page = site.visitor(org).text(f"/people/{life.mentee}")
    for shown in (life.mentee_name, "as mentee", "Spring circle", life.title, "Proposal", "Second round"):
        assert shown in page


def test_planned_session_is_ahead_until_it_is_late(site: Site, org: UUID) -> None:
    """Times are labelled UTC; a session that should have been is marked."""
    life = new_life()
    tell_running(site, org, life, datetime.now(UTC) + timedelta(days=2))
    page = site.visitor(org).text(f"/people/{life.mentor}")
    assert re.search(r'<time datetime="[^"]+Z">\d+ \w+ \d{4}, \d\d:\d\d UTC</time>', page)
    assert "Late" not in page
    late = new_life()
    tell_running(site, org, late, datetime.now(UTC) - timedelta(days=2))
    assert '<span class="flag">Late</span>' in site.visitor(org).text(f"/people/{late.mentor}")


def test_feedback_that_waits_says_for_what(site: Site, org: UUID) -> None:
    """Feedback without an answer lies ahead of its receiver, to be acknowledged since the day on which it was given."""
    life = new_life()
    tell_running(site, org, life, datetime.now(UTC) + timedelta(days=2))
    given = FeedbackGiven(
        feedback_id=str(uuid4()), giver=life.mentee, receiver=life.mentor, sort="praise", text="Clear", about="pace"
    )
    site.record(org, f"relationship-{life.relationship}", [(on(2, 3), given)])
    page = re.sub(r"<.*?>", "", site.visitor(org).text(f"/people/{life.mentor}"))
    assert "to be acknowledged since 3 February 2024" in page


def tell_running(site: Site, org: UUID, life: Life, starts_at: datetime) -> None:
    """A running relationship with one session planned."""
    site.record(org, f"person-{life.mentor}", [(on(1, 4), PersonRegistered(person_id=life.mentor, name="Maren"))])
    registered = Registered(
        relationship_id=life.relationship,
        programme_id=life.programme,
        mentors=(life.mentor,),
        mentees=(life.mentee,),
        title=life.title,
    )
    planned = SessionScheduled(session_id=str(uuid4()), starts_at=starts_at, minutes=45)
    site.record(org, f"relationship-{life.relationship}", [(on(2, 1), registered), (on(2, 2), planned)])


def test_hostile_words_stay_words(site: Site, org: UUID) -> None:
    """Markup in names, titles and notes is shown as it was typed, on every page."""
    life = new_life(title=HOSTILE, mentor_name=HOSTILE, mentee_name=HOSTILE, note=HOSTILE)
    tell(site, org, life)
    for path in pages_of(life):
        page = site.visitor(org).text(path)
        assert "<script" not in page
        assert "<img" not in page
        if path != "/":
            assert "&lt;script&gt;alert(1)" in page


def test_turning_characters_turn_nothing(site: Site, org: UUID) -> None:
    """Characters that reverse the text behind them are made visible; letters of any script stay."""
    life = new_life(title=TURNED, mentor_name=TURNED, mentee_name=TURNED, note=TURNED)
    tell(site, org, life)
    for path in pages_of(life):
        page = site.visitor(org).text(path)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
        if path != "/":
            assert "Anna \ufffdgnp.exe\ufffd \u0627\u0628" in page


def test_nothing_of_another_organisation(site: Site, org: UUID, other_org: UUID, life: Life) -> None:
    """Its ids get the same page as ids that nobody has, and no list holds anything of it."""
    visitor = site.visitor(other_org)
    unknown = visitor.get(f"/relationships/{uuid4()}")
    assert 404 == unknown.status_code
    for path in pages_of(life)[1:]:
        answer = visitor.get(path)
        assert (404, unknown.text) == (answer.status_code, answer.text)
    first = visitor.text("/")
    assert "There is no programme yet." in first
    assert "Spring circle" not in first


@pytest.mark.parametrize(
    "path",
    ("/people/x", "/people/%00", "/relationships/" + "a" * 5_000, "/programmes/..%2f", "/nowhere", "/people/"),
)
def test_strange_addresses_get_the_page_for_nothing(site: Site, org: UUID, path: str) -> None:
    """What is no id, and what is no address at all, is a page and not a fault."""
    answer = site.visitor(org).get(path)
    assert 404 == answer.status_code
    assert "There is nothing here" in answer.text


def test_api_keeps_its_own_shape(site: Site, org: UUID) -> None:
    """Unknown addresses of the API, or for programs, are problems and not pages."""
    client = site.app.test_client()
    for path, accepts in (("/api/v1/nowhere", "text/html"), ("/nowhere", "application/json"), ("/nowhere", "*/*")):
        answer = client.get(path, headers={"Accept": accepts})
        assert (404, "application/problem+json") == (answer.status_code, answer.content_type)


def test_cursor_from_elsewhere_gets_a_sentence(site: Site, org: UUID, life: Life) -> None:
    """A cursor that this site did not make is refused in words."""
    answer = site.visitor(org).get(f"/programmes/{life.programme}", cursor="???")
    assert 400 == answer.status_code
    assert "This cursor did not come from here" in answer.text


def test_every_page_forbids_foreign_content(site: Site, org: UUID, life: Life) -> None:
    """Pages load from this site alone, are in no frame and no cache, and hold no script or style of their own."""
    visitor = site.visitor(org)
    for path in (*pages_of(life), "/sign-in", "/people/x"):
        answer = visitor.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert ("no-store", "nosniff") == (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"])
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_style_sheet_is_shipped(site: Site) -> None:
    """The pages' own style sheet and mark are served to anybody."""
    client = site.app.test_client()
    for name, form in (("console.css", "text/css"), ("mark.svg", "image/svg+xml")):
        with client.get(f"/console/static/{name}") as answer:
            assert 200 == answer.status_code
            assert answer.content_type.startswith(form)


@pytest.mark.parametrize(
    ("error", "status"),
    (
        (StorageUnavailable("gone"), 503),
        (RuntimeError("secret text"), 500),
        (ApiError("bad_request", "No."), 400),
    ),
)
def test_faults_are_pages(
    site: Site, org: UUID, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """A database that is gone, or a fault of ours, is a page that says so and tells no secret."""

    def fail(*_args: object, **_names: object) -> None:
        raise error

    monkeypatch.setattr(Queries, "many_by_label", fail)
    answer = site.visitor(org).get("/")
    assert status == answer.status_code
    assert "That did not work" in answer.text
    assert "secret text" not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_a_programmes_roster_can_be_kept(site: Site, org: UUID, life: Life) -> None:
    """The page leads to a CSV file; somebody else's programme has none."""
    visitor, path = site.visitor(org), f"/programmes/{life.programme}"
    assert f'href="{path}/roster.csv"' in visitor.text(path)
    assert visitor.text(f"{path}/roster.csv").startswith("\ufeffprogramme,starts_on")
    assert 404 == visitor.get(f"/programmes/{uuid4()}/roster.csv").status_code


def test_a_running_relationship_past_its_last_day_says_so(site: Site, org: UUID) -> None:
    """Nobody has recorded an end, so none is shown; that the term is over is, in the list and on the page."""
    life = new_life()
    begun = Registered(
        relationship_id=life.relationship,
        programme_id=life.programme,
        mentors=(life.mentor,),
        mentees=(life.mentee,),
        ends_on=datetime(2021, 5, 31, tzinfo=UTC).date(),
    )
    created = ProgrammeCreated(programme_id=life.programme, name="Spring of 2021")
    site.record(org, f"programme-{life.programme}", [(on(1, 2), created)])
    site.record(org, f"relationship-{life.relationship}", [(on(1, 3), begun)])
    visitor = site.visitor(org)
    for path in (f"/programmes/{life.programme}", life.path):
        assert "Term over" in visitor.text(path)
