"""A rebuild goes on beside the running view, meets what is appended meanwhile, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from events.tenancy import tenant
from projections.engine import Views
from projections.heads import LIVE
from projections.rebuild import Progress, drop_old, rebuild, rollback, status
from projections.views.stored import STORED, View, ViewRow
from services.decisions.goal import AchieveGoal, SetGoal
from tests.conftest import Database
from tests.core import Whole, whole
from tests.services.samples import Organisation


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


@pytest.fixture
def organisation(everything: Whole) -> Organisation:
    return Organisation(everything, everything.organisation())


def _rows(organisation: Organisation, query: str) -> list[tuple[Any, ...]]:
    with tenant(organisation.whole.engine, organisation.org) as connection:
        return [tuple(row) for row in connection.execute(text(query), {"org": organisation.org})]


LIVE_ROWS = (
    "SELECT stream, version, position, fold, state, scope, status, label, members FROM live_states s "
    "JOIN log_heads h ON h.org_id = s.org_id AND h.live_build = s.build ORDER BY stream"
)


def _goal(relationship: str, goal: str) -> SetGoal:
    return SetGoal(relationship_id=relationship, goal_id=goal, specific="Read it")


def test_a_rebuild_gives_the_rows_that_appends_kept(organisation: Organisation) -> None:
    """The rebuilt live rows are those that were kept one append at a time, in a new build."""
    organisation.running()
    kept = _rows(organisation, LIVE_ROWS)
    done = rebuild(organisation.whole.engine, organisation.org, LIVE)
    assert kept == _rows(organisation, LIVE_ROWS)
    assert [(2,)] == _rows(organisation, "SELECT live_build FROM log_heads")
    assert organisation.whole.log.size(organisation.org) == done.events == done.total


def test_what_is_appended_during_a_rebuild_is_in_the_new_build(organisation: Organisation) -> None:
    """Commands go on while the log is read; after the switch their effects are there and decisions use them."""
    relationship = organisation.running()

    def meanwhile(_: Progress) -> None:
        organisation.do(_goal(relationship, "during"))

    rebuild(organisation.whole.engine, organisation.org, LIVE, meanwhile)
    current = organisation.whole.queries.one(organisation.org, f"relationship-{relationship}")
    assert current is not None
    assert ["during"] == list(current.state.goals.by_id)
    assert 1 == organisation.do(AchieveGoal(relationship_id=relationship, goal_id="during")).events


def test_a_rebuild_that_is_cut_off_changes_nothing(organisation: Organisation) -> None:
    """The running build counts until the switch; the next rebuild begins anew under another number."""
    organisation.running()
    kept = _rows(organisation, LIVE_ROWS)

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(organisation.whole.engine, organisation.org, LIVE, stop)
    assert kept == _rows(organisation, LIVE_ROWS)
    rebuild(organisation.whole.engine, organisation.org, LIVE)
    assert kept == _rows(organisation, LIVE_ROWS)
    drop_old(organisation.whole.engine, organisation.org, LIVE)
    assert 1 == len(_rows(organisation, "SELECT DISTINCT build FROM live_states"))
    assert 1 == len(_rows(organisation, "SELECT DISTINCT build FROM live_claims"))


def test_a_rollback_returns_to_the_build_before_brought_up_to_date(organisation: Organisation) -> None:
    """Going back is a switch: what was appended since is folded into the former build first."""
    relationship = organisation.running()
    rebuild(organisation.whole.engine, organisation.org, LIVE)
    organisation.do(_goal(relationship, "after"))
    kept = _rows(organisation, LIVE_ROWS)
    assert 1 == rollback(organisation.whole.engine, organisation.org, LIVE)
    assert kept == _rows(organisation, LIVE_ROWS)
    assert [(1,)] == _rows(organisation, "SELECT live_build FROM log_heads")


def test_without_a_build_before_there_is_no_way_back(organisation: Organisation) -> None:
    """A rollback that is not possible says so."""
    with pytest.raises(LookupError, match="no build to return to"):
        rollback(organisation.whole.engine, organisation.org, LIVE)


def test_one_views_rebuild_leaves_the_others_alone(organisation: Organisation) -> None:
    """Rebuilding one view changes no byte of another's rows."""
    organisation.running()
    organisation.whole.views.catch_up(organisation.org)
    others = "SELECT * FROM view_rows WHERE view <> 'agenda' ORDER BY view, stream, ordinal"
    before = (_rows(organisation, LIVE_ROWS), _rows(organisation, others))
    rebuild(organisation.whole.engine, organisation.org, "agenda")
    assert before == (_rows(organisation, LIVE_ROWS), _rows(organisation, others))


def test_status_says_where_every_view_stands(organisation: Organisation) -> None:
    """Live is never behind; a stored view is behind by what it has not taken in."""
    organisation.running()
    size = organisation.whole.log.size(organisation.org)
    found = {one.view: one for one in status(organisation.whole.engine, organisation.org)}
    assert {LIVE, *(view.name for view in STORED)} == set(found)
    assert (0, size) == (found[LIVE].behind, found["due"].behind)
    organisation.whole.views.catch_up(organisation.org)
    assert {0} == {one.behind for one in status(organisation.whole.engine, organisation.org)}


def test_a_stream_that_a_view_cannot_take_is_parked_and_tried_again(organisation: Organisation) -> None:
    """One relationship fails: it is counted and shown, the others go on, and after the repair it is there."""
    broken, fine = organisation.running(), organisation.running()
    faulty = [True]

    def rows(state: Any, *_: object) -> list[ViewRow]:
        if faulty[0] and state.relationship_id == broken:
            raise ValueError("cannot take this")
        return [ViewRow(body=state, scope=state.programme_id)]

    view = View(name="overview", version=9, body=STORED[0].body, rows=rows)
    views = Views(organisation.whole.engine, (view,))
    views.catch_up(organisation.org)
    views.catch_up(organisation.org)
    parked = views.parked(organisation.org)
    assert [("overview", f"relationship-{broken}", "ValueError")] == [
        (one.view, one.stream, one.error) for one in parked
    ]
    assert parked[0].attempts >= 2
    stored = "SELECT stream FROM view_rows WHERE view = 'overview'"
    assert [(f"relationship-{fine}",)] == _rows(organisation, stored)
    faulty[0] = False
    views.catch_up(organisation.org)
    assert [] == views.parked(organisation.org)
    assert 2 == len(_rows(organisation, stored))
