"""Live = rebuilt = replayed, for every view at every position, against a plain list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from events.event import AnyRecorded, Event
from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.batch import Undone
from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalProgressed, GoalRevised, GoalSet
from events.subjects.programme import Policy, PolicyRevised, ProgrammeCreated
from events.subjects.relationship import (
    Accepted,
    MentorJoined,
    MentorLeft,
    Proposed,
    Registered,
    StageChanged,
    Withdrawn,
)
from events.subjects.reminder import ReminderSent
from events.subjects.session import Commitment, CommitmentKept, SessionCorrected, SessionHeld, SessionScheduled
from events.tenancy import tenant
from projections.auditing import audit
from projections.fold import fold_of, run
from projections.heads import LIVE
from projections.live import encode, kind_of
from projections.rebuild import rebuild, rollback
from projections.replay import replay
from projections.views.frame import frame_of
from projections.views.stored import STORED, encode_body, rows_of
from services.pipeline import Fact
from tests.conftest import Database
from tests.core import Whole, whole

RELATIONSHIPS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)]
PROGRAMME = "00000000-0000-4000-8000-0000000000aa"
PEOPLE = [f"00000000-0000-4000-8000-0000000000b{n}" for n in range(4)]
FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)

moments = st.integers(0, 5000).map(lambda hours: FIRST + timedelta(hours=hours))
people = st.sampled_from(PEOPLE)
ids = st.sampled_from(["one", "two"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
"""No NUL, which no record can hold."""


def _session(start: datetime, session_id: str, owner: str) -> SessionHeld:
    promise = Commitment(
        commitment_id=f"promise-{session_id}", owner=owner, text="Write it down", due_on=date(2026, 4, 1)
    )
    return SessionHeld(
        session_id=session_id, started_at=start, ended_at=start + timedelta(hours=1), commitments=(promise,)
    )


def _beginning(relationship: str) -> st.SearchStrategy[Event]:
    pair: dict[str, Any] = {
        "relationship_id": relationship,
        "programme_id": PROGRAMME,
        "mentors": (PEOPLE[0],),
        "mentees": (PEOPLE[1],),
    }
    return st.sampled_from(
        [
            Registered(**pair, title="Registered", ends_on=date(2026, 9, 1)),
            Proposed(**pair, title="Proposed"),
            Accepted(relationship_id=relationship, programme_id=PROGRAMME),
        ]
    )


later: st.SearchStrategy[Event] = st.one_of(
    st.builds(GoalSet, goal_id=ids, specific=texts, due_on=st.just(date(2026, 5, 1))),
    st.builds(GoalProgressed, goal_id=ids, percent=st.integers(0, 100)),
    st.builds(GoalAchieved, goal_id=ids),
    st.builds(GoalRevised, goal_id=ids, specific=texts, corrects=st.integers(1, 6)),
    st.builds(_session, moments, ids, people),
    st.builds(SessionScheduled, session_id=ids, starts_at=moments, minutes=st.just(30)),
    st.builds(SessionCorrected, session_id=ids, corrects=st.integers(1, 6), reason=st.just("typo"), void=st.booleans()),
    st.builds(CommitmentKept, commitment_id=st.just("promise-one")),
    st.builds(FeedbackGiven, feedback_id=ids, giver=people, receiver=people, sort=st.just("praise"), text=st.just("x")),
    st.builds(FeedbackAcknowledged, feedback_id=ids),
    st.builds(FitAssessed, person=people, side=st.sampled_from(["mentor", "mentee"]), fits=st.booleans()),
    st.builds(AgreementMade, cadence_days=st.integers(1, 60)),
    st.builds(MentorJoined, person=people),
    st.builds(MentorLeft, person=people),
    st.builds(StageChanged, was=st.just("initiation"), to=st.just("cultivation"), reason=st.just("ready")),
    st.builds(Withdrawn, was=st.just("active")),
    st.builds(
        ReminderSent,
        cause_key=ids,
        sort=st.just("no_session"),
        due_at=moments,
        to=st.just(()),
        message_ids=st.just(()),
    ),
)


class Everywhere(RuleBasedStateMachine):
    """Facts go into the log; the model is the list of what was recorded, folded from the start each time."""

    whole: Whole

    def __init__(self) -> None:
        super().__init__()
        self.org: UUID = self.whole.organisation()
        self.batches: dict[str, str] = {}
        self.rebuilt = False

    @initialize()
    def begin(self) -> None:
        """A programme, so that its policy can be revised."""
        self._record(
            [
                Fact(
                    stream=f"programme-{PROGRAMME}",
                    data=ProgrammeCreated(programme_id=PROGRAMME, name="P"),
                    occurred_at=FIRST,
                )
            ]
        )

    @rule(
        data=st.data(),
        relationship=st.sampled_from(RELATIONSHIPS),
        count=st.integers(1, 4),
        batch=st.sampled_from([None, "batch"]),
    )
    def happen(self, data: st.DataObject, relationship: str, count: int, batch: str | None) -> None:
        """Some events happen in one relationship, told in any order, by hand or in a batch."""
        stream = f"relationship-{relationship}"
        known = replay(self.whole.log, self.org, stream).events
        draws = [data.draw(_beginning(relationship))] if not known else []
        draws += [data.draw(later) for _ in range(count)]
        facts = [Fact(stream=stream, data=one, occurred_at=data.draw(moments)) for one in draws]
        name = f"{batch}-{len(known)}" if batch else None
        self._record(facts, cause=f"import:{name}" if name else None)

    @rule(data=st.data(), relationship=st.sampled_from(RELATIONSHIPS), batches=st.integers(2, 3))
    def pile_up(self, data: st.DataObject, relationship: str, batches: int) -> None:
        """Several batches touch one relationship in turn."""
        for _ in range(batches):
            self.happen(data, relationship, 1, "batch")

    @rule(relationship=st.sampled_from(RELATIONSHIPS))
    def undo(self, relationship: str) -> None:
        """The last batch of a relationship is taken back, where one can be."""
        stream = f"relationship-{relationship}"
        layers = replay(self.whole.log, self.org, stream).snapshot.layers
        if layers:
            self._record([Fact(stream=stream, data=Undone(batch_id=layers[-1].batch), occurred_at=FIRST)])

    @rule(relationship=st.sampled_from(RELATIONSHIPS))
    def undo_all(self, relationship: str) -> None:
        """Every batch that can be is taken back, the last one first, down to what was before the first of them."""
        stream = f"relationship-{relationship}"
        layers = replay(self.whole.log, self.org, stream).snapshot.layers
        for layer in reversed(layers):
            self._record([Fact(stream=stream, data=Undone(batch_id=layer.batch), occurred_at=FIRST)])
        after = replay(self.whole.log, self.org, stream).snapshot
        assert () == after.layers
        if layers:
            first = [one for one in self._streams()[stream] if one.stream_version <= layers[0].since]
            assert run(fold_of("relationship"), first).state == after.state

    @rule(cadence=st.integers(1, 90))
    def revise(self, cadence: int) -> None:
        """The programme's policy changes, which moves what is due in every relationship."""
        policy = Policy(version=2, cadence_days=cadence)
        self._record([Fact(stream=f"programme-{PROGRAMME}", data=PolicyRevised(policy=policy), occurred_at=FIRST)])

    @rule(view=st.sampled_from([LIVE, *(view.name for view in STORED)]))
    def build_again(self, view: str) -> None:
        """A view is built anew, from then on appends and steps go to the new build."""
        rebuild(self.whole.engine, self.org, view)

    @rule(view=st.sampled_from([LIVE, *(view.name for view in STORED)]))
    def go_back(self, view: str) -> None:
        """A view returns to the build before, where there is one."""
        try:
            rollback(self.whole.engine, self.org, view)
        except LookupError:
            return

    @invariant()
    def live_rows_are_the_fold(self) -> None:
        """Every live row has the very bytes that folding the list gives, and the claims of that state."""
        claims: set[tuple[str, str]] = set()
        for stream, events in self._streams().items():
            fold = fold_of(kind_of(stream))
            snapshot = run(fold, events)
            assert [(encode(snapshot), snapshot.version)] == self._select(
                "SELECT state, version FROM live_states s JOIN log_heads h ON h.live_build = s.build "
                "AND h.org_id = s.org_id WHERE stream = :stream",
                stream=stream,
            )
            assert encode(replay(self.whole.log, self.org, stream).snapshot) == encode(snapshot)
            claims |= {(scope, stream) for scope in fold.claims(snapshot.state)}
        held = self._select(
            "SELECT scope, stream FROM live_claims c JOIN log_heads h ON h.live_build = c.build AND h.org_id = c.org_id"
        )
        assert sorted(claims) == sorted(held)

    @invariant()
    def what_was_taken_back_left_nothing(self) -> None:
        """The state is that of the events without those from a batch's first one to its undoing."""
        for stream, events in self._streams().items():
            kept: list[AnyRecorded] = []
            for one in events:
                if isinstance(one.data, Undone):
                    cause = f"import:{one.data.batch_id}"
                    del kept[next(at for at, was in enumerate(kept) if was.cause == cause) :]
                else:
                    kept.append(one)
            fold = fold_of(kind_of(stream))
            assert run(fold, kept).state == run(fold, events).state

    @invariant()
    def stored_rows_are_the_fold(self) -> None:
        """Every stored view, once caught up, has the very rows that its function makes of the list; the audit agrees.

        It has nothing to say of one that is behind either.
        """
        assert [] == audit(self.whole.engine, self.org, ()).findings
        self.whole.views.catch_up(self.org)
        assert [] == audit(self.whole.engine, self.org, ()).findings
        streams = self._streams()
        frame = frame_of(run(fold_of("programme"), streams.get(f"programme-{PROGRAMME}", [])).state)
        for view in STORED:
            expected = [
                (stream, ordinal, encode_body(row.body))
                for stream, events in sorted(streams.items())
                if stream.startswith("relationship-")
                for ordinal, row in enumerate(rows_of(view, events, frame))
            ]
            rows = self.whole.views.rows(self.org, view.name, limit=1_000)
            assert expected == [(row.stream, row.ordinal, encode_body(row.body)) for row in rows]

    @rule(relationship=st.sampled_from(RELATIONSHIPS), position=st.integers(0, 40), as_of=moments)
    def look_back(self, relationship: str, position: int, as_of: datetime) -> None:
        """Replay to a position, to a moment of the world and to a moment of ours is the fold of the list cut there."""
        stream = f"relationship-{relationship}"
        events = self._streams().get(stream, [])
        fold = fold_of("relationship")
        cut = [one for one in events if one.position <= position]
        assert run(fold, cut) == replay(self.whole.log, self.org, stream, upto=position).snapshot
        if cut:
            known = cut[-1].recorded_at
            expected = run(fold, [one for one in events if one.recorded_at <= known])
            assert expected == replay(self.whole.log, self.org, stream, known_at=known).snapshot
        plain = not any(getattr(one.data, "corrects", None) or one.cause for one in events)
        if plain and not any(isinstance(one.data, Undone) for one in events):
            expected = run(fold, [one for one in events if one.occurred_at <= as_of])
            assert expected.state == replay(self.whole.log, self.org, stream, as_of=as_of).snapshot.state

    def _record(self, facts: list[Fact], cause: str | None = None) -> None:
        self.whole.pipeline.record(self.org, facts, actor="token:t", cause=cause)

    def _streams(self) -> dict[str, list[AnyRecorded]]:
        streams: dict[str, list[AnyRecorded]] = {}
        for one in self.whole.log.read(self.org, limit=10_000):
            streams.setdefault(one.stream, []).append(one)
        return streams

    def _select(self, query: str, **values: str) -> list[tuple[Any, ...]]:
        with tenant(self.whole.engine, self.org) as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


def test_live_rebuilt_and_replayed_are_the_same(everything: Whole) -> None:
    """Whatever happens, in whatever order it is told, undone or rebuilt in between: one state, and it is the list's."""

    class Machine(Everywhere):
        whole = everything

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert msgspec.json.decode(encode(run(fold_of("relationship"), []))) == {"state": {}}
