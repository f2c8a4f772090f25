"""The life of one relationship: `relationship-<uuid>`. Goals, sessions, feedback, agreements have their own files."""

from __future__ import annotations

from datetime import date

import msgspec

from events.event import Event


class Proposed(Event):
    """Mentors (person ids) offer to work on something with mentees; mentees may still be to be found.

    unit is the team or project it belongs to, sub_unit a part of it; roles: person id to what the mentor is called.
    """

    TYPE = "relationship.proposed"
    relationship_id: str
    programme_id: str
    mentors: tuple[str, ...]
    mentees: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    description: str = ""
    expected_outcome: str = ""
    size: str = ""
    sub_unit: str = ""
    roles: dict[str, str] = msgspec.field(default_factory=dict)
    skills: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    simulated: bool = False


class Registered(Event):
    """A relationship that already runs was taken over from the organisation's own records (a roster)."""

    TYPE = "relationship.registered"
    relationship_id: str
    programme_id: str
    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    title: str = ""
    unit: str = ""
    description: str = ""
    expected_outcome: str = ""
    skills: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None


class Accepted(Event):
    """A party accepted: person is who, None when the organisation wrote it down for all."""

    TYPE = "relationship.accepted"
    relationship_id: str
    programme_id: str
    person: str | None = None
    mentors: tuple[str, ...] = ()
    mentees: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    sub_unit: str = ""
    description: str = ""
    expected_outcome: str = ""
    size: str = ""
    skills: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Declined(Event):
    """A party refused the proposal."""

    TYPE = "relationship.declined"
    person: str
    reason: str = ""


class AcceptanceUndone(Event):
    """The acceptance was taken back; the proposal stands again."""

    TYPE = "relationship.acceptance_undone"
    reason: str = ""


class MentorJoined(Event):
    """A mentor joined beside the others."""

    TYPE = "relationship.mentor_joined"
    person: str


class MentorLeft(Event):
    """A mentor left; replaced_by are the person ids that took over, if any."""

    TYPE = "relationship.mentor_left"
    person: str
    replaced_by: tuple[str, ...] = ()
    reason: str = ""


class MenteeJoined(Event):
    """A mentee was found or joined beside the others."""

    TYPE = "relationship.mentee_joined"
    person: str


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field of the description: what it became and, where it is known, what it was."""

    field: str
    to: str | tuple[str, ...] | None = None
    was: str | tuple[str, ...] | None = None


class Revised(Event):
    """The description changed: field is title, unit, sub_unit, description, expected_outcome, skills, size ..."""

    TYPE = "relationship.revised"
    changes: tuple[Change, ...]
    minor: bool = False
    revert: bool = False


class LinkChanged(Event):
    """Addresses of pages about the relationship were added, removed or both; link says which page."""

    TYPE = "relationship.link_changed"
    link: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Moved(Event):
    """The relationship was carried from one programme to another."""

    TYPE = "relationship.moved"
    relationship_id: str
    programme_id: str
    from_programme: str
    to_status: str
    mentors: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    sub_unit: str = ""
    description: str = ""
    skills: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Withdrawn(Event):
    """The proposal or the running relationship was taken back, without fault; was is the status it had."""

    TYPE = "relationship.withdrawn"
    was: str
    person: str | None = None
    reason: str = ""


class Reinstated(Event):
    """A withdrawn relationship runs, or is proposed, again; to is the status it returned to."""

    TYPE = "relationship.reinstated"
    to: str
    reason: str = ""


class StageChanged(Event):
    """The relationship moved between initiation, cultivation and separation."""

    TYPE = "relationship.stage_changed"
    was: str
    to: str
    reason: str
    goals_met: tuple[str, ...] = ()


class SeparationProposed(Event):
    """One side proposes to part and says which goals (ids) were met; the other side agrees by changing the stage."""

    TYPE = "relationship.separation_proposed"
    side: str
    reason: str
    goals_met: tuple[str, ...] = ()


class Closed(Event):
    """The relationship ended; outcome is completed, ended_early, no_fault_exit or not_started."""

    TYPE = "relationship.closed"
    outcome: str
    reason: str = ""
