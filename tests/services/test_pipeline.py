"""Commands on a real log: one answer per key, stale versions, limits that hold under races."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from events.errors import CommandReused, UnknownOrganisation, VersionConflict
from projections.fold import fold_of
from projections.live import decode, encode
from projections.replay import replay
from services.decisions.enrolment import ChangeCapacity
from services.decisions.goal import ProgressGoal, SetGoal
from services.decisions.person import RegisterPerson
from services.decisions.relationship import AcceptRelationship, WithdrawRelationship
from services.errors import NotFound, Refused
from services.ids import enrolment_id
from tests.conftest import Database
from tests.core import Whole, whole
from tests.services.samples import ACTOR, Organisation, new_id


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


@pytest.fixture
def organisation(everything: Whole) -> Organisation:
    return Organisation(everything, everything.organisation())


def _goal(relationship: str, goal: str = "g1") -> SetGoal:
    return SetGoal(relationship_id=relationship, goal_id=goal, specific="Read the standard")


def test_a_command_answers_with_its_place_in_the_log(organisation: Organisation) -> None:
    """The answer names the stream, its new version and the positions of the events."""
    relationship = organisation.running()
    size = organisation.whole.log.size(organisation.org)
    answer = organisation.do(_goal(relationship))
    assert (f"relationship-{relationship}", 3, size, size, 1) == (
        answer.stream,
        answer.stream_version,
        answer.first_position,
        answer.last_position,
        answer.events,
    )


def test_the_same_key_and_body_have_the_same_answer(organisation: Organisation) -> None:
    """A repeated command writes nothing and answers as before, also after later changes."""
    relationship = organisation.running()
    first = organisation.do(_goal(relationship), key="k1")
    organisation.do(_goal(relationship, "g2"))
    again = organisation.do(_goal(relationship), key="k1")
    assert again.repeated
    assert (first.first_position, first.last_position, first.stream_version) == (
        again.first_position,
        again.last_position,
        again.stream_version,
    )


def test_a_key_sent_ten_times_at_once_writes_once(organisation: Organisation) -> None:
    """Ten threads with one key: one event, ten equal answers."""
    relationship = organisation.running()
    barrier = Barrier(10)

    def send(_: int) -> tuple[int, int]:
        barrier.wait()
        answer = organisation.do(_goal(relationship), key="at-once")
        return answer.first_position, answer.stream_version

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert 1 == len(answers)
    events = replay(organisation.whole.log, organisation.org, f"relationship-{relationship}").events
    assert 1 == sum(one.type == "relationship.goal_set" for one in events)


def test_another_body_under_the_same_key_is_refused(organisation: Organisation) -> None:
    """A key stands for one request for ever."""
    relationship = organisation.running()
    organisation.do(_goal(relationship), key="k2")
    with pytest.raises(CommandReused):
        organisation.do(_goal(relationship, "other"), key="k2")


def test_a_decision_without_events_is_remembered_too(organisation: Organisation) -> None:
    """A key whose command changed nothing does not act when the world has changed since."""
    relationship = organisation.running()
    nothing = organisation.do(AcceptRelationship(relationship_id=relationship), key="k3")
    assert 0 == nothing.events
    organisation.do(WithdrawRelationship(relationship_id=relationship))
    again = organisation.do(AcceptRelationship(relationship_id=relationship), key="k3")
    assert again.repeated
    current = organisation.whole.queries.one(organisation.org, f"relationship-{relationship}")
    assert current is not None
    assert "withdrawn" == current.state.status


def test_a_stale_version_is_told_the_current_one(organisation: Organisation) -> None:
    """Who decided on version 2 when the stream is at 3 is refused and told."""
    relationship = organisation.running()
    organisation.do(_goal(relationship), expected=2)
    with pytest.raises(VersionConflict) as caught:
        organisation.do(_goal(relationship, "g2"), expected=2)
    assert 3 == caught.value.facts["current"]


def test_writers_without_a_version_all_get_in(organisation: Organisation) -> None:
    """Racing commands that name no version are decided again until each is in; nothing is lost."""
    relationship = organisation.running()
    organisation.do(_goal(relationship))

    def progress(percent: int) -> int:
        return organisation.do(ProgressGoal(relationship_id=relationship, goal_id="g1", percent=percent)).events

    with ThreadPoolExecutor(4) as pool:
        assert 4 == sum(pool.map(progress, (10, 20, 30, 40)))
    events = replay(organisation.whole.log, organisation.org, f"relationship-{relationship}").events
    assert list(range(1, 8)) == [one.stream_version for one in events]


def test_two_accepts_at_capacity_one(organisation: Organisation) -> None:
    """Two proposals to one mentor with one seat, accepted at once: one wins, the other is told why."""
    programme = organisation.programme()
    mentor = organisation.enrolled(programme, "mentor", capacity=1)
    mentees = [organisation.enrolled(programme, "mentee") for _ in range(2)]
    proposals = [organisation.proposal(programme, mentor, mentee) for mentee in mentees]
    barrier = Barrier(2)

    def accept(relationship: str) -> str:
        barrier.wait()
        try:
            organisation.do(AcceptRelationship(relationship_id=relationship))
        except Refused as refused:
            return refused.code
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        assert ["accepted", "mentor_at_capacity"] == sorted(pool.map(accept, proposals))


def test_a_seat_is_free_again_after_a_withdrawal_or_more_capacity(organisation: Organisation) -> None:
    """The limit counts what runs now, against the capacity of now."""
    programme = organisation.programme()
    mentor = organisation.enrolled(programme, "mentor", capacity=1)
    first, second, third = (
        organisation.proposal(programme, mentor, organisation.enrolled(programme, "mentee")) for _ in range(3)
    )
    organisation.do(AcceptRelationship(relationship_id=first))
    with pytest.raises(Refused, match="running relationship"):
        organisation.do(AcceptRelationship(relationship_id=second))
    organisation.do(WithdrawRelationship(relationship_id=first))
    organisation.do(AcceptRelationship(relationship_id=second))
    place = enrolment_id(organisation.org, programme, mentor, "mentor")
    organisation.do(ChangeCapacity(enrolment_id=place, capacity=2))
    assert 1 == organisation.do(AcceptRelationship(relationship_id=third)).events


def test_an_open_proposal_stands_in_the_way_of_a_second(organisation: Organisation) -> None:
    """One pending request per mentor and mentee in a programme."""
    programme = organisation.programme()
    pair = (organisation.enrolled(programme, "mentor"), organisation.enrolled(programme, "mentee"))
    organisation.proposal(programme, *pair)
    with pytest.raises(Refused) as caught:
        organisation.proposal(programme, *pair)
    assert "pair_already_open" == caught.value.code


def test_an_address_belongs_to_one_person(organisation: Organisation) -> None:
    """The same address in other case is taken."""
    organisation.do(RegisterPerson(person_id=new_id(), name="A", email="a@people.example"))
    with pytest.raises(Refused) as caught:
        organisation.do(RegisterPerson(person_id=new_id(), name="B", email=" A@People.example"))
    assert "address_taken" == caught.value.code


def test_another_organisations_relationship_does_not_exist(everything: Whole, organisation: Organisation) -> None:
    """The same id in another organisation is unknown, and nothing is written there."""
    relationship = organisation.running()
    other = Organisation(everything, everything.organisation())
    with pytest.raises(NotFound) as known:
        other.do(_goal(relationship))
    with pytest.raises(NotFound) as unknown:
        other.do(_goal(new_id()))
    assert str(known.value) == str(unknown.value)
    assert 0 == everything.log.size(other.org)


def test_an_unknown_organisation_is_refused(everything: Whole) -> None:
    """There is no log to write to before an organisation is created."""
    organisation = Organisation(everything, everything.organisation())
    stranger = Organisation(everything, type(organisation.org)(int=7))
    with pytest.raises(UnknownOrganisation):
        stranger.person()


def test_what_has_not_happened_cannot_be_recorded(organisation: Organisation) -> None:
    """occurred_at in the future is refused for every command."""
    command = WithdrawRelationship(
        relationship_id=organisation.running(), occurred_at=datetime.now(UTC) + timedelta(days=1)
    )
    with pytest.raises(Refused) as caught:
        organisation.do(command)
    assert "in_future" == caught.value.code


def test_a_live_row_of_another_fold_is_not_believed(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the fold has changed, a command decides from the events until the view is rebuilt."""
    relationship = organisation.running()
    stream = f"relationship-{relationship}"
    fold = fold_of("relationship")
    newer = type(fold)(
        kind=fold.kind,
        version=fold.version + 1,
        state=fold.state,
        initial=fold.initial,
        evolve=fold.evolve,
        card=fold.card,
    )
    loaded = organisation.whole.log.load(organisation.org, [stream]).rows[stream]
    assert decode("relationship", loaded[2]).state.status == "active"
    spoilt = encode(decode("relationship", loaded[2])).replace(b'"active"', b'"closed"')
    real = organisation.whole.log.load

    def stale(org: object, streams: object, command: str | None = None) -> object:
        found = real(org, streams, command)  # type: ignore[arg-type]  # passed through
        if stream in found.rows:
            found.rows[stream] = (found.rows[stream][0], fold.version, spoilt)
        return found

    monkeypatch.setattr("projections.live.fold_of", lambda kind: newer if kind == "relationship" else fold_of(kind))
    monkeypatch.setattr(organisation.whole.log, "load", stale)
    assert 1 == organisation.do(_goal(relationship)).events
    assert ACTOR == list(organisation.whole.log.read_stream(organisation.org, stream))[-1].actor
