"""Stages and the end: from initiation over cultivation to separation, each with its guards, and closing."""

from datetime import date

import pytest

from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.goal import GoalDropped, GoalSet
from events.subjects.programme import Policy, ProgrammeCreated
from events.subjects.relationship import Closed, MentorJoined, MentorLeft, SeparationProposed, StageChanged, Withdrawn
from projections.subjects.relationship import FOLD
from services.decisions.relationship_stage import ChangeStage, CloseRelationship, ProposeSeparation
from tests.specs.pair import HELD, MENTEE, MENTOR, OUTSIDER, P, R
from tests.specs.setting import ACCEPTED, MENTOR_2, PROPOSED, UNKNOWN, in_programme, relationship
from tests.specs.spec import day, given

MENTOR_FITS = FitAssessed(person=MENTOR, side="mentor", fits=True)
MENTEE_FITS = FitAssessed(person=MENTEE, side="mentee", fits=True)
AGREED = AgreementMade(cadence_days=14)
SMART = GoalSet(
    goal_id="g1",
    specific="Parse nested blocks",
    measurable="The suite passes",
    achievable="Two hours a week",
    relevant="The editor waits for it",
    due_on=date(2026, 6, 1),
)
ACTIVE = (PROPOSED, ACCEPTED)
READY = (*ACTIVE, MENTOR_FITS, MENTEE_FITS, AGREED, SMART)
CULTIVATING = (*READY, StageChanged(was="initiation", to="cultivation", reason="ready"))
ASKED = SeparationProposed(side="mentee", reason="done", goals_met=("g1",))
PARTING = (*CULTIVATING, ASKED, StageChanged(was="cultivation", to="separation", reason="done"))


def to(stage, **more):
    """On to a stage."""
    return ChangeStage(**{"relationship_id": R, "programme_id": P, "to": stage, "reason": "ready", **more})


def part(person, **more):
    """A proposal to part."""
    return ProposeSeparation(**{"relationship_id": R, "person": person, "reason": "done", **more})


def close(outcome, **more):
    """An end."""
    return CloseRelationship(relationship_id=R, outcome=outcome, **more)


class TestCultivation:
    """Work begins when both sides fit, have agreed and have a SMART goal, as far as the programme asks for it."""

    def test_it_begins_when_all_is_there(self):
        """The stage changes, with its reason."""
        changed = StageChanged(was="initiation", to="cultivation", reason="ready")
        assert "cultivation" == relationship(*READY).when(to("cultivation")).then(changed).stage

    def test_the_refusal_names_everything_that_is_missing(self):
        """Nobody has to come back four times."""
        refused = relationship(*ACTIVE).when(to("cultivation")).refused("stage_not_ready")
        expected = ["mentor_fit_missing", "mentee_fit_missing", "agreement_missing", "smart_goal_missing"]
        assert {"missing": expected} == refused.facts

    def test_one_no_outweighs_every_yes_of_its_side(self):
        """A side fits when somebody says yes and nobody says no."""
        no = FitAssessed(person=MENTOR_2, side="mentor", fits=False)
        scenario = relationship(*READY, MentorJoined(person=MENTOR_2), no)
        assert ["mentor_fit_negative"] == scenario.when(to("cultivation")).refused("stage_not_ready").facts["missing"]

    def test_who_has_left_has_no_say(self):
        """Neither their yes nor their no counts any more."""
        no = FitAssessed(person=MENTOR_2, side="mentor", fits=False)
        left = (MentorJoined(person=MENTOR_2), no, MentorLeft(person=MENTOR_2))
        assert "cultivation" == relationship(*READY, *left).when(to("cultivation")).state.stage

    def test_who_changes_their_mind_counts_as_they_say_last(self):
        """A mentee's later no takes back the yes."""
        no = FitAssessed(person=MENTEE, side="mentee", fits=False)
        refused = relationship(*READY, no).when(to("cultivation")).refused("stage_not_ready")
        assert ["mentee_fit_negative"] == refused.facts["missing"]

    @pytest.mark.parametrize(
        "goal", ((GoalSet(goal_id="g1", specific="Learn"),), (SMART, GoalDropped(goal_id="g1", reason="x")))
    )
    def test_a_goal_is_smart_when_all_five_criteria_are_filled(self, goal):
        """Half a goal, or one that was given up, does not do."""
        scenario = relationship(*ACTIVE, MENTOR_FITS, MENTEE_FITS, AGREED, *goal)
        assert ["smart_goal_missing"] == scenario.when(to("cultivation")).refused("stage_not_ready").facts["missing"]

    def test_the_programme_says_what_is_needed(self):
        """Rules can ask for less."""
        lenient = ProgrammeCreated(programme_id=P, name="Spring", policy=Policy(cultivation_needs=("agreement",)))
        scenario = in_programme(given("relationship", *ACTIVE, AGREED), lenient)
        assert "cultivation" == scenario.when(to("cultivation")).state.stage

    def test_the_rules_are_those_of_its_own_programme(self):
        """Another programme's rules say nothing."""
        elsewhere = to("cultivation", programme_id=UNKNOWN)
        relationship(*READY).when(elsewhere).refused("programme_differs")


class TestOrder:
    """Stages follow each other forwards, one by one."""

    def test_being_there_already_changes_nothing(self):
        """The same stage is no change."""
        relationship(*CULTIVATING).when(to("cultivation")).then()

    @pytest.mark.parametrize(
        ("events", "stage"), ((READY, "separation"), (CULTIVATING, "initiation"), (PARTING, "cultivation"))
    )
    def test_no_stage_is_left_out_or_taken_back(self, events, stage):
        """From initiation to cultivation to separation."""
        relationship(*events).when(to(stage)).refused("stage_out_of_order")

    def test_there_are_three_stages(self):
        """Any other word is refused."""
        relationship(*READY).when(to("friendship")).refused("unknown_stage")

    def test_a_change_has_a_reason(self):
        """It is what the record is read for."""
        relationship(*READY).when(to("cultivation", reason=" ")).refused("reason_required")

    def test_only_a_running_relationship_has_stages(self):
        """A proposal has none yet, a withdrawn one no longer."""
        relationship(PROPOSED).when(to("cultivation")).refused("not_active")
        relationship(*READY, Withdrawn(was="active")).when(to("cultivation")).refused("not_active")

    def test_a_stage_cannot_begin_before_the_one_before(self):
        """It would have no effect."""
        early = to("cultivation", occurred_at=day("2025-01-01"))
        relationship(*READY).when(early).refused("before_last_change")

    def test_its_people_and_coordinators_change_it(self):
        """A person speaks for themselves; outsiders find nothing."""
        assert "cultivation" == relationship(*READY).when(to("cultivation"), actor=f"person:{MENTOR}").state.stage
        for_other = to("cultivation", person=MENTEE)
        relationship(*READY).when(for_other, actor=f"person:{MENTOR}").refused("acts_for_other")
        relationship(*READY).when(to("cultivation", person=OUTSIDER)).refused("not_in_relationship")
        stranger = f"person:{OUTSIDER}"
        relationship(*READY).when(to("cultivation"), actor=stranger).refused("unknown_relationship")


class TestSeparation:
    """One side proposes to part, the other agrees."""

    def test_a_side_proposes_and_says_which_goals_were_met(self):
        """The stage stays until the other side agrees."""
        state = relationship(*CULTIVATING).when(part(MENTEE, goals_met=("g1",))).then(ASKED)
        assert ("cultivation", "mentee") == (state.stage, state.open_separation.side)
        relationship(*CULTIVATING, ASKED).when(part(MENTEE, goals_met=("g1",))).then()

    def test_the_other_side_agrees(self):
        """The goals that were called met are those of the proposal."""
        changed = StageChanged(was="cultivation", to="separation", reason="ready", goals_met=("g1",))
        scenario = relationship(*CULTIVATING, ASKED)
        state = scenario.when(to("separation", person=MENTOR)).then(changed)
        assert ("separation", ("g1",), None) == (state.stage, state.goals_met, state.open_separation)
        scenario.when(to("separation")).then(changed)

    def test_the_same_side_cannot_agree_with_itself(self):
        """It takes both."""
        scenario = relationship(*CULTIVATING, ASKED)
        scenario.when(to("separation", person=MENTEE)).refused("separation_same_side")
        scenario.when(to("separation"), actor=f"person:{MENTEE}").refused("separation_same_side")

    def test_without_a_proposal_nobody_parts(self):
        """Not even a coordinator."""
        relationship(*CULTIVATING).when(to("separation")).refused("separation_not_proposed")

    def test_parting_is_proposed_in_cultivation(self):
        """Before, it is closed; after, there is nothing left to propose."""
        relationship(*READY).when(part(MENTEE)).refused("not_in_cultivation")
        relationship(*PARTING).when(part(MENTOR)).refused("not_in_cultivation")

    def test_goals_that_were_met_are_goals_of_the_pair(self):
        """An unknown goal is refused, in the proposal and in the agreement."""
        relationship(*CULTIVATING).when(part(MENTEE, goals_met=("g9",))).refused("unknown_goal")
        agree = to("separation", goals_met=("g9",))
        relationship(*CULTIVATING, ASKED).when(agree).refused("unknown_goal")

    def test_parting_has_a_reason_and_a_speaker(self):
        """Of the pair, for themselves."""
        relationship(*CULTIVATING).when(part(MENTEE, reason="")).refused("reason_required")
        relationship(*CULTIVATING).when(part(OUTSIDER)).refused("not_in_relationship")
        relationship(*CULTIVATING).when(part(MENTEE), actor=f"person:{MENTOR}").refused("acts_for_other")


class TestClosing:
    """It ends with an outcome that the record does not contradict."""

    def test_after_separation_it_is_completed(self):
        """Nothing is occupied any more, and the outcome stays."""
        state = relationship(*PARTING).when(close("completed")).then(Closed(outcome="completed"))
        assert ("closed", "completed", frozenset()) == (state.status, state.outcome, FOLD.claims(state))

    @pytest.mark.parametrize("events", (ACTIVE, CULTIVATING))
    def test_before_separation_it_is_not_completed(self, events):
        """Both sides must have parted."""
        relationship(*events).when(close("completed")).refused("not_in_separation")

    @pytest.mark.parametrize("events", (ACTIVE, CULTIVATING, PARTING))
    def test_there_is_a_way_out_without_fault_from_everywhere(self, events):
        """Nobody has to give a reason."""
        relationship(*events).when(close("no_fault_exit")).then(Closed(outcome="no_fault_exit"))

    def test_an_early_end_has_a_reason(self):
        """Or it is a no-fault exit."""
        relationship(*CULTIVATING).when(close("ended_early")).refused("reason_required")
        ended = Closed(outcome="ended_early", reason="ill")
        relationship(*CULTIVATING).when(close("ended_early", reason="ill")).then(ended)

    def test_what_began_was_not_not_started(self):
        """A session held, or cultivation, is a start; a proposal or a pair that never met is not."""
        relationship(PROPOSED).when(close("not_started")).then(Closed(outcome="not_started"))
        relationship(*ACTIVE).when(close("not_started")).then(Closed(outcome="not_started"))
        relationship(*ACTIVE, HELD).when(close("not_started")).refused("already_started")
        relationship(*CULTIVATING).when(close("not_started")).refused("already_started")

    def test_a_proposal_has_no_other_end(self):
        """It is declined, withdrawn or not started."""
        relationship(PROPOSED).when(close("no_fault_exit")).refused("not_active")

    def test_it_closes_once(self):
        """The same end again changes nothing, another one is refused."""
        closed = Closed(outcome="no_fault_exit")
        relationship(*ACTIVE, closed).when(close("no_fault_exit")).then()
        relationship(*ACTIVE, closed).when(close("ended_early", reason="x")).refused("already_closed")

    def test_there_are_four_outcomes(self):
        """Any other word is refused."""
        relationship(*ACTIVE).when(close("won")).refused("unknown_outcome")
