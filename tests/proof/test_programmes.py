from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.programmes import (
    Membership,
    Memberships,
    ProgrammeProof,
    check_programme_proof,
    programme_head,
    programme_of,
    programmes_root,
    prove_programme,
)
from events.proof.streams import StreamHead, streams_root
from events.proof.tree import EMPTY_ROOT, leaf_hash, node_hash
from tests.proof.naive import leaf

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=4)
MEMBERS = sorted(
    (f"p{programme}", f"relationship-{programme}{number}") for programme in range(5) for number in range(programme + 1)
)
ROOT = programmes_root(MEMBERS)
SOUND = prove_programme(MEMBERS, "p3")


def code_of(proof: ProgrammeProof, programme: str = "p3", root: bytes = ROOT) -> str:
    """What a proof is refused for."""
    with pytest.raises(ProofError) as refused:
        check_programme_proof(proof, programme, root)
    return refused.value.code


def test_a_leaf_is_a_programme_with_the_root_of_its_streams() -> None:
    """A tree (RFC 9162) over the names of its streams; then id, number and root, as in the head of a stream."""
    inner = node_hash(leaf_hash(b"enrolment-1\n"), leaf_hash(b"programme-p\n"))
    head = programme_head("p", ["enrolment-1", "programme-p"])
    assert StreamHead("p", 2, inner) == head
    assert f"p\n2\n{inner.hex()}\n".encode() == head.data
    assert leaf_hash(head.data) == programmes_root([("p", "enrolment-1"), ("p", "programme-p")])
    assert EMPTY_ROOT == programmes_root([])


@given(st.sets(st.tuples(NAMES, NAMES), max_size=30))
def test_all_streams_of_every_programme_are_proven(pairs: set[Membership]) -> None:
    """Whatever belongs to what, in any alphabet: the proof shows exactly the streams of the programme."""
    members = sorted(pairs)
    root = programmes_root(members)
    for programme in {one for one, _ in members}:
        proof = prove_programme(iter(members), programme)
        assert tuple(stream for one, stream in members if one == programme) == proof.streams
        check_programme_proof(proof, programme, root)


@given(st.sets(st.tuples(NAMES, NAMES), min_size=1, max_size=30), st.data())
def test_one_membership_less_or_elsewhere_is_another_root(pairs: set[Membership], data: st.DataObject) -> None:
    """A stream that is left out, or put under another programme, comes to a root of its own: nothing proven is."""
    members = sorted(pairs)
    programme, stream = data.draw(st.sampled_from(members))
    moved = (data.draw(NAMES.filter(lambda name: (name, stream) not in pairs)), stream)
    sound, root = prove_programme(members, programme), programmes_root(members)
    less = [one for one in members if one != (programme, stream)]
    for lied in (less, sorted([*less, moved])):
        assert root != programmes_root(lied)
        assert code_of(sound, programme, programmes_root(lied)) == "bad_inclusion"


CHANGES: dict[str, tuple[Callable[[ProgrammeProof], ProgrammeProof], str]] = {
    "cut at the start": (lambda one: replace(one, streams=one.streams[1:]), "bad_inclusion"),
    "cut at the end": (lambda one: replace(one, streams=one.streams[:-1]), "bad_inclusion"),
    "cut in the middle": (lambda one: replace(one, streams=one.streams[:1] + one.streams[2:]), "bad_inclusion"),
    "one more": (lambda one: replace(one, streams=(*one.streams, "x")), "bad_inclusion"),
    "one renamed": (lambda one: replace(one, streams=(*one.streams[:-1], "x")), "bad_inclusion"),
    "one twice": (lambda one: replace(one, streams=(*one.streams, one.streams[-1])), "bad_programme_proof"),
    "out of order": (lambda one: replace(one, streams=one.streams[::-1]), "bad_programme_proof"),
    "two in one name": (lambda one: replace(one, streams=("\n".join(one.streams),)), "bad_programme_proof"),
    "no stream": (lambda one: replace(one, streams=()), "bad_programme_proof"),
    "of another programme": (lambda one: prove_programme(MEMBERS, "p2"), "bad_programme_proof"),
    "another's streams": (lambda one: replace(prove_programme(MEMBERS, "p2"), programme="p3"), "bad_inclusion"),
    "another index": (lambda one: replace(one, index=one.index - 1), "bad_inclusion"),
    "an index that cannot be": (lambda one: replace(one, index=-1), "bad_inclusion"),
    "another size": (lambda one: replace(one, size=one.size - 1), "bad_inclusion"),
    "a hash less": (lambda one: replace(one, proof=one.proof[:-1]), "bad_inclusion"),
    "a hash changed": (lambda one: replace(one, proof=(leaf(1), *one.proof[1:])), "bad_inclusion"),
    "half a hash": (lambda one: replace(one, proof=(one.proof[0][:16], *one.proof[1:])), "bad_inclusion"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_proof_is_refused(change: str) -> None:
    """Cut, lengthened, out of order, of something else: by its code."""
    changed, code = CHANGES[change]
    check_programme_proof(SOUND, "p3", ROOT)
    assert code == code_of(changed(SOUND))


def test_a_programme_without_streams_has_no_proof() -> None:
    """Whoever asks for one is told."""
    for members in (MEMBERS, []):
        with pytest.raises(ProofError) as refused:
            prove_programme(members, "p9")
        assert "unknown_programme" == refused.value.code


@pytest.mark.parametrize(
    ("members", "code"),
    (
        ([("a", "2"), ("a", "1")], "bad_programmes"),
        ([("a", "1"), ("a", "1")], "bad_programmes"),
        ([("a", "1\n2")], "bad_programmes"),
        ([("a", "")], "bad_programmes"),
        ([("b", "1"), ("a", "1")], "bad_streams"),
        ([("a", "1"), ("b", "1"), ("a", "2")], "bad_streams"),
        ([("a\nb", "1")], "bad_streams"),
        ([("", "1")], "bad_streams"),
    ),
)
def test_memberships_out_of_order_or_that_cannot_be_are_refused(members: list[Membership], code: str) -> None:
    """A programme that came twice could show half of its streams each time."""
    with pytest.raises(ProofError) as refused:
        programmes_root(members)
    assert code == refused.value.code


@pytest.mark.parametrize(
    ("stream", "data", "programme"),
    (
        ("relationship-1", {"programme_id": "p"}, "p"),
        ("enrolment-1", {"programme_id": "p"}, "p"),
        ("programme-p", {"name": "Spring"}, "p"),
        ("programme-p", {"programme_id": "q"}, "p"),
        ("relationship-1", {"percent": 3}, None),
        ("relationship-1", {"programme_id": ""}, None),
        ("relationship-1", {"programme_id": 7}, None),
        ("relationship-1", {"programme_id": "p\nq"}, None),
        ("relationship-1", ["programme_id"], None),
        ("relationship-1\n", {"programme_id": "p"}, None),
        ("programme-", {"programme_id": "p"}, None),
        ("person-1", {"programme_id": "p"}, None),
    ),
)
def test_which_programme_a_record_names(stream: str, data: object, programme: str | None) -> None:
    """Those within a programme say it in their data; the programme's own stream says it by its name."""
    assert programme == programme_of(stream, data)


def test_a_stream_belongs_to_all_programmes_that_its_records_named_so_far() -> None:
    """One that was carried to another programme is in the record of both, from when its record says so."""
    found = Memberships()
    for position, programme in enumerate(("b", None, "a", "b")):
        found.take(position, "relationship-1", {"programme_id": programme} if programme else {})
    earlier, later = [("b", "relationship-1")], [("a", "relationship-1"), ("b", "relationship-1")]
    assert [[], earlier, earlier, later, later] == [found.at(size) for size in range(5)]
    assert streams_root(programme_head(one, [stream]) for one, stream in later) == programmes_root(later)
