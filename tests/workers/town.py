"""A small organisation with a past: one pair that is late with everything, written into a log of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine

from events.event import AnyRecorded, Event
from events.log import Log
from events.organisations import create_log
from events.subjects.feedback import FeedbackGiven
from events.subjects.goal import GoalSet
from events.subjects.organisation import OrganisationCreated
from events.subjects.person import PersonRegistered
from events.subjects.programme import Policy, ProgrammeCreated, ProgrammeOpened
from events.subjects.relationship import Registered
from events.subjects.session import Commitment, SessionHeld
from events.tenancy import make_engine
from events.treestore import TreeStore
from projections.effects import Effects
from projections.engine import Views
from projections.queries import Queries
from services.pipeline import Fact, Pipeline
from workers.context import Context
from workers.mail.outbox import Outbox
from workers.mail.sender import Sender

NOW = datetime.now(UTC)
SENDER = "mentoring@town.test"


def ago(days: float) -> datetime:
    """A moment before the tests began."""
    return NOW - timedelta(days=days)


class Sink:
    """A way out for mail that keeps what it got; fault: what it raises instead."""

    def __init__(self, *, repeatable: bool = False, fault: Exception | None = None) -> None:
        self.repeatable = repeatable
        self.fault = fault
        self.messages: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)

    @property
    def identities(self) -> list[str]:
        return [str(one["Message-ID"]) for one in self.messages]


@contextmanager
def context_on(service_url: str, mail: Sender, pool_size: int = 10) -> Iterator[Context]:
    """What a job works with, over a test's database."""
    engine = make_engine(service_url, pool_size=pool_size)
    try:
        yield context_of(engine, mail)
    finally:
        engine.dispose()


def context_of(engine: Engine, mail: Sender) -> Context:
    log = Log(engine)
    return Context(
        engine=engine,
        log=log,
        pipeline=Pipeline(log),
        queries=Queries(engine, log),
        views=Views(engine),
        effects=Effects(engine),
        tree=TreeStore(engine),
        mail=mail,
        sender=SENDER,
    )


def with_mail(context: Context, mail: Sender) -> Context:
    """The same context with another way out."""
    return replace(context, mail=mail)


def outbox_context(service_url: str, folder: str) -> Context:
    """For a job in a process of its own, which gets addresses only."""
    return context_of(make_engine(service_url, pool_size=3), Outbox(Path(folder)))


@dataclass
class Town:
    """One organisation: a programme, a mentor, a mentee, their relationship."""

    context: Context
    org: UUID = field(default_factory=uuid4)
    programme: str = field(default_factory=lambda: str(uuid4()))
    mentor: str = field(default_factory=lambda: str(uuid4()))
    mentee: str = field(default_factory=lambda: str(uuid4()))
    relationship: str = field(default_factory=lambda: str(uuid4()))

    @property
    def stream(self) -> str:
        return f"relationship-{self.relationship}"

    def record(self, stream: str, *events: tuple[Event, datetime]) -> None:
        """Take facts over as they happened."""
        facts = [Fact(stream=stream, data=data, occurred_at=at) for data, at in events]
        self.context.pipeline.record(self.org, facts, actor="operator:test")

    def events(self, type_: str | None = None) -> list[AnyRecorded]:
        """What the log holds, of one type or all."""
        return self.context.log.read(self.org, types=None if type_ is None else [type_])

    def reminders(self) -> list[AnyRecorded]:
        """The outcomes recorded so far."""
        return [one for one in self.events() if one.type.startswith("reminder.")]


def found(context: Context, *, emails: bool = True, report_every: str = "none", like: Town | None = None) -> Town:
    """A new organisation whose pair was registered 60 days ago and never met; like: one with the same ids."""
    town = Town(context) if like is None else replace(like, context=context, org=uuid4())
    create_log(context.engine, town.org)
    town.record(
        f"organisation-{town.org}",
        (OrganisationCreated(organisation_id=str(town.org), name="Town"), ago(90)),
    )
    policy = Policy(cadence_days=14, feedback_days=7, report_every=report_every)
    town.record(
        f"programme-{town.programme}",
        (ProgrammeCreated(programme_id=town.programme, name="Craft", policy=policy), ago(90)),
        (ProgrammeOpened(), ago(90)),
    )
    for person, name in ((town.mentor, "Ada Okafor"), (town.mentee, "Bo Lindqvist")):
        email = f"{name.split()[0].lower()}@town.test" if emails else None
        registered = PersonRegistered(person_id=person, name=name, email=email, zone="Europe/Stockholm")
        town.record(f"person-{person}", (registered, ago(80)))
    town.record(town.stream, (registered_pair(town), ago(60)))
    return town


def registered_pair(town: Town) -> Registered:
    return Registered(
        relationship_id=town.relationship,
        programme_id=town.programme,
        mentors=(town.mentor,),
        mentees=(town.mentee,),
        title="Parser",
    )


def late_town(context: Context, *, emails: bool = True, report_every: str = "none", like: Town | None = None) -> Town:
    """An organisation whose pair owes a session, a commitment, a goal and an answer: four causes, six mails."""
    town = found(context, emails=emails, report_every=report_every, like=like)
    promise = Commitment(
        commitment_id=str(uuid4()), owner=town.mentee, text="Write the failing test", due_on=ago(20).date()
    )
    town.record(
        town.stream,
        (
            SessionHeld(
                session_id=str(uuid4()),
                started_at=ago(30),
                ended_at=ago(30) + timedelta(minutes=45),
                commitments=(promise,),
            ),
            ago(30),
        ),
        (GoalSet(goal_id=str(uuid4()), specific="Land one patch", due_on=ago(10).date()), ago(40)),
        (
            FeedbackGiven(
                feedback_id=str(uuid4()),
                giver=town.mentor,
                receiver=town.mentee,
                sort="praise",
                text="secret",
                about="the review",
            ),
            ago(25),
        ),
    )
    return town


def outcomes(recorded: Sequence[AnyRecorded]) -> list[tuple[str, str]]:
    """(type, sort) of reminders, sorted."""
    return sorted((one.type, one.data.sort) for one in recorded)
