"""Facts about one relationship in any order of arrival: what happened last counts, not what was written down last."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.event import Event, Happened
from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Change,
    Closed,
    Declined,
    LinkChanged,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Registered,
    Reinstated,
    Revised,
    SeparationProposed,
    StageChanged,
    Withdrawn,
)
from projections.fold import run
from projections.live import decode, encode
from projections.subjects.relationship import FOLD, STAGES
from tests.specs.spec import NOW

R, STREAM = "r", "relationship-r"
people = st.sampled_from(["ada", "bo", "cy", "di"])
programmes = st.sampled_from(["spring", "autumn"])
words = st.sampled_from(["", "parser", "docs"])
several = st.lists(people, max_size=3, unique=True).map(tuple)
links = st.lists(st.sampled_from(["l1", "l2"]), max_size=2, unique=True).map(tuple)
told = {"relationship_id": st.just(R), "programme_id": programmes, "title": words, "unit": words}
changes = st.builds(Change, field=st.sampled_from(["title", "unit", "skills", "mood"]), to=words)

facts: st.SearchStrategy[Event] = st.one_of(
    st.builds(Proposed, **told, mentors=several, mentees=several, links=links),
    st.builds(Registered, **told, mentors=several, mentees=several),
    st.builds(Accepted, **told, mentors=several, links=links),
    st.builds(Accepted, relationship_id=st.just(R), programme_id=programmes, person=people),
    st.builds(Moved, **told, from_programme=programmes, to_status=st.sampled_from(["accepted", "proposed", "?"])),
    st.builds(MentorJoined, person=people),
    st.builds(MenteeJoined, person=people),
    st.builds(MentorLeft, person=people, replaced_by=several),
    st.builds(Declined, person=people),
    st.just(AcceptanceUndone()),
    st.just(Withdrawn(was="active")),
    st.builds(Reinstated, to=st.sampled_from(["accepted", "proposed", "active", ""])),
    st.builds(StageChanged, was=words, to=st.sampled_from(STAGES), reason=words),
    st.builds(SeparationProposed, side=st.sampled_from(["mentor", "mentee"]), reason=words),
    st.builds(Closed, outcome=st.sampled_from(["completed", "no_fault_exit"])),
    st.builds(Revised, changes=st.lists(changes, max_size=2, unique_by=lambda one: one.field).map(tuple)),
    st.builds(LinkChanged, link=words, added=links, removed=links),
    st.builds(FitAssessed, person=people, side=st.just("mentor"), fits=st.booleans()),
    st.builds(AgreementMade, cadence_days=st.integers(1, 30)),
)
actors = st.sampled_from(["token:coordinator", "person:ada", "person:bo"])
histories = st.lists(st.tuples(actors, facts), max_size=10)


def arriving(history, order=None):
    """The facts, a day apart in the world, numbered in the order in which they arrive."""
    happened = [
        (NOW - timedelta(days=100) + timedelta(days=number), actor, data)
        for number, (actor, data) in enumerate(history)
    ]
    if order is not None:
        order.shuffle(happened)
    return [
        Happened(stream=STREAM, stream_version=version, occurred_at=at, actor=actor, data=data)
        for version, (at, actor, data) in enumerate(happened, start=1)
    ]


def seen(state):
    """All that decisions and views see of it; sets where the order of arrival may show."""
    about = state.about
    return {
        "programme": state.programme_id,
        "status": (state.status, state.status_at),
        "stage": (state.stage, state.stage_at),
        "members": state.members,
        "accepted": (state.accepted_by, state.accepted_at),
        "end": (state.outcome, state.goals_met),
        "words": (about.title, about.unit, about.skills, set(about.links)),
        "between them": (state.fit, state.agreement, state.separation),
        "claims": FOLD.claims(state),
    }


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_order_of_arrival_does_not_matter(history, order: random.Random):
    """Any order of the same dated facts comes to the same relationship."""
    in_order = run(FOLD, arriving(history)).state
    late = run(FOLD, arriving(history, order)).state
    assert seen(in_order) == seen(late)


@given(histories, st.randoms(use_true_random=False), st.integers(0, 10))
@settings(max_examples=100, deadline=None)
def test_what_happened_by_a_day_does_not_depend_on_what_came_later(history, order: random.Random, days: int):
    """The fold of the facts up to a day is what the relationship was on that day."""
    day = NOW - timedelta(days=100) + timedelta(days=days)
    late = [one for one in arriving(history, order) if one.occurred_at <= day]
    assert seen(run(FOLD, arriving(history[: days + 1])).state) == seen(run(FOLD, late).state)


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_stored_state_is_the_state(history, order: random.Random):
    """Encoding for the live row and decoding gives the same again, and the next event finds no difference."""
    happened = arriving(history, order)
    half = run(FOLD, happened[: len(happened) // 2])
    stored = decode("relationship", encode(half))
    assert half == stored
    rest = happened[len(happened) // 2 :]
    assert run(FOLD, rest, half) == run(FOLD, rest, stored)
