"""What a relationship's timeline says: every event in words, corrections and what was taken back marked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events.catalogue import catalogue
from events.event import Event
from events.subjects.batch import Undone
from events.subjects.feedback import FeedbackCorrected, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalRevised, GoalSet
from events.subjects.relationship import Change, LinkChanged, MentorJoined, MentorLeft, Registered, Revised
from events.subjects.session import CommitmentKept, Grow, SessionCorrected, SessionHeld, SessionScheduled
from projections.views.timeline import Entry, timeline
from tests.specs.pair import END, HELD, MENTEE, MENTOR, OUTSIDER, PLAN, PROMISE, RUNNING, START
from tests.views.recorded import BEGIN, recorded
from tests.views.samples import SAMPLES

NAMES = {MENTOR: "Ada", MENTEE: "Bo"}
BATCH = "import:b1"


def read(*events: Event | tuple[Event, str]) -> tuple[Entry, ...]:
    """The timeline of the events, with the pair's names."""
    return timeline(recorded(*events), NAMES)


def test_an_entry_says_what_the_log_stamped() -> None:
    """Position, version, both times, type and actor are the record's own."""
    (entry,) = read((RUNNING, BATCH))
    assert (100, 1, BEGIN, BEGIN + timedelta(hours=1)) == (
        entry.position,
        entry.stream_version,
        entry.occurred_at,
        entry.recorded_at,
    )
    assert ("relationship.registered", "token:coordinator", BATCH) == (entry.type, entry.actor, entry.cause)
    assert (None, None, False) == (entry.corrected_by, entry.undone_by, entry.void)


@pytest.mark.parametrize(("event", "sentence"), SAMPLES, ids=lambda one: one.TYPE if isinstance(one, Event) else "")
def test_every_event_has_a_headline_in_plain_english(event: Event, sentence: str) -> None:
    """The headline of each type is the sentence that a person would say."""
    (entry,) = read(event)
    assert sentence == entry.headline


def test_no_event_type_of_a_timeline_is_left_without_a_headline() -> None:
    """The samples cover every relationship, reminder and batch type of the catalogue."""
    wanted = {name for name in catalogue() if name.startswith(("relationship.", "reminder.", "batch."))}
    assert wanted == {event.TYPE for event, _ in SAMPLES}


def test_things_are_called_what_they_were_called_when_they_were_made() -> None:
    """A kept commitment and a reached goal are named by their text, a held session by its day."""
    later = SessionCorrected(session_id="s1", corrects=2, reason="wrong clock", mentee_talked=50)
    entries = read(
        GoalSet(goal_id="g1", specific="Land one patch\nand more"),
        HELD,
        CommitmentKept(commitment_id="c1"),
        GoalAchieved(goal_id="g1"),
        later,
    )
    assert [
        "Goal set: Land one patch",
        "Session held, 45 minutes, 1 commitment",
        "Commitment kept: Write the failing test",
        "Goal reached: Land one patch",
        "Session of 20 February 2026 corrected: wrong clock",
    ] == [entry.headline for entry in entries]


def test_people_without_a_name_keep_a_stand_in() -> None:
    """Somebody whose name may not be shown is the same stand-in everywhere."""
    (entry,) = timeline(recorded(MentorJoined(person=MENTOR)))
    assert "person 0b6f3b0e joined as mentor" == entry.headline


def test_details_list_every_member_in_words() -> None:
    """Notes by heading, commitments with owner and date, people by name, dates in words; ids stay out."""
    held = SessionHeld(
        session_id="s1",
        started_at=START,
        ended_at=END,
        notes=Grow(goal="One patch", options="Ask or read"),
        commitments=(PROMISE,),
    )
    (entry,) = read(held)
    assert (
        ("Started at", "20 February 2026, 14:00 (UTC)"),
        ("Ended at", "20 February 2026, 14:45 (UTC)"),
        ("Notes, goal", "One patch"),
        ("Notes, options", "Ask or read"),
        ("Commitment", "Write the failing test (Bo, by 27 February 2026)"),
    ) == entry.detail


def test_changed_fields_show_what_they_were() -> None:
    """A revision lists each field with its former value, and an emptied field as empty."""
    changes = (
        Change(field="title", to="New", was="Old"),
        Change(field="skills", to=("Go", "C")),
        Change(field="size"),
    )
    (entry,) = read(Revised(changes=changes))
    assert (("Title", "New (was: Old)"), ("Skills", "Go, C"), ("Size", "(empty)")) == entry.detail


def test_a_planned_session_is_told_in_its_own_zone() -> None:
    """The headline speaks in the zone of the agreement; an unknown zone falls back to UTC."""
    unknown = SessionScheduled(session_id="s2", starts_at=START, minutes=1, zone="Moon/Base")
    assert [
        "Session planned for 20 February 2026, 15:00 (Europe/Paris), 60 minutes",
        "Session planned for 20 February 2026, 14:00 (UTC), 1 minute",
    ] == [entry.headline for entry in read(PLAN, unknown)]


def test_a_corrected_session_shows_the_corrected_values() -> None:
    """The first entry says the right length and names its correction, which says what was there before."""
    fix = SessionCorrected(session_id="s1", corrects=2, reason="wrong clock", ended_at=START + timedelta(hours=1))
    _, held, correction = read(RUNNING, HELD, fix)
    assert ("Session held, 60 minutes, 1 commitment", 120) == (held.headline, held.corrected_by)
    assert ("Ended at", "20 February 2026, 15:00 (UTC)") in held.detail
    assert (
        "Ended at",
        "20 February 2026, 15:00 (UTC) (was: 20 February 2026, 14:45 (UTC))",
    ) in correction.detail
    assert correction.corrected_by is None


def test_a_correction_of_a_correction_reaches_the_first_entry() -> None:
    """Both earlier entries name the last correction; the first shows its value."""
    once = SessionCorrected(session_id="s1", corrects=1, reason="x", mentee_talked=10)
    twice = SessionCorrected(session_id="s1", corrects=2, reason="y", mentee_talked=20)
    held, first, last = read(HELD, once, twice)
    assert (120, 120, None) == (held.corrected_by, first.corrected_by, last.corrected_by)
    assert ("Mentee talked", "20") in held.detail
    assert ("Mentee talked", "20 (was: 10)") in last.detail


def test_what_never_took_place_is_marked_as_taken_back() -> None:
    """A void session or feedback stays in the timeline and says so."""
    void = SessionCorrected(session_id="s1", corrects=1, reason="wrong pair", void=True)
    held, correction = read(HELD, void)
    assert (True, "Taken back: Session held, 45 minutes, 1 commitment") == (held.void, held.headline)
    assert (False, "Session of 20 February 2026 taken back, it never took place: wrong pair") == (
        correction.void,
        correction.headline,
    )


def test_corrected_feedback_and_goals_show_the_corrected_values() -> None:
    """The text of feedback and the criteria of a goal are replaced where they were first said."""
    given, _ = read(
        FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Good"),
        FeedbackCorrected(feedback_id="f1", corrects=1, reason="short", text="Very good"),
    )
    assert (("Text", "Very good"), 110) == (given.detail[-1], given.corrected_by)
    goal, _, reached = read(
        GoalSet(goal_id="g1", specific="Land two patchs"),
        GoalRevised(goal_id="g1", specific="Land two patches", due_on=date(2026, 5, 1), corrects=1, reason="typo"),
        GoalAchieved(goal_id="g1"),
    )
    assert ("Goal set: Land two patches", 110) == (goal.headline, goal.corrected_by)
    assert ("Due", "1 May 2026") in goal.detail
    assert "Goal reached: Land two patches" == reached.headline


def test_a_revision_that_corrects_nothing_leaves_earlier_entries_alone() -> None:
    """A change of mind is not a correction."""
    goal, _ = read(GoalSet(goal_id="g1", specific="Old"), GoalRevised(goal_id="g1", specific="New"))
    assert ("Goal set: Old", None) == (goal.headline, goal.corrected_by)


def test_what_an_undone_batch_did_stays_visible_and_says_so() -> None:
    """Entries of the batch name the position that took them back; others do not."""
    entries = read(RUNNING, (HELD, BATCH), (LinkChanged(link="issue"), "import:b2"), Undone(batch_id="b1"))
    assert [None, 130, None, None] == [entry.undone_by for entry in entries]


def test_a_correction_that_was_undone_corrects_nothing() -> None:
    """When the batch that corrected is taken back, the first entry is as it was."""
    fix = SessionCorrected(session_id="s1", corrects=1, reason="x", mentee_talked=10)
    held, _, _ = read(HELD, (fix, BATCH), Undone(batch_id="b1"))
    assert (None, ("Mentee talked", "60")) == (held.corrected_by, held.detail[-1])


def test_a_prefix_of_the_events_is_the_timeline_of_then() -> None:
    """Reading fewer events shows what was shown then: the correction was not known yet."""
    fix = SessionCorrected(session_id="s1", corrects=1, reason="x", void=True)
    (held,) = timeline(recorded(HELD, fix)[:1], NAMES)
    assert (False, None) == (held.void, held.corrected_by)


def test_long_texts_are_cut_at_a_word() -> None:
    """A headline stays one line of reasonable length."""
    (entry,) = read(Registered(relationship_id="r", programme_id="p", mentors=(), mentees=(), title="word " * 40))
    assert len(entry.headline) < 150
    assert entry.headline.endswith("word…")


def test_heirs_of_a_mentor_are_named() -> None:
    """Several people read as a list with `and`."""
    (entry,) = read(MentorLeft(person=OUTSIDER, replaced_by=(MENTOR, MENTEE)))
    assert "person 0b6f3b0e left as mentor, Ada and Bo took over" == entry.headline
