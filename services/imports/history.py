"""A history becomes facts: each dated line one event, in the stream of what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.imports import chains, entries, factevents, people, programmes
from services.imports.chains import Chain, Chains, Link
from services.imports.directory import Directory
from services.imports.factdetails import Described, Left
from services.imports.factlines import FactLine, fact_line
from services.imports.keys import natural_id
from services.imports.known import KnownRelationship
from services.imports.matching import Wanted, bind
from services.imports.ndjson import Line
from services.imports.verdicts import Note, Plan, RowRefused, RowVerdict, judged, refused
from services.pipeline import Fact

FORMAT = "history"


def plan_history(
    org: UUID,
    lines: Sequence[Line],
    directory: Directory,
    now: datetime,
    cause: str,
    *,
    notes: tuple[Note, ...] = (),
) -> Plan:
    """A verdict for every line. The directory takes in what is planned.

    Facts go to the log in order of time.
    """
    facts, verdicts = _read(lines, now)
    strung = chains.string(facts)
    planner = _Planner(org, directory, cause, strung)
    for fact in facts:
        verdicts[fact.line] = planner.line(fact)
    place = {line.line: at for at, line in enumerate(lines)}
    return Plan(
        format=FORMAT,
        rows=tuple(verdicts[line.line] for line in lines),
        notes=notes,
        order=tuple(place[number] for number in [fact.line for fact in facts]),
    )


def _read(lines: Sequence[Line], now: datetime) -> tuple[list[FactLine], dict[int, RowVerdict]]:
    """The facts in order of time, and the verdicts on lines that are none."""
    facts: list[FactLine] = []
    verdicts: dict[int, RowVerdict] = {}
    first: dict[str, int] = {}
    for line in lines:
        try:
            fact = _fact(line, now)
            _only_once(fact, first)
            facts.append(fact)
        except RowRefused as refusal:
            verdicts[line.line] = refused(line.line, _label(line.document), refusal.note)
    return sorted(facts, key=lambda fact: (fact.at, fact.line)), verdicts


def _fact(line: Line, now: datetime) -> FactLine:
    if line.problem is not None or line.document is None:
        problem = line.problem or Note(code="malformed_json", message="The line holds no object.")
        raise RowRefused(problem.code, problem.message, problem.column)
    return fact_line(line.line, line.document, now)


def _only_once(fact: FactLine, first: dict[str, int]) -> None:
    said = repr((fact.at, fact.kind, fact.programme, fact.unit, fact.title, fact.person, fact.detail))
    earlier = first.setdefault(said, fact.line)
    if earlier != fact.line:
        raise RowRefused("duplicate_row", f"The line says the same as line {earlier}; keep one of them.")


def _label(document: dict[str, Any] | None) -> str:
    told = document or {}
    return " ".join(str(told[part])[:100] for part in ("kind", "title") if isinstance(told.get(part), str))


class _Planner:
    def __init__(self, org: UUID, directory: Directory, cause: str, strung: Chains) -> None:
        self._org, self._directory, self._cause, self._strung = org, directory, cause, strung
        wanted = [_wanted(org, directory, chain) for chain in strung.chains]
        bound = bind(wanted, directory.relationships, _may_be_one)
        self._ids = {chain.key: bound.get(at, wanted[at].relationship_id) for at, chain in enumerate(strung.chains)}

    def line(self, fact: FactLine) -> RowVerdict:
        """The verdict on a fact; its events are in the directory afterwards, or none of them."""
        label = f"{fact.kind} {fact.title}".strip()
        link = self._strung.links.get(fact.line)
        if (note := self._strung.refusals.get(fact.line)) is not None:
            return refused(fact.line, label, note)
        try:
            if link is not None:
                self._introduced(link)
            facts = self._facts(fact, link)
            entries.storable(self._org, facts, self._cause)
        except RowRefused as refusal:
            return refused(fact.line, label, refusal.note)
        for one in facts:
            self._directory.take(one.stream, one.occurred_at, one.data)
        return judged(fact.line, label, tuple(facts), link.notes if link else ())

    def _introduced(self, link: Link) -> None:
        """A relationship's life begins with a proposal, an acceptance or a roster's row."""
        begins = link.fact.kind in chains.OPENING
        if not begins and self._ids[link.chain.key] not in self._directory.relationships:
            raise RowRefused(
                "unknown_relationship",
                f"Nothing before this fact speaks of {link.fact.title[:80]!r} in {link.fact.programme!r}: "
                "no proposal, no "
                "acceptance, no row of a roster. Import what comes before, or correct the title.",
                "title",
            )

    def _facts(self, fact: FactLine, link: Link | None) -> list[Fact]:
        """What the fact introduces, and the one event that it is.

        The event alone decides whether it is known already.
        """
        org, directory = self._org, self._directory
        ids = factevents.Ids(
            programme=lambda name: programmes.id_of(org, directory, name),
            person=lambda ref: people.id_by_ref(org, directory, ref),
        )
        if link is None:
            stream, data = factevents.outside_relationships(fact, ids)
        else:
            relationship_id = self._ids[link.chain.key]
            stream, data = (
                f"relationship-{relationship_id}",
                factevents.of_relationship(link, relationship_id, ids),
            )
        if directory.already_said(stream, fact.at, data):
            return []
        return [*self._introductions(fact), Fact(stream=stream, data=data, occurred_at=fact.at)]

    def _introductions(self, fact: FactLine) -> list[Fact]:
        named = [fact.programme]
        if isinstance(fact.detail, Described) and fact.detail.from_programme:
            named.append(fact.detail.from_programme)
        facts = [one for name in named for one in programmes.from_history(self._org, self._directory, name, fact.at)]
        for ref in dict.fromkeys(_refs(fact)):
            facts += people.from_history(self._org, self._directory, ref, fact.at)
        return facts


def _refs(fact: FactLine) -> list[str]:
    """Everybody whom a fact names."""
    refs = [fact.person] if fact.person is not None else []
    match fact.detail:
        case Described() as told:
            return [*refs, *told.mentors, *told.roles]
        case Left() as left:
            return [*refs, *left.swapped_for]
        case _:
            return refs


def _wanted(org: UUID, directory: Directory, chain: Chain) -> Wanted:
    return Wanted(
        relationship_id=natural_id(org, "relationship", chain.key),
        name=chain.name,
        names=frozenset(chain.names),
        mentors=frozenset(people.id_by_ref(org, directory, ref) for ref in chain.refs),
        sub_units=frozenset(chain.sub_units),
        opened_at=chain.opened_at,
        withdrawn=chain.status == "withdrawn",
    )


def _may_be_one(wanted: Wanted, known: KnownRelationship) -> bool:
    """Two proposals are two relationships; a roster's row or a later part of a life has none of its own."""
    return wanted.opened_at is None or not known.opened_at or wanted.opened_at in known.opened_at
