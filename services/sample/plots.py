"""How a life goes, as far as it is decided beforehand: forty plots that reach every status, stage and outcome."""

from __future__ import annotations

from dataclasses import dataclass

ENGINEERING, RETURNERS, SCHOOL = "engineering", "returners", "school"
# How a proposal is answered; everything but ACCEPTED ends the life there.
ACCEPTED, WAITING, ALONE, DECLINED, TAKEN_BACK, UNANSWERED = (
    "accepted", "waiting", "alone", "declined", "taken_back", "unanswered",
)  # fmt: skip  # one line per meaning
# What is late today, so that a reminder is due.
SILENT, COMMITMENT, GOAL, FEEDBACK = "silent", "commitment", "goal", "feedback"
# What else happens on the way.
SWAPPED, JOINED, PAUSED, RESUMED, UNFIT, LEFT_EARLY, MISPLACED = (
    "swapped", "joined", "paused", "resumed", "unfit", "left_early", "misplaced",
)  # fmt: skip  # as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One life: it began so many days ago, and its parting is proposed so many days ago (negative: ahead)."""

    kind: str
    began: int
    parted: int = -60
    answer: str = ACCEPTED
    late: str = ""
    twist: str = ""


def _engineering() -> tuple[Plot, ...]:
    def plot(began: int, parted: int = -60, *, answer: str = ACCEPTED, late: str = "", twist: str = "") -> Plot:
        return Plot(kind=ENGINEERING, began=began, parted=parted, answer=answer, late=late, twist=twist)

    return (
        plot(9, answer=WAITING),
        plot(3, answer=WAITING),
        plot(210, answer=DECLINED),
        plot(95, answer=DECLINED),
        plot(150, answer=TAKEN_BACK),
        plot(230, answer=UNANSWERED),
        plot(10),
        plot(7),
        plot(205, late=COMMITMENT),
        plot(160, twist=MISPLACED),
        plot(120),
        plot(135, late=GOAL),
        plot(110, late=SILENT),
        plot(230, twist=SWAPPED),
        plot(190, 6),
        plot(270, 60),
        plot(265, 95),
        plot(200, 110, twist=LEFT_EARLY),
        plot(150, 100, twist=UNFIT),
    )


def _returners() -> tuple[Plot, ...]:
    def plot(began: int, parted: int = -60, *, answer: str = ACCEPTED, late: str = "", twist: str = "") -> Plot:
        return Plot(kind=RETURNERS, began=began, parted=parted, answer=answer, late=late, twist=twist)

    return (
        plot(12, answer=ALONE),
        plot(11),
        plot(185, twist=JOINED),
        plot(150, late=FEEDBACK),
        plot(170, twist=SWAPPED),
        plot(190, twist=RESUMED),
        plot(205, 6),
        plot(210, 50),
        plot(140, twist=PAUSED),
    )


def _school() -> tuple[Plot, ...]:
    def plot(began: int, parted: int = -60, *, answer: str = ACCEPTED, late: str = "", twist: str = "") -> Plot:
        return Plot(kind=SCHOOL, began=began, parted=parted, answer=answer, late=late, twist=twist)

    return (
        plot(5, answer=WAITING),
        plot(60, answer=DECLINED),
        plot(10),
        plot(8),
        plot(75, late=SILENT),
        plot(100, twist=MISPLACED),
        plot(90, late=COMMITMENT),
        plot(105, twist=RESUMED),
        plot(125, 6),
        plot(330, 215),
        plot(280, 170),
        plot(240, 190, twist=LEFT_EARLY),
    )


PLOTS = (*_engineering(), *_returners(), *_school())
