"""What a check says of a bundle: what is proven, what is not, and each fault with its file and position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 100
# Nothing was compared yet: what is wrong may be the key or the path that was given.
UNCHECKED = frozenset(("no_bundle", "bad_vkey", "unknown_algorithm", "no_known_signature", "not_a_witness_key"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. file: within the bundle; position: of the log, None when it is about no one record."""

    code: str
    file: str
    position: int | None
    sentence: str


def counted(number: int, what: str) -> str:
    """A number and what is counted, in the plural where it is not one."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


class Unsound(Exception):
    """A fault after which one file, or the whole bundle, cannot be read further."""

    def __init__(self, code: str, sentence: str, file: str = "", position: int | None = None) -> None:
        super().__init__(sentence)
        self.fault = Fault(code, file, position, sentence)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome in plain words. faults holds the first `MOST`; faults_found counts all."""

    proven: tuple[str, ...]
    not_proven: tuple[str, ...]
    faults: tuple[Fault, ...]
    faults_found: int

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults_found

    @property
    def checked(self) -> bool:
        """Whether there was a bundle and a key that signed it, so that it could be looked at."""
        return not any(fault.code in UNCHECKED for fault in self.faults)


@dataclass(slots=True)
class Findings:
    """Collects what a check finds; progress is told how many records were looked at."""

    progress: Callable[[int], None] = lambda done: None
    proven: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0

    def fault(self, code: str, sentence: str, file: str = "", position: int | None = None) -> None:
        """Note a fault and go on."""
        self.add(Fault(code, file, position, sentence))

    def add(self, fault: Fault) -> None:
        """Note a fault that was raised."""
        self.found += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)

    def verdict(self) -> Verdict:
        """What came out; where something is wrong nothing is called proven."""
        proven = () if self.found else tuple(self.proven)
        return Verdict(proven, tuple(self.not_proven), tuple(self.faults), self.found)
