"""A person's place in a programme, in one role: `enrolment-<uuid>`, the id made of the three."""

from __future__ import annotations

from events.event import Event


class Enrolled(Event):
    """A person joined a programme as mentor or mentee; capacity: running relationships at most, None = the policy's."""

    TYPE = "enrolment.enrolled"
    enrolment_id: str
    programme_id: str
    person_id: str
    role: str
    capacity: int | None = None
    skills: tuple[str, ...] = ()


class CapacityChanged(Event):
    """The person takes more or fewer relationships; None = the policy's number."""

    TYPE = "enrolment.capacity_changed"
    capacity: int | None


class EnrolmentWithdrawn(Event):
    """The person left the programme in this role."""

    TYPE = "enrolment.withdrawn"
    reason: str = ""


class ReEnrolled(Event):
    """The person came back in the same role."""

    TYPE = "enrolment.re_enrolled"
    capacity: int | None = None
