"""Whose life a fact belongs to: the facts of one file, by time, strung into one chain per relationship.

Nothing but the file is looked at, so the same file gives the same chains whatever is known already. A fact
finds its chain by what it calls it:

1. the programme, unit and title that a chain goes by at that moment;
2. the title alone, when one chain of the programme has it (units are written in several ways);
3. a title that a chain had before.

`proposed` begins a chain; so does `accepted` when the source says that there was no proposal and no chain has
the name. A revision that renames, an acceptance under a new title (`was_title`) and a move are followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.imports.factdetails import OF_PROGRAMME, Changes, Described
from services.imports.factlines import FactLine
from services.imports.keys import Name, folded
from services.imports.verdicts import Note, RowRefused

OPENING = {"proposed", "accepted"}


@dataclass(kw_only=True, eq=False)
class Chain:
    """One relationship as the file tells it.

    key: its natural key, the same whenever the facts are; name: what it goes by now; opened_at: when its
    first proposal or acceptance in the file was; unit: as written last.
    """

    key: str
    name: Name
    unit: str
    names: list[Name] = field(default_factory=list)
    sub_units: set[str] = field(default_factory=set)
    refs: set[str] = field(default_factory=set)
    opened_at: datetime | None = None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fact with its chain; drifted: the fact gives another unit than the chain had; notes for the row."""

    fact: FactLine
    chain: Chain
    drifted: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(kw_only=True)
class Chains:
    """All chains of a file, and the fact lines with their chain or their refusal."""

    chains: list[Chain] = field(default_factory=list)
    links: dict[int, Link] = field(default_factory=dict)
    refusals: dict[int, Note] = field(default_factory=dict)


def string(facts: Iterable[FactLine]) -> Chains:
    """The chains of the facts about relationships, which come in order of time.

    Keys of the result are line numbers.
    """
    index = _Index()
    for fact in facts:
        if fact.kind in OF_PROGRAMME or fact.kind == "contact_corrected":
            continue
        try:
            index.result.links[fact.line] = index.take(fact)
        except RowRefused as refusal:
            index.result.refusals[fact.line] = refusal.note
    return index.result


class _Index:
    def __init__(self) -> None:
        self.result = Chains()
        self._now: dict[tuple[str, str], list[Chain]] = defaultdict(list)
        self._ever: dict[tuple[str, str], list[Chain]] = defaultdict(list)

    def take(self, fact: FactLine) -> Link:
        chain, notes = self._find(fact)
        chain = chain or self._begin(fact)
        drifted = fact.name.unit != folded(chain.unit)
        self._call(chain, fact)
        _live(chain, fact)
        return Link(fact=fact, chain=chain, drifted=drifted, notes=tuple(notes))

    def _find(self, fact: FactLine) -> tuple[Chain | None, list[Note]]:
        """The chain that the fact continues, None when it begins one."""
        match fact.kind:
            case "proposed":
                return self._proposed(fact)
            case "accepted":
                return self._accepted(fact)
            case "moved":
                return self._seek(fact.name._replace(programme=folded(fact.detail.from_programme)))
            case "revised":
                return self._revised(fact)
            case _:
                return self._seek(fact.name)

    def _proposed(self, fact: FactLine) -> tuple[Chain | None, list[Note]]:
        same = [one for one in self._exact(fact.name) if one.status != "withdrawn"]
        waiting = [one for one in same if one.opened_at is None]
        if waiting:
            return waiting[0], []
        return None, [_twice(fact)] if same else []

    def _accepted(self, fact: FactLine) -> tuple[Chain | None, list[Note]]:
        told: Described = fact.detail
        if told.was_title:
            found, notes = self._seek(fact.name._replace(title=folded(told.was_title)))
            if found is not None:
                return found, notes
        if not told.without_proposal:
            return self._seek(fact.name)
        same = [one for one in self._exact(fact.name) if one.status != "withdrawn"]
        note = Note(
            code="listed_twice",
            message="The programme lists this title a second time; it is taken as one, accepted again.",
        )
        return (same[-1], [note]) if same else (None, [])

    def _revised(self, fact: FactLine) -> tuple[Chain | None, list[Note]]:
        before = _former_name(fact)
        if before == fact.name:
            return self._seek(fact.name)
        renamed_already = [one for one in self._exact(fact.name) if before in one.names]
        if renamed_already:
            return renamed_already[-1], []
        found, notes = self._seek(before)
        return (found, notes) if found is not None else self._seek(fact.name)

    def _seek(self, name: Name) -> tuple[Chain | None, list[Note]]:
        for known in (self._now, self._ever):
            of_title = known[name.programme, name.title]
            exact = [one for one in of_title if any(called[1:] == name[1:] for called in one.names)]
            found = _running(exact) or _running(of_title)
            if exact:
                note = [_several(len(found))] if len(found) > 1 else []
                return found[-1], note
            if len(found) > 1:
                raise RowRefused(
                    "ambiguous_title",
                    f"{len(found)} relationships of the programme have this title, none of them in this "
                    "unit; correct the unit.",
                    "unit",
                )
            if found:
                return found[0], []
        return None, []

    def _exact(self, name: Name) -> list[Chain]:
        return [one for one in self._now[name.programme, name.title] if one.name.unit == name.unit]

    def _begin(self, fact: FactLine) -> Chain:
        key = "/".join((*fact.name, fact.at.isoformat()))
        number = sum(one.key.partition("#")[0] == key for one in self._ever[fact.name.programme, fact.name.title])
        chain = Chain(key=f"{key}#{number}" if number else key, name=fact.name, unit=fact.unit)
        self.result.chains.append(chain)
        return chain

    def _call(self, chain: Chain, fact: FactLine) -> None:
        """The chain goes by the fact's name from now on."""
        key = (fact.name.programme, fact.name.title)
        former = (chain.name.programme, chain.name.title)
        if chain in self._now[former]:
            self._now[former].remove(chain)
        self._now[key].append(chain)
        if chain not in self._ever[key]:
            self._ever[key].append(chain)
        if fact.name not in chain.names:
            chain.names.append(fact.name)
        chain.name, chain.unit = fact.name, fact.unit


def _running(chains: list[Chain]) -> list[Chain]:
    """Those that were not withdrawn, or all of them when every one was."""
    return [one for one in chains if one.status != "withdrawn"] or chains


def _live(chain: Chain, fact: FactLine) -> None:
    """The chain after the fact, as far as finding chains needs it."""
    if chain.opened_at is None and (fact.kind == "proposed" or _without_proposal(fact)):
        chain.opened_at = fact.at
    match fact.kind:
        case "proposed" | "accepted" | "withdrawn":
            chain.status = fact.kind
        case "acceptance_undone":
            chain.status = "proposed"
        case "moved":
            chain.status = fact.detail.to_stage
        case "reinstated":
            chain.status = fact.detail.stage
        case "mentor_added":
            chain.refs.add(fact.person or "")
        case _:
            pass
    match fact.detail:
        case Described() as told:
            chain.refs.update(told.mentors)
            chain.sub_units.update({folded(told.sub_unit)} - {""})
        case Changes() as revision if "sub_unit" in revision.changes:
            chain.sub_units.add(folded(str(revision.changes["sub_unit"].to)))
        case _:
            pass


def _without_proposal(fact: FactLine) -> bool:
    return fact.kind == "accepted" and fact.detail.without_proposal


def _former_name(fact: FactLine) -> Name:
    """What the relationship was called before a revision."""
    name = fact.name
    for field_name, change in fact.detail.changes.items():
        if field_name in ("unit", "title") and isinstance(change.was, str):
            name = name._replace(**{field_name: folded(change.was)})
    return name


def _twice(fact: FactLine) -> Note:
    message = f"Another proposal of the programme has the title {fact.title[:80]!r} too; they are kept as two."
    return Note(code="same_title_twice", message=message, column="title")


def _several(count: int) -> Note:
    message = f"{count} relationships have this name; the one that came last was taken."
    return Note(code="same_title_twice", message=message, column="title")
