"""The life of a relationship: proposed, accepted, declined, withdrawn, reinstated, and what it is about."""

from datetime import date

import pytest

from events.subjects.programme import ProgrammeClosed, ProgrammeOpened
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Change,
    Closed,
    Declined,
    LinkChanged,
    MentorLeft,
    Proposed,
    Registered,
    Reinstated,
    Revised,
    Withdrawn,
)
from projections.fold import Card
from projections.subjects.relationship import FOLD
from services.decisions.relationship import (
    AcceptRelationship,
    DeclineRelationship,
    ProposeRelationship,
    ReinstateRelationship,
    ReviseRelationship,
    WithdrawRelationship,
)
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, P, R
from tests.specs.setting import (
    ACCEPTED,
    CREATED,
    MENTEE_2,
    MENTOR_2,
    ORG,
    PROPOSED,
    UNKNOWN,
    accepted_by,
    in_programme,
    relationship,
)
from tests.specs.spec import by, day, given

FOR_ALL = AcceptRelationship(relationship_id=R)
WITHDRAW = WithdrawRelationship(relationship_id=R)
REINSTATE = ReinstateRelationship(relationship_id=R)
DECLINE = DeclineRelationship(relationship_id=R, person=MENTEE, reason="no time")
DECLINED = Declined(person=MENTEE, reason="no time")
WITHDRAWN = Withdrawn(was="proposed")


def propose(mentors=(MENTOR,), mentees=(MENTEE,), **about):
    """A proposal of the usual people, unless told otherwise."""
    return ProposeRelationship(
        org=ORG, relationship_id=R, programme_id=P, mentors=mentors, mentees=mentees, **{"title": "A parser", **about}
    )


def accept(person):
    """One person's yes."""
    return AcceptRelationship(relationship_id=R, person=person)


class TestProposing:
    """A proposal between people who have a place in an open programme."""

    def test_it_is_proposed_and_takes_its_pair(self):
        """It waits for answers; each mentor and mentee can have one open proposal between them."""
        state = relationship().when(propose()).then(PROPOSED)
        assert ("proposed", "") == (state.status, state.stage)
        assert {f"pair/{P}/{MENTOR}/{MENTEE}"} == FOLD.claims(state)
        assert Card(scope=P, status="proposed", label="A parser", members=(MENTOR, MENTEE)) == FOLD.card(state)

    def test_mentees_may_still_be_to_be_found(self):
        """A mentor can offer work before anybody applied."""
        state = relationship().when(propose(mentees=())).state
        assert ((MENTOR,), ()) == (state.mentors, state.mentees)
        assert not FOLD.claims(state)

    def test_the_same_proposal_again_changes_nothing(self):
        """The same id, people and title are the same proposal."""
        relationship(PROPOSED).when(propose()).then()

    def test_an_id_belongs_to_one_relationship(self):
        """Another proposal needs another id."""
        relationship(PROPOSED).when(propose(title="Another")).refused("relationship_exists")

    @pytest.mark.parametrize("programme", ((CREATED,), (CREATED, ProgrammeOpened(), ProgrammeClosed())))
    def test_the_programme_is_open(self, programme):
        """Before it opens and after it closed nothing is proposed."""
        in_programme(given("relationship"), *programme).when(propose()).refused("programme_not_open")

    def test_the_programme_exists(self):
        """Nothing is proposed in a programme that nobody knows."""
        given("relationship").when(propose()).refused("unknown_programme")

    @pytest.mark.parametrize(
        ("mentors", "mentees", "code"),
        (
            ((), (MENTEE,), "no_mentor"),
            ((MENTOR, MENTOR), (MENTEE,), "named_twice"),
            ((MENTOR,), (MENTEE, MENTEE), "named_twice"),
            ((MENTOR, MENTEE), (MENTEE,), "mentor_and_mentee"),
            ((UNKNOWN,), (MENTEE,), "unknown_person"),
            ((OUTSIDER,), (MENTEE,), "not_enrolled"),
            ((MENTEE_2,), (MENTEE,), "not_enrolled"),
            ((MENTOR,), (MENTOR_2,), "not_enrolled"),
        ),
    )
    def test_the_people_can_take_their_sides(self, mentors, mentees, code):
        """A mentor at least, nobody twice or on both sides, everybody known and enrolled in the role."""
        relationship().when(propose(mentors=mentors, mentees=mentees)).refused(code)

    @pytest.mark.parametrize(
        ("about", "code"),
        (
            ({"title": "x" * 301}, "text_too_long"),
            ({"description": "x" * 10_001}, "text_too_long"),
            ({"unit": "a\0b"}, "text_has_nul"),
            ({"skills": ("x",) * 101}, "too_many_items"),
            ({"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}, "ends_before_start"),
        ),
    )
    def test_the_description_fits(self, about, code):
        """Texts and lists have bounds, and a term ends after it begins."""
        relationship().when(propose(**about)).refused(code)

    def test_a_person_proposes_what_they_take_part_in(self):
        """Whoever has no part in it asks a coordinator."""
        relationship().when(propose(), actor=f"person:{MENTEE}").then(PROPOSED)
        relationship().when(propose(), actor=f"person:{OUTSIDER}").refused("acts_for_other")


class TestAccepting:
    """Everybody's word makes it active; a coordinator can write it down for all."""

    def test_a_coordinator_accepts_for_all(self):
        """It runs at once, in initiation, and takes a seat of each mentor in place of the pair."""
        state = relationship(PROPOSED).when(FOR_ALL).then(ACCEPTED)
        assert ("active", "initiation") == (state.status, state.stage)
        assert {f"seat/{P}/{MENTOR}"} == FOLD.claims(state)

    def test_a_coordinator_accepts_even_without_a_mentee(self):
        """Who the mentee is may be settled elsewhere."""
        alone = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,))
        assert "active" == relationship(alone).when(FOR_ALL).then(ACCEPTED).status

    def test_it_runs_when_the_last_has_accepted(self):
        """One side's word is not enough."""
        first = relationship(PROPOSED).when(accept(MENTOR)).then(accepted_by(MENTOR))
        assert ("proposed", [MENTOR]) == (first.status, list(first.accepted_by))
        last = relationship(PROPOSED, accepted_by(MENTOR)).when(accept(MENTEE)).then(accepted_by(MENTEE))
        assert ("active", "initiation") == (last.status, last.stage)

    def test_who_proposes_has_accepted(self):
        """The proposer's word is in the proposal."""
        scenario = relationship(by(f"person:{MENTOR}", PROPOSED))
        assert "active" == scenario.when(accept(MENTEE), actor=f"person:{MENTEE}").state.status

    def test_mentors_alone_cannot_settle_a_proposal(self):
        """Without a mentee the last word is missing."""
        alone = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,))
        assert "proposed" == relationship(alone).when(accept(MENTOR)).state.status

    def test_when_the_one_who_hesitates_leaves_the_others_have_settled_it(self):
        """Everybody who is still there has accepted."""
        both = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR, MENTOR_2), mentees=(MENTEE,))
        state = given("relationship", both, accepted_by(MENTOR), accepted_by(MENTEE)).state
        assert "proposed" == state.status
        left = MentorLeft(person=MENTOR_2)
        assert "active" == given("relationship", both, accepted_by(MENTOR), accepted_by(MENTEE), left).state.status

    def test_accepting_again_changes_nothing(self):
        """Neither the same person's word, nor any word once it runs."""
        relationship(PROPOSED, accepted_by(MENTOR)).when(accept(MENTOR)).then()
        relationship(PROPOSED, ACCEPTED).when(FOR_ALL).then()
        relationship(PROPOSED, ACCEPTED).when(accept(MENTEE)).then()

    @pytest.mark.parametrize("ending", (DECLINED, WITHDRAWN, Closed(outcome="not_started")))
    def test_only_a_proposal_is_accepted(self, ending):
        """What was declined, withdrawn or closed is over, whoever had accepted before."""
        relationship(PROPOSED, accepted_by(MENTEE), ending).when(accept(MENTEE)).refused("not_proposed")

    def test_everybody_accepts_for_themselves(self):
        """A person cannot speak for another, nor for all."""
        scenario = relationship(PROPOSED)
        scenario.when(accept(MENTEE), actor=f"person:{MENTOR}").refused("acts_for_other")
        scenario.when(FOR_ALL, actor=f"person:{MENTOR}").refused("coordinator_only")

    def test_only_its_people_accept(self):
        """Whoever is not in it has nothing to accept; to them it does not exist."""
        relationship(PROPOSED).when(accept(OUTSIDER)).refused("not_in_relationship")
        stranger = f"person:{OUTSIDER}"
        relationship(PROPOSED).when(accept(OUTSIDER), actor=stranger).refused("unknown_relationship")

    def test_nobody_accepts_before_the_proposal(self):
        """The acceptance would have no effect."""
        early = AcceptRelationship(relationship_id=R, occurred_at=day("2025-01-01"))
        relationship((PROPOSED, "2026-01-01")).when(early).refused("before_last_change")

    def test_what_was_never_proposed_is_not_found(self):
        """An unknown id, or another organisation's, is simply not there."""
        relationship().when(FOR_ALL).refused("unknown_relationship")

    def test_after_an_undone_acceptance_everybody_is_asked_again(self):
        """The proposal stands again and the former words no longer count."""
        state = given("relationship", PROPOSED, accepted_by(MENTOR), accepted_by(MENTEE), AcceptanceUndone()).state
        assert ("proposed", "", {}, None) == (state.status, state.stage, state.accepted_by, state.accepted_at)


class TestDeclining:
    """Anybody's no ends the proposal."""

    def test_one_no_is_enough(self):
        """The pair is free for another proposal."""
        state = relationship(PROPOSED).when(DECLINE).then(DECLINED)
        assert ("declined", frozenset()) == (state.status, FOLD.claims(state))
        relationship(PROPOSED, DECLINED).when(DECLINE).then()

    def test_only_a_proposal_is_declined(self):
        """A running relationship is withdrawn or closed instead."""
        relationship(PROPOSED, ACCEPTED).when(DECLINE).refused("not_proposed")

    def test_everybody_declines_for_themselves(self):
        """A person cannot decline for another, and nobody who is not in it."""
        relationship(PROPOSED).when(DECLINE, actor=f"person:{MENTOR}").refused("acts_for_other")
        outsider = DeclineRelationship(relationship_id=R, person=OUTSIDER)
        relationship(PROPOSED).when(outsider).refused("not_in_relationship")


class TestWithdrawing:
    """Taken back without fault, and reinstated."""

    def test_a_proposal_or_a_running_one_is_withdrawn(self):
        """The event says what it was; nothing is occupied any more."""
        relationship(PROPOSED).when(WITHDRAW).then(WITHDRAWN)
        state = relationship(PROPOSED, ACCEPTED).when(WITHDRAW).then(Withdrawn(was="active"))
        assert ("withdrawn", frozenset()) == (state.status, FOLD.claims(state))
        relationship(PROPOSED, WITHDRAWN).when(WITHDRAW).then()

    def test_a_person_withdraws_for_themselves(self):
        """The event names them."""
        own = WithdrawRelationship(relationship_id=R, person=MENTEE)
        named = Withdrawn(was="proposed", person=MENTEE)
        relationship(PROPOSED).when(WITHDRAW, actor=f"person:{MENTEE}").then(named)
        relationship(PROPOSED).when(own).then(named)
        relationship(PROPOSED).when(own, actor=f"person:{MENTOR}").refused("acts_for_other")

    @pytest.mark.parametrize("ending", (DECLINED, Closed(outcome="not_started")))
    def test_what_is_over_is_not_withdrawn(self, ending):
        """There is nothing left to take back."""
        relationship(PROPOSED, ending).when(WITHDRAW).refused("cannot_withdraw")

    def test_a_proposal_is_proposed_again(self):
        """It returns to what it was."""
        state = relationship(PROPOSED, WITHDRAWN).when(REINSTATE).then(Reinstated(to="proposed"))
        assert {f"pair/{P}/{MENTOR}/{MENTEE}"} == FOLD.claims(state)

    def test_a_running_one_runs_again_and_keeps_its_stage(self):
        """It takes the mentors' seats again, which the append checks against their capacity."""
        scenario = relationship(PROPOSED, ACCEPTED, Withdrawn(was="active"))
        state = scenario.when(REINSTATE).then(Reinstated(to="active"))
        assert ("active", "initiation") == (state.status, state.stage)
        assert {f"seat/{P}/{MENTOR}"} == FOLD.claims(state)
        relationship(PROPOSED, ACCEPTED).when(REINSTATE).then()

    def test_only_what_was_withdrawn_is_reinstated(self):
        """After a no there is a new proposal instead."""
        relationship(PROPOSED, DECLINED).when(REINSTATE).refused("not_withdrawn")


class TestRevising:
    """What it is about changes, and every name that it had is kept."""

    def test_only_what_differs_changes(self):
        """Each change says what stood there before."""
        revise = ReviseRelationship(relationship_id=R, title="A better parser", unit="", skills=("Rust",))
        changes = (
            Change(field="title", to="A better parser", was="A parser"),
            Change(field="skills", to=("Rust",), was=()),
        )
        state = relationship(PROPOSED).when(revise).then(Revised(changes=changes))
        assert ("A better parser", ("Rust",)) == (state.title, state.about.skills)
        assert (("", "A parser"), ("", "A better parser")) == state.known_as

    def test_links_are_added_and_removed(self):
        """The whole new list is given, the event holds the difference."""
        before = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), links=("a", "b"))
        revise = ReviseRelationship(relationship_id=R, links=("b", "c"))
        changed = LinkChanged(link="pages", added=("c",), removed=("a",))
        assert ("b", "c") == relationship(before).when(revise).then(changed).about.links
        relationship(before).when(ReviseRelationship(relationship_id=R, links=("b", "a"))).then()

    def test_the_same_words_change_nothing(self):
        """There is no event for what stands there already."""
        relationship(PROPOSED).when(ReviseRelationship(relationship_id=R, title="A parser")).then()

    def test_new_words_fit(self):
        """The bounds are those of a proposal."""
        long = ReviseRelationship(relationship_id=R, title="x" * 301)
        relationship(PROPOSED).when(long).refused("text_too_long")

    def test_a_field_that_nobody_knows_is_left_to_the_events(self):
        """An organisation's own history may tell more than a state holds."""
        odd = Revised(changes=(Change(field="mood", to="good"), Change(field="size", to="large")))
        assert "large" == given("relationship", PROPOSED, odd).state.about.size


class TestTakenOver:
    """What an organisation's own records say."""

    def test_a_registered_relationship_runs(self):
        """A roster lists what already runs."""
        roster = Registered(relationship_id=R, programme_id=P, mentors=(MENTOR,), mentees=(MENTEE,))
        state = given("relationship", roster).state
        assert ("active", "initiation", (MENTOR,), (MENTEE,)) == (
            state.status,
            state.stage,
            state.mentors,
            state.mentees,
        )

    def test_a_full_list_replaces_the_one_before(self):
        """Whoever is no longer on the list has left, at that moment."""
        roster = Registered(relationship_id=R, programme_id=P, mentors=(MENTOR_2,), mentees=(MENTEE,))
        state = given("relationship", (PROPOSED, "2026-01-01"), (roster, "2026-02-01")).state
        assert (MENTOR_2,) == state.mentors
        assert {MENTOR: day("2026-02-01"), MENTOR_2: None, MENTEE: None} == {m.person: m.until for m in state.members}

    def test_an_acceptance_can_tell_what_nobody_proposed(self):
        """It brings people and words of its own."""
        alone = Accepted(relationship_id=R, programme_id=P, mentors=(MENTOR,), title="Docs", links=("a",))
        state = given("relationship", alone).state
        assert ("active", "Docs", ("a",), (MENTOR,)) == (state.status, state.title, state.about.links, state.mentors)
