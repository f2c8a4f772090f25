"""The mailboxes that an organisation names: what they get and when, and what happens when a mail does not go."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from events.errors import SignerRefused, VersionConflict
from events.organisations import create_log, organisations
from events.proof.checkpoint import open_checkpoint, origin_of
from events.subjects.log import LogContinued
from events.subjects.organisation import OrganisationCreated
from projections.effects import FAILED
from projections.waiting import work_waiting
from services.decisions.organisation import CreateOrganisation, SetAnchorMail
from services.pipeline import Fact, Pipeline
from services.streams import log_stream
from tests.anchors.test_rounds import HOUR, newest
from tests.workers.town import Sink, context_on
from workers import jobs
from workers.anchors.errors import AnchorError, AnchorUnavailable
from workers.anchors.mailboxes import Mailed, mail_checkpoints, mailboxes, place_of
from workers.anchors.rounds import Round, anchor_round
from workers.anchors.targets import Targets
from workers.checkpoints import make_checkpoint
from workers.context import Context, provide
from workers.mail.errors import MailDelayed, MailError, MailRefused, MailUnknown
from workers.reports.schedule import planned_key

AUDITOR, FUNDER = "auditor@firm.example", "grants@fund.example"


@pytest.fixture
def context(database, sink, signer) -> Iterator[Context]:
    with context_on(database.service_url, sink) as made:
        yield replace(made, signer=signer)


def now() -> datetime:
    return datetime.now(UTC)


def name(context: Context, org: UUID, *addresses: str) -> None:
    """The organisation names its mailboxes, and the log is signed."""
    context.pipeline.handle(org, SetAnchorMail(organisation_id=str(org), addresses=addresses), actor="test:town")
    make_checkpoint(context, org, now())


def founded(context: Context, *addresses: str, called: str = "Town") -> UUID:
    """An organisation that names these mailboxes, its log signed; called: also what would be refused today."""
    org = uuid4()
    create_log(context.engine, org)
    made = OrganisationCreated(organisation_id=str(org), name=called)
    fact = Fact(stream=f"organisation-{org}", data=made, occurred_at=now())
    context.pipeline.record(org, [fact], actor="test:town")
    name(context, org, *addresses)
    return org


def grow(context: Context, org: UUID) -> None:
    """Something happens in the organisation, and is signed."""
    data = OrganisationCreated(organisation_id=str(uuid4()), name="News")
    context.pipeline.record(
        org, [Fact(stream=f"organisation-{uuid4()}", data=data, occurred_at=now())], actor="test:town"
    )
    make_checkpoint(context, org, now())


def mailed(context: Context, hours: int = 0) -> dict[UUID, Mailed]:
    return mail_checkpoints(context, now() + hours * HOUR, HOUR)


def to(sink: Sink) -> list[str]:
    """Whom the mails went to, in order."""
    return [str(one["To"]) for one in sink.messages]


def notes(context: Context, org: UUID) -> list[tuple[str, int, str]]:
    """(kind, size, place) of each anchor that the organisation's log notes."""
    found = context.log.read(org, types=["log.anchored"])
    return [(one.data.kind, one.data.size, one.data.place) for one in found]


def attachments(message: EmailMessage) -> dict[str, bytes]:
    """The files of a mail as a mail program saves them."""
    return {str(one.get_filename()): one.get_content() for one in message.iter_attachments()}


class Choosy(Sink):
    """A mail server that has a fault with some recipients."""

    def __init__(self, faults: dict[str, MailError]) -> None:
        super().__init__()
        self.faults = faults

    def send(self, message: EmailMessage) -> None:
        if str(message["To"]) in self.faults:
            raise self.faults[str(message["To"])]
        super().send(message)


def test_each_mailbox_gets_the_checkpoint(context, sink, signer):
    """The signed note byte for byte, in a mail to each; the log notes each under the hash of its address."""
    org = founded(context, AUDITOR, FUNDER)
    head = newest(context, org)
    assert {org: Mailed(size=head.size, sent=2, failed=0)} == mailed(context)
    assert [AUDITOR, FUNDER] == to(sink)
    for message in sink.messages:
        files = attachments(message_from_bytes(message.as_bytes(), policy=message.policy))
        assert {"checkpoint": head.note} == files
        text = message.get_body(("plain",)).get_content()
        assert head.note.decode() in text
        assert "mentorledger verify BUNDLE --key KEY" in text
        origin = origin_of(org)
        assert (origin, head.size) == (
            head.origin,
            open_checkpoint(files["checkpoint"], [signer.verifier(origin)]).size,
        )
    places = [sha256(one.encode()).hexdigest() for one in (AUDITOR, FUNDER)]
    assert [("mail", head.size, place) for place in places] == notes(context, org)
    tokens = [one.data.token_sha256 for one in context.log.read(org, types=["log.anchored"])]
    assert [sha256(one.encode()).hexdigest() for one in sink.identities] == tokens


def test_who_names_nobody_gets_no_mail(context, sink):
    """Nothing is sent, noted or kept for an organisation without mailboxes, or whose log is not signed."""
    org = founded(context)
    unsigned = uuid4()
    create_log(context.engine, unsigned)
    context.pipeline.handle(unsigned, CreateOrganisation(organisation_id=str(unsigned), name="New"), actor="test:town")
    naming = SetAnchorMail(organisation_id=str(unsigned), addresses=(AUDITOR,))
    context.pipeline.handle(unsigned, naming, actor="test:town")
    assert {} == mailed(context)
    assert [] == sink.messages
    assert [] == notes(context, org) + notes(context, unsigned)


def test_notes_about_the_log_are_no_news(context, sink):
    """Hours without events cost no mail, though each mail makes the log longer; so too beside other anchors."""
    org = founded(context, AUDITOR)
    both = replace(context, anchors=Targets(mail=("keeper@host.example",)))
    for hour in range(5):
        anchor_round(both, now() + hour * HOUR)
        mailed(both, hour)
        make_checkpoint(context, org, now())
    assert 1 == to(sink).count(AUDITOR)
    assert {"", place_of(AUDITOR)} == {place for _, _, place in notes(context, org)}


def test_news_is_mailed_once_an_hour(context, sink):
    """What happens within the hour waits; then one mail brings all of it, under another Message-ID."""
    org = founded(context, AUDITOR)
    mailed(context)
    grow(context, org)
    assert {} == mailed(context)
    grow(context, org)
    assert {org: Mailed(size=newest(context, org).size, sent=1, failed=0)} == mailed(context, 1)
    assert 2 == len(set(sink.identities))
    assert {} == mailed(context, 2)


def test_no_second_mail_of_one_size(context, sink):
    """Asked at once and again, as by hand: what went out does not go out again."""
    org = founded(context, AUDITOR)
    for _ in range(3):
        mail_checkpoints(context, now(), timedelta())
    assert [AUDITOR] == to(sink)
    assert 1 == len(notes(context, org))


def test_a_further_mailbox_gets_its_first_mail_at_once(context, sink):
    """It does not wait for the hour of the others; one that is no longer named gets none."""
    org = founded(context, AUDITOR)
    mailed(context)
    name(context, org, FUNDER)
    mailed(context)
    grow(context, org)
    mailed(context, 1)
    assert [AUDITOR, FUNDER, FUNDER] == to(sink)


def test_another_spelling_is_the_same_mailbox(context, sink):
    """Letter case alone brings no second mail."""
    org = founded(context, AUDITOR)
    mailed(context)
    name(context, org, AUDITOR.upper())
    assert {} == mailed(context)
    assert [AUDITOR] == to(sink)


@pytest.mark.parametrize("fault", (MailDelayed("a full disk"), MailRefused("no such user"), MailUnknown("cut off")))
def test_a_mail_that_fails_is_told_and_tried_again(context, sink, caplog, fault):
    """In the log file and for the operator, without the address; the next round sends that very mail."""
    org = founded(context, AUDITOR, FUNDER)
    head = newest(context, org)
    faulty = Choosy({AUDITOR: fault})
    with caplog.at_level(logging.WARNING):
        assert {org: Mailed(size=head.size, sent=1, failed=1)} == mailed(replace(context, mail=faulty))
    assert fault.reason in caplog.text
    assert str(org) in caplog.text
    assert AUDITOR not in caplog.text
    assert [FUNDER] == to(faulty)
    assert [f"{fault.code}: {fault.reason}", ""] == [one.fault for one in mailboxes(context, org)]
    (kept,) = context.effects.below(org, "anchor")
    assert (f"anchor/{place_of(AUDITOR)}", FAILED) == (kept.key, kept.state)
    assert {org: Mailed(size=head.size, sent=1, failed=0)} == mailed(context)
    assert [AUDITOR] == to(sink)
    assert ["", ""] == [one.fault for one in mailboxes(context, org)]
    assert [] == context.effects.below(org, "anchor")


def test_a_repeated_try_is_recognised(context, sink):
    """Killed between the mail and its note: the mail that comes again has the Message-ID of the first."""
    org = founded(context, AUDITOR)
    original = Pipeline.record
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Pipeline, "record", _die)
        with pytest.raises(KeyboardInterrupt):
            mailed(context)
    assert original is Pipeline.record
    assert [] == notes(context, org)
    mailed(context)
    assert 2 == len(sink.identities)
    assert 1 == len(set(sink.identities))
    assert 1 == len(notes(context, org))


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_identity_is_of_log_size_and_mailbox(context, sink):
    """Two logs of one size, two mailboxes: four mails that no mail program takes for one another."""
    for _ in range(2):
        founded(context, AUDITOR, FUNDER)
    mailed(context)
    assert 4 == len(set(sink.identities))


def test_a_note_that_somebody_else_precedes_is_made_again(context, sink, monkeypatch):
    """Another note about the log at the same moment: the mail is noted all the same, and not sent twice."""
    org = founded(context, AUDITOR)
    record, conflicts = Pipeline.record, [VersionConflict("It has changed.", stream="s", current=1)] * 2

    def racing(*args, **more):
        if conflicts:
            raise conflicts.pop()
        return record(*args, **more)

    monkeypatch.setattr(Pipeline, "record", racing)
    mailed(context)
    mailed(context)
    assert [AUDITOR] == to(sink)
    assert 1 == len(notes(context, org))


def test_one_organisation_s_failure_stops_no_other(context, sink, monkeypatch, caplog):
    """A mail that is refused, and a log that cannot even be read: the third gets its mail."""
    refused, broken, well = (founded(context, f"{word}@firm.example") for word in ("refused", "broken", "well"))
    latest = context.tree.latest

    def breaking(org, *rest):
        if org == broken:
            raise OSError("It cannot be read.")
        return latest(org, *rest)

    monkeypatch.setattr(context.tree, "latest", breaking)
    faulty = Choosy({"refused@firm.example": MailRefused("no such user")})
    found = mailed(replace(context, mail=faulty))
    assert {refused: (0, 1), well: (1, 0)} == {org: (one.sent, one.failed) for org, one in found.items()}
    assert ["well@firm.example"] == to(faulty)
    assert str(broken) in caplog.text


def test_what_failed_comes_after_all_others(context, monkeypatch):
    """A mail server that is slow for one organisation does not use up the round of those behind it."""
    for _ in range(2):
        founded(context)
    first, second = organisations(context.engine)
    name(context, first, AUDITOR)
    name(context, second, FUNDER)
    mailed(replace(context, mail=Choosy({AUDITOR: MailDelayed("slow")})))
    grow(context, second)
    faulty = Choosy({AUDITOR: MailDelayed("slow")})
    assert [second, first] == list(mailed(replace(context, mail=faulty), 1))
    monkeypatch.setattr("workers.anchors.mailboxes.SECONDS", -1.0)
    assert {} == mailed(context, 1)


def test_a_halted_log_is_not_mailed(context, sink):
    """It could not note the mail; once it takes notes again, it goes out."""
    org = founded(context, AUDITOR)
    context.tree.halt(org, "It was restored.")
    assert {} == mailed(context)
    context.tree.resume(org)
    mailed(context)
    assert [AUDITOR] == to(sink)


def test_a_log_under_a_new_origin_begins_anew(context):
    """The mails of the old origin are of another log: each mailbox gets the first checkpoint of the new one at once."""
    org = founded(context, AUDITOR)
    mailed(context)
    data = LogContinued(old_origin=origin_of(org), new_origin=origin_of(org, 2), size=3, root="0" * 64)
    context.pipeline.record(org, [Fact(stream=log_stream(org), data=data, occurred_at=now())], actor="test:town")
    assert [None] == [one.last for one in mailboxes(context, org)]


def test_the_installation_s_checkpoint_is_enclosed(context, sink, signer):
    """Where the installation's own log names the very checkpoint, its signed head comes along; else it does not."""
    org = founded(context, AUDITOR)
    both = replace(context, anchors=Targets(mail=("keeper@host.example",)))
    anchor_round(both, now())
    head = newest(context, org)
    make_checkpoint(context, org, now())  # a note about the log is behind it already
    mailed(context)
    kept, sent = sink.messages
    files = attachments(sent)
    assert {"checkpoint": head.note} == {name: one for name, one in files.items() if name != "anchored"}
    assert files["anchored"].decode() in kept.get_body(("plain",)).get_content()
    assert files["anchored"].decode() in sent.get_body(("plain",)).get_content()
    grow(context, org)
    mailed(context, 1)
    assert {"checkpoint"} == attachments(sink.messages[-1]).keys()


def test_a_name_puts_nothing_into_the_header(context, sink):
    """An organisation's name comes from people: no line of it becomes a header of its own, and no tag of the page."""
    founded(context, AUDITOR, called="Town\r\nBcc: all@town.example\n\n<b>x</b>")
    mailed(context)
    raw = sink.messages[0].as_bytes()
    assert AUDITOR == str(message_from_bytes(raw)["To"])
    assert message_from_bytes(raw)["Bcc"] is None
    assert "<b>" not in sink.messages[0].get_body(("html",)).get_content()


def test_two_rounds_at_once_send_one_mail(context):
    """Whoever comes second while the first is at it leaves."""
    founded(context, AUDITOR)
    seen: list[dict[UUID, Mailed]] = []

    class Slow(Sink):
        def send(self, message: EmailMessage) -> None:
            seen.append(mailed(context))
            super().send(message)

    mailed(replace(context, mail=Slow()))
    assert [{}] == seen


def test_nothing_is_left_to_do_behind_a_round(context):
    """No effect stays behind: the sweep would look after it for ever. A mailbox that is gone takes its fault along."""
    org = founded(context, AUDITOR)
    mailed(replace(context, mail=Sink(fault=MailRefused("no such user"))))
    assert 1 == len(context.effects.below(org, "anchor"))
    name(context, org)
    mailed(context)
    assert [] == context.effects.below(org, "anchor")
    name(context, org, AUDITOR)
    mailed(context)
    later = now() + timedelta(minutes=2)
    assert [False] == [one.reminders for one in work_waiting(context.engine, later, planned_key(later), signed=False)]


def test_the_job_mails_though_the_installation_s_log_is_stuck(database, signer, sink, monkeypatch):
    """The signer refuses the installation's log: what the organisations have signed goes out all the same."""

    def made() -> Context:
        return next(contexts)

    def refuse(*_: object) -> None:
        raise SignerRefused("It went back.", "went_back", size=9)

    with context_on(database.service_url, sink) as first, context_on(database.service_url, sink) as second:
        org = founded(replace(first, signer=signer), AUDITOR)
        contexts = iter([replace(second, signer=signer)])
        provide(made)
        monkeypatch.setattr(jobs, "anchor_round", refuse)
        with pytest.raises(SignerRefused):
            jobs.anchor_logs("everybody")
        assert [AUDITOR] == to(sink)
        assert 1 == len(notes(first, org))


def test_the_job_logs_who_failed_to_vouch(database, signer, sink, monkeypatch, caplog):
    """Nobody else reads what a round of the worker's answers; who vouched is no news."""
    places: dict[str, AnchorError | None] = {"tsa.example": AnchorUnavailable("It is away."), "witness.example": None}
    monkeypatch.setattr(jobs, "anchor_round", lambda *_: Round(size=1, places=places))
    with context_on(database.service_url, sink) as context:
        provide(lambda: replace(context, signer=signer))
        jobs.anchor_logs("everybody")
    assert [(logging.WARNING, "It is away.")] == [(one.levelno, one.getMessage()) for one in caplog.records]
