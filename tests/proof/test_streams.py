from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.streams import (
    ProvedHead,
    StreamHead,
    StreamProof,
    StreamTree,
    check_stream_proof,
    streams_root,
)
from events.proof.tree import EMPTY_ROOT, Edge, leaf_hash, node_hash
from tests.proof.naive import leaf

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=8)


def head_of(name: str) -> StreamHead:
    """Some head of a stream."""
    return StreamHead(name, len(name), leaf_hash(name.encode()))


def heads_of(*names: str) -> list[StreamHead]:
    """Heads in the order of their names' bytes."""
    return [head_of(name) for name in sorted(names, key=str.encode)]


HEADS = heads_of(*(f"goal-{number}" for number in range(20)))
ROOT = streams_root(HEADS)


def code_of(proof: StreamProof, stream: str) -> str:
    """What a proof is refused for."""
    with pytest.raises(ProofError) as refused:
        check_stream_proof(proof, stream, ROOT)
    return refused.value.code


def test_the_root_is_that_of_a_tree_over_the_heads() -> None:
    """RFC 9162 over name, version and leaf, a line each."""
    head = StreamHead("goal-1", 7, leaf(0))
    assert f"goal-1\n7\n{leaf(0).hex()}\n".encode() == head.data
    edge = Edge()
    edge.extend([leaf_hash(head.data) for head in HEADS])
    assert edge.root() == ROOT == StreamTree(HEADS).root()
    assert EMPTY_ROOT == streams_root([]) == StreamTree([]).root()


@given(st.sets(NAMES, max_size=40), NAMES)
def test_a_stream_is_proven_to_end_as_it_does_or_not_to_be(names: set[str], other: str) -> None:
    """Every stream that is there, and any that is not, in any alphabet."""
    heads = heads_of(*names)
    tree, root = StreamTree(heads), streams_root(heads)
    for head in heads:
        assert head == check_stream_proof(tree.prove(head.stream), head.stream, root)
    expected = head_of(other) if other in names else None
    assert expected == check_stream_proof(StreamTree(iter(heads)).prove(other), other, root)


def test_a_stream_that_is_there_is_not_proven_absent() -> None:
    """The heads beside its place are not neighbours; leaving one away leaves the end open."""
    tree = StreamTree(HEADS)
    shown = {head.stream: tree.prove(head.stream).heads[0] for head in HEADS}
    names = [head.stream for head in HEADS]
    before, stream, after = names[3], names[4], names[5]
    for heads in (
        (shown[before], shown[after]), (shown[before],), (shown[after],), (), (shown[names[0]], shown[names[-1]]),
        (shown[before], shown[before]), (shown[after], shown[before]), (shown[stream], shown[stream]),
        (shown[before], shown[stream], shown[after]), (shown[names[0]],), (shown[names[-1]],),
    ):  # fmt: skip  # one per line says no more
        assert "bad_stream_proof" == code_of(StreamProof(stream, len(HEADS), heads), stream)


def test_an_absence_shows_each_neighbour_once() -> None:
    """There is one way to write a proof down."""
    proof = StreamTree(HEADS).prove("goal-3x")
    assert check_stream_proof(proof, "goal-3x", ROOT) is None
    for heads in ((proof.heads[0], *proof.heads), (*proof.heads, proof.heads[1]), proof.heads[:1], proof.heads[1:]):
        assert "bad_stream_proof" == code_of(replace(proof, heads=heads), "goal-3x")


def test_a_stream_out_of_order_is_not_shown_as_absent() -> None:
    """In a tree that somebody made up, its own head beside two others proves nothing."""
    leaves = [leaf_hash(head_of(name).data) for name in "acb"]
    top = node_hash(node_hash(*leaves[:2]), leaves[2])
    paths = ((leaves[1], leaves[2]), (leaves[0], leaves[2]), (node_hash(*leaves[:2]),))
    shown = tuple(ProvedHead(index, head_of("acb"[index]), path) for index, path in enumerate(paths))
    with pytest.raises(ProofError, match="the stream's own head, or"):
        check_stream_proof(StreamProof("b", 3, shown), "b", top)


def test_a_proof_with_an_older_head_is_refused() -> None:
    """The tail that was cut off shows: the last version is in the leaf."""
    proof = StreamTree(HEADS).prove("goal-7")
    shown = proof.heads[0]
    for head in (
        replace(shown.head, version=5),
        replace(shown.head, leaf=leaf(1)),
        replace(shown.head, stream="goal-77"),
    ):
        assert "bad_inclusion" == code_of(replace(proof, heads=(replace(shown, head=head),)), "goal-7")
    assert "bad_inclusion" == code_of(replace(proof, heads=(replace(shown, index=shown.index + 1),)), "goal-7")


def test_a_lie_about_the_number_of_streams_makes_no_gap() -> None:
    """Which sides the hashes stand on follows from index and size: another size needs other hashes."""
    for size in range(-1, 70):
        for index in range(20):
            shown = replace(StreamTree(HEADS).prove(HEADS[5].stream).heads[0], index=index)
            for heads in ((), (shown,), (shown, shown)):
                with pytest.raises(ProofError):
                    check_stream_proof(StreamProof("goal-x", size, heads), "goal-x", ROOT)


def test_a_proof_about_another_stream_or_root_is_refused() -> None:
    """Right in itself, but not what was asked."""
    assert "bad_stream_proof" == code_of(StreamTree(HEADS).prove("goal-7"), "goal-8")
    assert "bad_stream_proof" == code_of(StreamTree(HEADS).prove("goal-x"), "goal-7")
    with pytest.raises(ProofError) as refused:
        check_stream_proof(StreamTree(HEADS).prove("goal-7"), "goal-7", leaf(0))
    assert "bad_inclusion" == refused.value.code
    with pytest.raises(ProofError) as refused:
        check_stream_proof(StreamTree([]).prove("goal-7"), "goal-7", ROOT)
    assert "bad_stream_proof" == refused.value.code


@pytest.mark.parametrize(
    "heads",
    (
        HEADS[::-1],
        [HEADS[0], HEADS[0]],
        [head_of("a\nb")],
        [StreamHead("", 1, leaf(0))],
        [StreamHead("a", 0, leaf(0))],
        [StreamHead("a", 1, b"short")],
        [head_of("\U00010000"), head_of("\ufffd")],  # the order of UTF-16, not of bytes
    ),
)
def test_heads_out_of_order_or_that_cannot_be_are_refused(heads: list[StreamHead]) -> None:
    """Absence rests on the order; a name with a line feed could stand for two heads."""
    for run in (streams_root, StreamTree):
        with pytest.raises(ProofError) as refused:
            run(heads)
        assert "bad_streams" == refused.value.code
