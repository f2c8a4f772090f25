"""What happens to a person's entry: `person-<uuid>`. The only events that hold names and addresses."""

from __future__ import annotations

from events.event import Event


class PersonRegistered(Event):
    """A person became known; email is as written, zone an IANA time zone name."""

    TYPE = "person.registered"
    SCHEMA = 2
    person_id: str
    name: str
    email: str | None = None
    zone: str = "UTC"
    ref: str | None = None
    simulated: bool = False


class ContactCorrected(Event):
    """The entry was corrected. fields names what changed; a None value says that the source did not give it.

    filled_in: those of the fields that were empty before.
    """

    TYPE = "person.contact_corrected"
    fields: tuple[str, ...]
    name: str | None = None
    email: str | None = None
    zone: str | None = None
    filled_in: tuple[str, ...] = ()
    source: str = ""
