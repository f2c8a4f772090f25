"""Reports on demand: asked for under an id, on something that there is, of a time that has come."""

from datetime import timedelta

import pytest

from events.subjects.report import ReportProduced, ReportRequested
from services.decisions.report import RequestReport
from tests.specs.pair import RUNNING, R
from tests.specs.spec import NOW, given

INSTANT = timedelta(microseconds=1)


def _ask(**more):
    return RequestReport(**{"report_id": "r1", "subject": R} | more)


def _requested(as_of):
    period = f"on demand {as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
    return ReportRequested(report_id="r1", subject=f"relationship-{R}", period=period, until=as_of + INSTANT)


@pytest.mark.parametrize("subject", (R, f"relationship-{R}"))
def test_a_report_is_asked_for(subject):
    """By id or stream; it covers what had happened by now, this moment included, and waits to be made."""
    state = given("report").also("relationship", RUNNING).when(_ask(subject=subject)).then(_requested(NOW))
    assert ("waiting", f"relationship-{R}", -1) == (state.status, state.subject, state.upto)


def test_a_report_as_of_an_earlier_time():
    """It covers what had happened by then."""
    then = NOW - timedelta(days=3)
    given("report").also("relationship", RUNNING).when(_ask(as_of=then)).then(_requested(then))


def test_a_report_on_the_future_is_refused():
    """A clock that is a little ahead is none; it means now."""
    scene = given("report").also("relationship", RUNNING)
    scene.when(_ask(as_of=NOW + timedelta(seconds=6))).refused("in_future")
    scene.when(_ask(as_of=NOW + timedelta(seconds=4))).then(_requested(NOW))


@pytest.mark.parametrize("subject", ("unknown", "programme-unknown", "person-x", ""))
def test_a_report_on_nothing_is_refused(subject):
    """Neither a programme nor a relationship."""
    given("report").also("relationship", RUNNING).when(_ask(subject=subject)).refused("unknown_subject")


def test_a_report_id_is_taken_once():
    """Asked for already: another wish needs another id."""
    given("report", _requested(NOW)).also("relationship", RUNNING).when(_ask()).refused("report_exists")


def test_a_report_that_is_made_does_not_wait():
    """Made, and made again as it may be told late; a wish that is told after that changes nothing."""
    made = ReportProduced(
        report_id="r1", subject=f"relationship-{R}", period="p", upto=7, as_of=NOW, html_sha256="a", json_sha256="b"
    )
    for events in ((_requested(NOW), made), (made, _requested(NOW))):
        state = given("report", *events).state
        assert ("produced", 7) == (state.status, state.upto)
