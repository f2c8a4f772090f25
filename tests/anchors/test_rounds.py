"""The hourly round: what is noted, signed, vouched for and told, and what happens when servers fail."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from deploy.listening import listen
from deploy.witness.memory import opened_memory
from deploy.witness.server import Server
from deploy.witness.witness import Witness
from events.errors import SignerUnavailable
from events.organisations import create_log, known_platform_log, organisations
from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of, signed
from events.proof.notes import open_note
from events.proof.tree import inclusion_proof, leaf_hash, root_of_inclusion
from events.subjects.organisation import OrganisationCreated
from events.treestore import StoredCheckpoint
from projections.effects import FAILED
from services.pipeline import Fact
from tests.anchors.server import Reply, answering, silent
from tests.anchors.tsa import Tsa
from tests.signing import MemorySigner
from tests.workers.town import Sink, context_on
from workers.anchors.errors import AnchorUnavailable, HistoryDisputed
from workers.anchors.platform import seen_by
from workers.anchors.rounds import Round, anchor_round, anchors_of
from workers.anchors.targets import Targets
from workers.anchors.timestamp import REPLY, Authority
from workers.anchors.witness import WitnessAddress, cosign
from workers.checkpoints import make_checkpoint
from workers.context import Context
from workers.mail.errors import MailDelayed

HOUR = timedelta(hours=1)
BOX = "auditor@firm.example"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory) -> Tsa:
    return Tsa(tmp_path_factory.mktemp("rounds") / "tsa")


@pytest.fixture
def context(database, sink, signer) -> Iterator[Context]:
    with context_on(database.service_url, sink) as made:
        yield replace(made, signer=signer, anchors=Targets(mail=(BOX,)))


def now() -> datetime:
    return datetime.now(UTC)


def grown(context: Context, org: UUID | None = None, events: int = 1) -> UUID:
    """An organisation whose log has grown and is signed."""
    org = org or uuid4()
    create_log(context.engine, org)
    data = OrganisationCreated(organisation_id=str(org), name="Town")
    facts = [Fact(stream=f"organisation-{uuid4()}", data=data, occurred_at=now()) for _ in range(events)]
    context.pipeline.record(org, facts, actor="test:town")
    make_checkpoint(context, org, now())
    return org


def platform_of(context: Context) -> UUID:
    found = known_platform_log(context.engine)
    assert found is not None
    return found


def head_of(context: Context) -> StoredCheckpoint:
    """The newest checkpoint of the installation's log."""
    return newest(context, platform_of(context))


def newest(context: Context, org: UUID) -> StoredCheckpoint:
    found = context.tree.latest(org)
    assert found is not None
    return found


def round_of(context: Context, hours: int = 0) -> Round:
    found = anchor_round(context, now() + hours * HOUR)
    assert found is not None
    return found


def anchored(context: Context, org: UUID) -> dict[str, int]:
    """What the organisation's own log says: the size that each sort of outsider has vouched for."""
    known = context.queries.one(org, f"log-{org}")
    return {} if known is None else {kind: head.size for kind, head in known.state.anchored.items()}


@contextmanager
def witnessed_by(folder, signer: MemorySigner, platform: UUID) -> Iterator[WitnessAddress]:
    """A witness of ours that was told of the installation's log."""
    origin = origin_of(platform)
    with opened_memory(folder, None) as memory, listen("127.0.0.1", 0) as listener:
        server = Server(Witness(memory, {origin: [signer.verifier(origin)]}, lambda: now().timestamp()), listener)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield WitnessAddress.of(f"http://127.0.0.1:{server.server_address[1]}#{memory.cosigner.vkey}")
        server.shutdown()


def test_without_targets_nothing_is_begun(context):
    """An installation that anchors nothing has no log of its own."""
    grown(context)
    assert anchor_round(replace(context, anchors=Targets()), now()) is None
    assert known_platform_log(context.engine) is None


def test_without_a_checkpoint_nothing_is_anchored(context, sink):
    """What was not signed is not vouched for."""
    create_log(context.engine, uuid4())
    assert anchor_round(context, now()) is None
    assert [] == sink.messages


def test_one_anchor_serves_every_organisation(context, sink):
    """One mail, whose checkpoint covers a leaf for each log; each log is told which of its sizes that proves."""
    orgs = {grown(context, events=size): size for size in (1, 2, 3)}
    sizes = {org: newest(context, org).size for org in orgs}
    assert {BOX: None} == round_of(context).places
    assert 1 == len(sink.messages)
    assert {org: {"mail": size} for org, size in sizes.items()} == {org: anchored(context, org) for org in orgs}


def test_the_installation_s_log_is_no_organisation(context):
    """It is in no list of organisations, so nothing that is done for each of them is done for it."""
    org = grown(context)
    round_of(context)
    assert [org] == organisations(context.engine)


def test_an_organisation_s_head_is_proven_by_what_was_mailed(context, sink, signer):
    """From the mail alone, with the records of the installation's log: signature, inclusion, the head that was seen."""
    org = grown(context)
    round_of(context)
    mailed = sink.messages[0].get_body(("plain",)).get_content()
    platform = platform_of(context)
    note = head_of(context).note
    assert all(line in mailed for line in note.decode().splitlines() if line)
    head = open_checkpoint(note, [signer.verifier(origin_of(platform))])
    seen = seen_by(context, platform)[org]
    record = context.log.record_bytes(platform, seen.position)
    proof = inclusion_proof(seen.position, head.size, context.tree.hash_at(platform, head.size))
    assert head.root == root_of_inclusion(leaf_hash(record), seen.position, head.size, proof)
    assert origin_of(org).encode() in record
    assert seen.state.root.encode() in record


def test_a_log_under_a_new_origin_is_seen_anew(context):
    """However small it is: what was seen of the old origin says nothing about the new one."""
    org = grown(context)
    round_of(context)
    context.tree.halt(org, "It went back.")
    context.tree.begin_origin(org, 2)
    make_checkpoint(context, org, now())
    round_of(context, 1)
    assert f"{origin_of(org)}/2" == seen_by(context, platform_of(context))[org].state.origin


def test_an_idle_installation_anchors_nothing_more(context, sink):
    """The notes about anchors are no reason for the next anchor: hours without events cost nothing."""
    org = grown(context)
    first = round_of(context)
    for hour in range(1, 4):
        make_checkpoint(context, org, now())  # the log grew by its own note
        assert first == round_of(context, hour)
    assert 1 == len(sink.messages)


def test_an_hour_passes_between_two_anchors(context, sink):
    """What happens within the hour waits for it, and then is anchored."""
    org = grown(context)
    first = round_of(context)
    grown(context, org)
    assert first == round_of(context)
    assert first.size < round_of(context, 1).size
    assert 2 == len(sink.messages)
    assert {"mail": newest(context, org).size} == anchored(context, org)


def test_a_time_stamp_is_kept_and_holds(context, tsa, tmp_path):
    """The kept token is verified by openssl over the signed checkpoint; its hash is in each organisation's log."""
    org = grown(context)
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        authority = Authority.of(url, tsa.roots)
        assert {"127.0.0.1": None} == round_of(replace(context, anchors=Targets(authority=authority))).places
    platform = platform_of(context)
    token = base64.b64decode(anchors_of(context, platform)["127.0.0.1"].token)
    note = head_of(context).note
    assert abs(authority.roots(token, note)[0] - now()) < timedelta(minutes=1)
    assert "Verification: OK" in tsa.verify(token, note)
    told = context.log.read(org, types=["log.anchored"])
    assert [sha256(token).hexdigest()] == [one.data.token_sha256 for one in told]


def test_a_witness_sees_each_head_continue_the_last(context, signer, tmp_path):
    """Two hours, two cosignatures that hold over the checkpoints of the installation's log."""
    org = grown(context)
    round_of(context)
    platform = platform_of(context)
    with witnessed_by(tmp_path, signer, platform) as address:
        watched = replace(context, anchors=Targets(witnesses=(address,)))
        for hour in range(2):
            grown(context, org)
            assert {address.verifier.name: None} == round_of(watched, hour).places
            head, given = head_of(context), anchors_of(context, platform)[address.verifier.name]
            assert head.size == given.size
            opened = open_note(head.note + given.token.encode(), [address.verifier])
            assert [address.verifier.name] == [one.name for one in opened.verified]


def test_a_restored_installation_cannot_get_a_second_history_witnessed(context, signer, sink, tmp_path):
    """Database and signer went back together; the witness remembers, the operator is told, once, and appends go on."""
    grown(context)
    round_of(context)
    platform = platform_of(context)
    key = signer.key(origin_of(platform))
    with witnessed_by(tmp_path, signer, platform) as address:
        cosign(address, signed(Checkpoint(key.name, 50, bytes(32)), [key]), 0, lambda old: [])
        watched = replace(context, anchors=Targets(witnesses=(address,)), alerts="operator@firm.example")
        faults = [round_of(watched).places[address.verifier.name] for _ in range(2)]
    assert [HistoryDisputed, HistoryDisputed] == [type(one) for one in faults]
    assert ["A witness disputes the log"] == [str(one["Subject"]) for one in sink.messages[1:]]
    (kept,) = [one for one in context.effects.below(platform, "anchor") if one.state == FAILED]
    assert kept.note.startswith("history_disputed: ")
    grown(context)


def test_one_failing_target_stops_no_other(context, sink, tsa):
    """The authority is away: the mail goes out, the fault is kept for the operator, and the next round asks again."""
    org = grown(context)
    with silent() as url:
        authority = Authority.of(url, tsa.roots)
        both = replace(context, anchors=Targets(authority=authority, mail=(BOX,)))
        fault = round_of(both).places["127.0.0.1"]
    assert isinstance(fault, AnchorUnavailable)
    platform = platform_of(context)
    kept = context.effects.below(platform, "anchor")
    assert [("anchor/127.0.0.1", FAILED)] == [(one.key, one.state) for one in kept if one.state == FAILED]
    assert {"mail"} == anchored(context, org).keys()
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        both = replace(context, anchors=Targets(authority=Authority.of(url, tsa.roots), mail=(BOX,)))
        assert {"127.0.0.1": None, BOX: None} == round_of(both).places
    assert {"mail", "tsa"} == anchored(context, org).keys()
    assert 1 == len(sink.messages)


def test_a_mail_that_is_delayed_is_sent_later(context):
    """The same mail, once the server takes it."""
    grown(context)
    faulty = replace(context, mail=Sink(fault=MailDelayed("a full disk")))
    assert isinstance(round_of(faulty).places[BOX], AnchorUnavailable)
    assert {BOX: None} == round_of(context).places


def test_without_the_signer_the_round_waits(context, sink, monkeypatch, signer):
    """What was noted while the signer was away is signed and anchored by the next round, before the hour is over."""
    grown(context)

    def away(*_: object) -> None:
        raise SignerUnavailable("The signer cannot be reached.")

    with monkeypatch.context() as patched:
        patched.setattr(signer, "state", away)
        with pytest.raises(SignerUnavailable):
            anchor_round(context, now())
    assert {BOX: None} == round_of(context).places
    assert 1 == len(sink.messages)


def test_a_halted_log_stops_no_other(context):
    """A log that takes nothing is not told; the others are, and it is once it takes notes again."""
    halted, other = grown(context), grown(context)
    context.tree.halt(halted, "It was restored.")
    round_of(context)
    assert set() == anchored(context, halted).keys()
    assert {"mail"} == anchored(context, other).keys()
    context.tree.resume(halted)
    round_of(context)
    assert {"mail"} == anchored(context, halted).keys()


def test_a_round_that_was_cut_off_is_finished_by_the_next(context, monkeypatch, sink):
    """Killed between any two steps: in the end one mail per head, and one note in each log."""
    org = grown(context)
    steps = (
        "workers.anchors.rounds.signed_head",
        "workers.anchors.rounds.all_of",
        "workers.anchors.rounds._vouched",
        "workers.anchors.rounds._tell",
        "workers.anchors.rounds._note",
    )
    for step in steps:
        with monkeypatch.context() as patched:
            patched.setattr(step, _die)
            with pytest.raises(KeyboardInterrupt):
                anchor_round(context, now())
    assert {BOX: None} == round_of(context).places
    assert 1 == len(sink.messages)
    assert 1 == len(context.log.read(org, types=["log.anchored"]))


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_two_rounds_at_once_are_one(context, sink):
    """Whoever comes second while the first is at it leaves."""
    grown(context)
    seen: list[Round | None] = []

    class Slow(Sink):
        def send(self, message) -> None:
            seen.append(anchor_round(context, now()))
            super().send(message)

    round_of(replace(context, mail=Slow()))
    assert [None] == seen
