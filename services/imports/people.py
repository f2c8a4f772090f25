"""Who is meant: persons of a roster by address, of a history by reference.

New ones, corrections, and doubts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.subjects.person import ContactCorrected, PersonRegistered
from services.imports import addresses
from services.imports.directory import Directory
from services.imports.keys import folded, natural_id
from services.imports.known import KnownPerson
from services.imports.verdicts import Note
from services.pipeline import Fact


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a row writes them; column is where."""

    name: str
    address: str
    column: str


def id_by_address(org: UUID, directory: Directory, address: str) -> str:
    """The id of the person with an address, the one that they will get if they are new."""
    known = _known(directory, address)
    return known.person_id if known else natural_id(org, "person", "address", addresses.key(address))


def id_by_ref(org: UUID, directory: Directory, ref: str) -> str:
    """The id of the person with a reference, the one that they will get if they are new."""
    known = directory.by_ref.get(ref)
    return known.person_id if known else natural_id(org, "person", "ref", ref)


def from_roster(org: UUID, directory: Directory, named: Named, at: datetime) -> tuple[list[Fact], list[Note]]:
    """What the log must learn of a person, and what a person should look at."""
    known = _known(directory, named.address)
    if known is None:
        person_id = id_by_address(org, directory, named.address)
        data = PersonRegistered(
            person_id=person_id, name=named.name, email=named.address, ref=addresses.ref_of(named.address)
        )
        facts = [Fact(stream=f"person-{person_id}", data=data, occurred_at=at)]
        return facts, _same_name(directory, named, person_id)
    if known.email is None:
        fact = _first_contact(known, named, at)
        return [fact], _same_name(directory, named, known.person_id)
    return [], _spellings(known, named)


def from_history(org: UUID, directory: Directory, ref: str, at: datetime) -> list[Fact]:
    """The registration of a person of whom only a reference is known; nothing when they are known already."""
    if ref in directory.by_ref:
        return []
    person_id = id_by_ref(org, directory, ref)
    data = PersonRegistered(person_id=person_id, name=ref, ref=ref)
    return [Fact(stream=f"person-{person_id}", data=data, occurred_at=at)]


def _known(directory: Directory, address: str) -> KnownPerson | None:
    """The person with the address; or the one with its reference, of whom no address is known yet."""
    found = directory.person_by_address(address)
    if found is not None:
        return found
    of_ref = directory.by_ref.get(addresses.ref_of(address) or "")
    return of_ref if of_ref is not None and of_ref.email is None else None


def _first_contact(known: KnownPerson, named: Named, at: datetime) -> Fact:
    """Name and address of somebody known by reference.

    Not before what was said of them last, or it would not count.
    """
    data = ContactCorrected(
        fields=("name", "email"), name=named.name, email=named.address, filled_in=("email",), source="roster"
    )
    return Fact(stream=f"person-{known.person_id}", data=data, occurred_at=max(at, known.named_at))


def _same_name(directory: Directory, named: Named, person_id: str) -> list[Note]:
    others = directory.by_name.get(folded(named.name), set()) - {person_id}
    if not others:
        return []
    known = min((directory.people[other] for other in others), key=lambda person: person.person_id)
    message = (
        f"{named.name!r} is known with another address too ({known.email}). If it is one person, merge the "
        "entries; "
        "they were kept as two."
    )
    return [Note(code="same_name_other_address", message=message, column=named.column)]


def _spellings(known: KnownPerson, named: Named) -> list[Note]:
    notes = []
    if " ".join(known.name.split()) != " ".join(named.name.split()):
        message = f"{named.address} is known as {known.name!r}, here as {named.name!r}; the first was kept."
        notes.append(Note(code="same_person_two_spellings", message=message, column=named.column))
    if known.email != named.address:
        message = f"The address {named.address!r} is known as {known.email!r}; they were taken as one."
        notes.append(Note(code="address_spelling", message=message, column=named.column))
    return notes
