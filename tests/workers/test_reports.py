"""Audit reports: figures that an independent count gives too, each with its events, one report per period."""

import json
import re
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text

from events.organisations import create_log
from events.proof.tree import leaf_hash
from events.subjects.batch import Undone
from events.subjects.relationship import Moved
from events.subjects.session import SessionCorrected, SessionHeld
from events.tenancy import tenant
from projections.effects import Effects
from projections.report_files import HTML, JSON, ReportFiles
from projections.views.overview import overview
from projections.waiting import work_waiting
from services.decisions.report import RequestReport
from services.pipeline import Fact
from services.reports import Period, report_id, up_to
from services.sample.lives import as_written, lives
from tests.workers.count import counts, records
from tests.workers.town import NOW, Town, ago, context_on, found, late_town, registered_pair
from workers.mail.outbox import Outbox
from workers.reminders.send import send_due
from workers.reports import produce as producing
from workers.reports.periods import last_finished
from workers.reports.produce import produce, report_on
from workers.reports.render import as_html, as_json
from workers.reports.schedule import make_waiting, planned_key
from workers.reports.shape import Report

LATER = NOW + timedelta(minutes=5)
INSTANT = timedelta(microseconds=1)
_FINISHED = last_finished("month", NOW)
assert _FINISHED is not None and _FINISHED.since is not None
MONTH, BEGIN = _FINISHED, _FINISHED.since


@pytest.fixture(scope="module")
def told(module_database, tmp_path_factory):
    """A simulated organisation with a past of forty relationships, its reminders sent."""
    with context_on(module_database.service_url, Outbox(tmp_path_factory.mktemp("outbox"))) as context:
        town = Town(context)
        create_log(context.engine, town.org)
        on_time, late = as_written(lives(7, 40, NOW, org=town.org))
        facts = [*on_time, *late]
        for start in range(0, len(facts), 400):
            context.pipeline.record(town.org, facts[start : start + 400], actor="operator:test")
        send_due(context, town.org, NOW)
        yield town


def _figures(report):
    return {figure.key: figure.value for section in report.sections for figure in section.figures}


def _programmes(town):
    return [one.stream for one in town.context.queries.many(town.org, "programme")]


def _of_programme(town, programme):
    """The records of the programme's relationships."""
    found = records(town.context, town.org)
    mine = {
        one["stream"]
        for one in found
        if one["type"] == "relationship.proposed" and f"programme-{one['data']['programme_id']}" == programme
    }
    return [one for one in found if one["stream"] in mine]


@pytest.mark.parametrize("days", (None, 30, 7))
def test_figures_equal_an_independent_count(told, days):
    """Over the whole past, a month and a week: what the folds count, a scan of the JSON records counts too."""
    since = None if days is None else ago(days)
    period = Period(name="test", since=since, until=LATER)
    for programme in _programmes(told):
        figures = _figures(report_on(told.context, told.org, programme, period))
        wanted = counts(_of_programme(told, programme), lambda at: since is None or at >= since, LATER)
        assert wanted == {key: figures[key] for key in wanted}


def test_figures_equal_the_overview(told):
    """Now: the report and the programme's overview, which is another way to the same numbers, agree."""
    told.context.views.catch_up(told.org)
    for programme in _programmes(told):
        figures = _figures(report_on(told.context, told.org, programme, up_to(LATER)))
        rows = told.context.views.rows(told.org, "overview", scope=programme.partition("-")[2], limit=1000)
        policy = told.context.queries.one(told.org, programme).state.policy
        total = overview([row.body for row in rows], LATER, policy.cadence_days)
        assert total.relationships == figures["relationships"]
        assert total.by_status == _nonzero(figures, "relationships_")
        assert total.by_stage == _nonzero(figures, "stage_")
        assert (total.mentors, total.mentees) == (figures["mentors"], figures["mentees"])
        assert (total.sessions_held, total.minutes_held) == (figures["sessions_held"], figures["minutes_held"])
        assert len(total.silent) == figures["silent"]


def _nonzero(figures, prefix):
    return {key.removeprefix(prefix): value for key, value in figures.items() if key.startswith(prefix) and value}


def test_a_programmes_figures_are_the_sum_of_its_relationships(told):
    """What the relationships' own reports say adds up, but for people who are in several."""
    programme = _programmes(told)[0]
    whole = report_on(told.context, told.org, programme, up_to(LATER))
    total: Counter[str] = Counter()
    for one in whole.relationships:
        total.update(_figures(report_on(told.context, told.org, one.stream, up_to(LATER))))
    figures = _figures(whole)
    for key in ("mentors", "mentees"):
        assert figures.pop(key) <= total.pop(key)
    assert figures == {key: total[key] for key in figures}


def test_every_figure_names_events_that_are_there(told):
    """A number above zero has positions, each listed with the hash that the stored bytes have."""
    report = report_on(told.context, told.org, _programmes(told)[0], up_to(LATER))
    listed = {source.position: source for source in report.sources}
    for section in report.sections:
        for figure in section.figures:
            assert bool(figure.value) == bool(figure.positions), figure.key
            assert set(figure.positions) <= set(listed)
    for position, source in list(listed.items())[::25]:
        assert leaf_hash(told.context.log.record_bytes(told.org, position)).hex() == source.leaf_hash


def test_the_streams_are_complete(told):
    """Each stream's last version and leaf are those of the log; the counted events reach the named size."""
    report = report_on(told.context, told.org, _programmes(told)[0], up_to(LATER))
    assert told.context.log.size(told.org) == report.log_size == report.upto + 1
    for one in report.streams:
        events = list(told.context.log.read_stream(told.org, one.stream))
        assert (len(events), events[-1].position) == (one.version, one.position)
        record = told.context.log.record_bytes(told.org, one.position)
        assert leaf_hash(record).hex() == one.leaf_hash


def test_a_report_is_the_same_bytes_whenever_it_is_made(told):
    """Nothing of the day on which it is made is in it; JSON comes back as the same report."""
    period = MONTH
    programme = _programmes(told)[0]
    first, second = (report_on(told.context, told.org, programme, period) for _ in range(2))
    assert (as_html(first), as_json(first)) == (as_html(second), as_json(second))
    assert first == msgspec.json.decode(as_json(first), type=Report)
    assert "mentorledger.report/1" == json.loads(as_json(first))["form"]


def test_the_page_stands_alone_and_its_links_lead_somewhere(told):
    """No script, nothing loaded from elsewhere, every link's target is in the page, no names or addresses of people."""
    page = as_html(report_on(told.context, told.org, _programmes(told)[0], up_to(LATER))).decode()
    assert not re.search(r"<script|src=|https?://|@import|url\(", page)
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links and links <= targets
    assert 'name="viewport"' in page
    for person in told.context.queries.many(told.org, "person", limit=100):
        assert person.state.name not in page
        assert (person.state.email or "-none-") not in page


def test_what_people_wrote_is_text_in_the_page(context):
    """A title with markup is shown as it was written."""
    town = Town(context)
    create_log(context.engine, town.org)
    pair = msgspec.structs.replace(registered_pair(town), title="<script>alert(1)</script>")
    town.record(town.stream, (pair, ago(10)))
    page = as_html(report_on(context, town.org, town.stream, up_to(NOW))).decode()
    assert "<script" not in page and "&lt;script&gt;" in page


def test_late_facts_and_corrections_are_in_the_report_of_their_time(context):
    """A session logged late counts in the week it was held; its corrected times and its voiding are worked in."""
    town = found(context)
    first, second = str(uuid4()), str(uuid4())
    for key in (first, second):
        town.record(
            town.stream,
            (SessionHeld(session_id=key, started_at=ago(20), ended_at=ago(20) + timedelta(minutes=30)), ago(20)),
        )
    period = Period(name="x", since=ago(21), until=ago(19))
    assert 60 == _figures(report_on(context, town.org, town.stream, period))["minutes_held"]
    longer = SessionCorrected(session_id=first, corrects=2, reason="clock", ended_at=ago(20) + timedelta(minutes=50))
    never = SessionCorrected(session_id=second, corrects=3, reason="wrong pair", void=True)
    town.record(town.stream, (longer, ago(1)), (never, ago(1)))
    figures = _figures(report_on(context, town.org, town.stream, period))
    assert (1, 50) == (figures["sessions_held"], figures["minutes_held"])
    assert 2 == _figures(report_on(context, town.org, town.stream, up_to(NOW)))["corrections"]


def test_an_import_that_was_taken_back_counts_nowhere(context):
    """Its relationship is in no figure of the programme."""
    town = found(context)
    other = Town(context, org=town.org, programme=town.programme)
    batch = str(uuid4())
    fact = Fact(stream=other.stream, data=registered_pair(other), occurred_at=ago(5))
    context.pipeline.record(town.org, [fact], actor="operator:test", cause=f"import:{batch}")
    programme = f"programme-{town.programme}"
    assert 2 == _figures(report_on(context, town.org, programme, up_to(NOW)))["relationships"]
    other.record(other.stream, (Undone(batch_id=batch), NOW))
    assert 1 == _figures(report_on(context, town.org, programme, up_to(LATER)))["relationships"]


def test_a_relationship_counts_where_it_was(context):
    """Carried to another programme, it is in the former one's report of the time before, and not in that of after."""
    town = found(context)
    moved = Moved(
        relationship_id=town.relationship,
        programme_id=str(uuid4()),
        from_programme=town.programme,
        to_status="active",
        mentors=(town.mentor,),
    )
    town.record(town.stream, (moved, ago(3)))
    programme = f"programme-{town.programme}"
    assert 1 == _figures(report_on(context, town.org, programme, up_to(ago(4))))["relationships"]
    assert 0 == _figures(report_on(context, town.org, programme, up_to(ago(2))))["relationships"]


def test_a_report_is_kept_and_recorded_with_its_hashes(context):
    """The event names subject, period, position and the SHA-256 of both files, which can be read back."""
    town = late_town(context)
    period = MONTH
    identity = produce(context, town.org, town.stream, period, NOW)
    [event] = town.events("report.produced")
    assert (town.stream, period.name, event.position - 1) == (event.data.subject, event.data.period, event.data.upto)
    files = ReportFiles(context.engine)
    for form, digest in ((HTML, event.data.html_sha256), (JSON, event.data.json_sha256)):
        content = files.get(town.org, identity, form, digest)
        assert content is not None and sha256(content).hexdigest() == digest
    assert f"report-{identity}" == event.stream
    assert "system:reports" == event.actor


def test_a_file_that_was_changed_is_not_given_out(context, module_database):
    """Bytes under a hash that they do not have: nothing is answered."""
    org = found(context).org
    query = text(
        "INSERT INTO report_files (org_id, report_id, format, sha256, content, created_at) "
        "VALUES (:org, 'r', 'html', :sha256, 'forged', now())"
    )
    with tenant(context.engine, org) as connection:
        connection.execute(query, {"org": org, "sha256": sha256(b"real").digest()})
    assert ReportFiles(context.engine).get(org, "r", HTML, sha256(b"real").hexdigest()) is None


def test_the_same_period_twice_is_one_report(context):
    """Asked again, also when the log has grown: the first report stands."""
    town = late_town(context)
    period = MONTH
    first = produce(context, town.org, town.stream, period, NOW)
    assert first == produce(context, town.org, town.stream, period, NOW)
    assert 1 == len(town.events("report.produced"))


def test_workers_that_race_make_one_report_whose_files_fit(context, monkeypatch):
    """Six at once, each having seen that there is none: one event, and the files that it names are there."""
    town = late_town(context)
    period = MONTH
    start = threading.Barrier(6)
    real = producing.report_on

    def together(*words):
        report = real(*words)
        start.wait(20)
        return report

    monkeypatch.setattr(producing, "report_on", together)
    threads = [threading.Thread(target=produce, args=(context, town.org, town.stream, period, NOW)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [event] = town.events("report.produced")
    identity = report_id(town.org, town.stream, period.name)
    files = ReportFiles(context.engine)
    assert files.get(town.org, identity, HTML, event.data.html_sha256) is not None
    assert files.get(town.org, identity, JSON, event.data.json_sha256) is not None


@pytest.mark.parametrize(
    ("every", "now", "name", "since", "until"),
    (
        ("month", "2026-03-01T00:00:00Z", "2026-02", "2026-02-01", "2026-03-01"),
        ("month", "2026-01-31T23:59:59Z", "2025-12", "2025-12-01", "2026-01-01"),
        ("week", "2026-01-05T00:00:00Z", "2026-W01", "2025-12-29", "2026-01-05"),
        ("week", "2027-01-03T23:00:00Z", "2026-W52", "2026-12-21", "2026-12-28"),
        ("week", "2026-03-01T23:30:00-05:00", "2026-W09", "2026-02-23", "2026-03-02"),
    ),
)
def test_the_last_finished_period(every, now, name, since, until):
    """Calendar months and ISO weeks of UTC; the moment at which one ends belongs to the next."""
    period = last_finished(every, datetime.fromisoformat(now))
    wanted = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (since, until)]
    assert period is not None and (name, *wanted) == (period.name, period.since, period.until)


def test_the_schedule_makes_what_the_policy_says(context):
    """For the last month: the programme, and the relationship to which something happened in it; then it is done."""
    town = found(context, report_every="month")
    period = MONTH
    busy = Town(context, org=town.org, programme=town.programme)
    town.record(busy.stream, (registered_pair(busy), BEGIN + timedelta(days=1)))
    quiet = Town(context, org=town.org, programme=town.programme)
    town.record(quiet.stream, (registered_pair(quiet), BEGIN - timedelta(days=200)))
    while make_waiting(context, town.org, LATER, batch=1):
        pass
    subjects = {one.data.subject for one in town.events("report.produced")}
    assert f"programme-{town.programme}" in subjects and busy.stream in subjects
    assert quiet.stream not in subjects
    assert {period.name} == {one.data.period for one in town.events("report.produced")}
    assert ["done"] == [one.state for one in Effects(context.engine).below(town.org, "reports-planned")]


def test_a_programme_without_a_schedule_gets_no_report(context):
    """The policy says none."""
    town = found(context, report_every="none")
    assert 0 == make_waiting(context, town.org, LATER)
    assert [] == town.events("report.produced")


def test_a_report_that_fails_stops_no_other_and_is_tried_again(context, monkeypatch):
    """The programme's report cannot be made: the relationship's is; later both are there."""
    town = found(context, report_every="month")
    busy = Town(context, org=town.org, programme=town.programme)
    town.record(busy.stream, (registered_pair(busy), BEGIN + timedelta(days=1)))
    real = producing.report_on

    def broken(context_, org, subject, period_):
        if subject.startswith("programme-"):
            raise RuntimeError("broken")
        return real(context_, org, subject, period_)

    with monkeypatch.context() as patch:
        patch.setattr(producing, "report_on", broken)
        make_waiting(context, town.org, LATER)
    assert {busy.stream} <= {one.data.subject for one in town.events("report.produced")}
    [planned] = Effects(context.engine).below(town.org, "reports-planned")
    assert "waiting" == planned.state and planned.not_before is not None and planned.not_before > LATER
    make_waiting(context, town.org, LATER + timedelta(hours=1))
    assert f"programme-{town.programme}" in {one.data.subject for one in town.events("report.produced")}


def _ask(town, number=0):
    command = RequestReport(report_id=f"asked-{number}", subject=town.relationship, as_of=ago(1))
    town.context.pipeline.handle(town.org, command, actor="token:test")
    return command.report_id


def _has_work(context, town, now):
    return [True] == [one.reports for one in work_waiting(context.engine, now, "x") if one.org == town.org]


def _plan_nothing(context, town):
    """Only what was asked for is waiting then."""
    effects = Effects(context.engine)
    effects.begin(town.org, "x", NOW)
    effects.settle(town.org, "x", "done")


def test_a_report_that_was_asked_for_is_made_by_the_workers(context):
    """The wish is an event, found by the sweep; then the report is there, under the same id, and nothing waits."""
    town = late_town(context)
    _plan_nothing(context, town)
    assert not _has_work(context, town, NOW)
    identity = _ask(town)
    assert _has_work(context, town, NOW)
    assert 1 == make_waiting(context, town.org, LATER)
    [event] = town.events("report.produced")
    assert (identity, town.stream, ago(1)) == (event.data.report_id, event.data.subject, event.data.as_of - INSTANT)
    assert (2, f"report-{identity}") == (event.stream_version, event.stream)
    assert not _has_work(context, town, LATER)
    assert 0 == make_waiting(context, town.org, LATER)


def test_a_report_that_was_asked_for_and_fails_is_tried_again(context, monkeypatch):
    """It waits a while, is not asked for by each sweep until then, and stops no other."""
    town = late_town(context)
    _plan_nothing(context, town)
    bad, good = _ask(town, 1), _ask(town, 2)
    real = producing.report_on
    told = iter((RuntimeError("broken"), None))

    def broken(*words):
        if error := next(told):
            raise error
        return real(*words)

    with monkeypatch.context() as patch:
        patch.setattr(producing, "report_on", broken)
        assert 1 == make_waiting(context, town.org, LATER)
    assert [good] == [one.data.report_id for one in town.events("report.produced")]
    assert not _has_work(context, town, LATER)
    assert 0 == make_waiting(context, town.org, LATER)
    much_later = LATER + timedelta(hours=1)
    assert _has_work(context, town, much_later)
    assert 1 == make_waiting(context, town.org, much_later)
    assert {bad, good} == {one.data.report_id for one in town.events("report.produced")}
    assert [] == Effects(context.engine).below(town.org, "report-request")


def test_periods_that_end_on_different_days_have_keys_of_their_own():
    """A new week or a new month is a new thing to plan."""
    keys = {planned_key(datetime(2026, 6, day, tzinfo=UTC)) for day in range(1, 31)}
    assert 5 == len(keys)
