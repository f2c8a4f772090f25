import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.tree import (
    EMPTY_ROOT,
    Edge,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    root_of_inclusion,
)
from tests.proof.naive import hashes_of, leaf, path_of, proof_of, root_of

LARGEST = 256
LEAVES = [leaf(number) for number in range(LARGEST)]
HASH_AT = hashes_of(LARGEST)
OTHER = leaf_hash(b"something else")


def vectors(shared_dir: Path, name: str) -> list[dict[str, Any]]:
    """The cases of a file of transparency-dev/merkle."""
    cases: list[dict[str, Any]] = json.loads((shared_dir / "vectors" / "rfc6962-merkle" / name).read_text())
    return cases


def is_refused(case: dict[str, Any]) -> bool:
    """What this code says to a case."""
    proof = [b64decode(line) for line in case["proof"] or []]
    try:
        if "leafIdx" in case:
            leaf, expected = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
            check_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, expected)
        else:
            old_root, new_root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
            check_consistency(case["size1"], case["size2"], proof, old_root, new_root)
    except ProofError:
        return True
    return False


@pytest.mark.parametrize("name", ("inclusion.json", "consistency.json"))
def test_foreign_cases_are_judged_as_their_author_says(shared_dir: Path, name: str) -> None:
    """98 proofs each, 92 of them broken in some way; those from size 0 are broken in more than their size."""
    cases = vectors(shared_dir, name)
    assert 98 == len(cases)
    assert [] == [case["name"] for case in cases if is_refused(case) != case["wantErr"]]


def test_from_the_empty_log_anything_follows_unlike_in_the_library_of_the_foreign_cases(shared_dir: Path) -> None:
    """Its refusals of size 0 are wrong here once their made-up roots are real ones, as C2SP tlog-witness wants."""
    cases = [case for case in vectors(shared_dir, "consistency.json") if case["size1"] == 0 and not case["proof"]]
    assert 5 == len(cases) and all(case["wantErr"] for case in cases)
    for case in cases:
        new_root = EMPTY_ROOT if case["size2"] == 0 else OTHER
        check_consistency(0, case["size2"], [], EMPTY_ROOT, new_root)


def test_the_roots_of_the_reference_tests_come_out(shared_dir: Path) -> None:
    """Eight leaves of the tests of RFC 6962, the root after each."""
    known = json.loads((shared_dir / "vectors" / "rfc6962-merkle" / "roots.json").read_text())
    edge, found = Edge(), [EMPTY_ROOT]
    for record in known["leaf_inputs_hex"]:
        edge.append(leaf_hash(bytes.fromhex(record)))
        found.append(edge.root())
    assert known["root_hashes_hex_by_size"] == [value.hex() for value in found]


def test_roots_equal_the_definition_up_to_256() -> None:
    """Both ways to a root, from an edge and from complete subtrees, are the recursive definition."""
    edge = Edge()
    for size in range(LARGEST + 1):
        assert root_of(0, size) == edge.root() == root(size, HASH_AT)
        assert edge.size == size
        if size < LARGEST:
            edge.append(LEAVES[size])


def test_every_inclusion_proof_up_to_256_equals_the_definition_and_holds() -> None:
    """All 32,896 pairs of index and size."""
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, HASH_AT)
            assert path_of(index, 0, size) == proof
            assert root_of(0, size) == root_of_inclusion(LEAVES[index], index, size, proof)


def test_every_consistency_proof_up_to_256_equals_the_definition_and_holds() -> None:
    """All 32,896 pairs of old and new size."""
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, HASH_AT)
            assert proof_of(old, 0, new) == proof
            check_consistency(old, new, proof, root_of(0, old), root_of(0, new))


@given(st.integers(1, LARGEST).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), st.data())
def test_a_broken_inclusion_proof_is_refused(case: tuple[int, int], data: st.DataObject) -> None:
    """A hash changed, dropped, doubled or swapped, another leaf, root or index: each is seen."""
    index, size = case
    proof = inclusion_proof(index, size, HASH_AT)
    arguments: list[Any] = [LEAVES[index], index, size, proof, root_of(0, size)]
    what = data.draw(st.sampled_from(("leaf", "root", "index", "longer", "shorter", "hash", "length")))
    if what == "leaf":
        arguments[0] = OTHER
    elif what == "root":
        arguments[4] = OTHER
    elif what == "index":
        arguments[1] = data.draw(st.integers(-1, size).filter(lambda other: other != index))
    else:
        arguments[3] = broken(proof, what, data)
    with pytest.raises(ProofError, match=r"\w") as refused:
        check_inclusion(*arguments)
    assert "bad_inclusion" == refused.value.code


@given(st.integers(2, LARGEST).flatmap(lambda new: st.tuples(st.integers(1, new - 1), st.just(new))), st.data())
def test_a_broken_consistency_proof_is_refused(case: tuple[int, int], data: st.DataObject) -> None:
    """A hash changed, dropped, doubled or cut, another root on either side: each is seen."""
    old, new = case
    proof = consistency_proof(old, new, HASH_AT)
    arguments: list[Any] = [old, new, proof, root_of(0, old), root_of(0, new)]
    what = data.draw(st.sampled_from(("old root", "new root", "sizes", "longer", "shorter", "hash", "length")))
    if what in ("old root", "new root"):
        arguments[3 if what == "old root" else 4] = OTHER
    elif what == "sizes":
        arguments[0], arguments[1] = new, old
    else:
        arguments[2] = broken(proof, what, data)
    with pytest.raises(ProofError, match=r"\w") as refused:
        check_consistency(*arguments)
    assert "bad_consistency" == refused.value.code


def broken(proof: list[bytes], what: str, data: st.DataObject) -> list[bytes]:
    """The proof with a thing done to it; one without hashes can only grow."""
    if what == "longer" or not proof:
        return [*proof, OTHER]
    at = data.draw(st.integers(0, len(proof) - 1))
    replacement = {"shorter": [], "hash": [OTHER], "length": [proof[at][:31]]}[what]
    return proof[:at] + replacement + proof[at + 1 :]


@pytest.mark.parametrize(
    "case",
    (
        (0, 5, [OTHER], EMPTY_ROOT, OTHER),  # nothing to prove, yet a proof
        (0, 5, [], OTHER, OTHER),  # not the empty tree's root
        (0, 5, [], EMPTY_ROOT, b"short"),
        (0, 0, [], EMPTY_ROOT, OTHER),
        (0, 0, [], OTHER, OTHER),
        (5, 5, [], OTHER, EMPTY_ROOT),
        (5, 5, [OTHER], OTHER, OTHER),
        (-1, 5, [], EMPTY_ROOT, OTHER),
        (5, 4, [], OTHER, OTHER),
    ),
)
def test_what_needs_no_proof_is_not_taken_on_trust(case: tuple[int, int, list[bytes], bytes, bytes]) -> None:
    """From nothing and to itself the roots must fit and the proof be empty."""
    with pytest.raises(ProofError) as refused:
        check_consistency(*case)
    assert "bad_consistency" == refused.value.code


def test_there_is_no_proof_of_what_is_not_there() -> None:
    """A record behind the end, a log that shrinks."""
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ProofError, match="not among"):
            inclusion_proof(index, size, HASH_AT)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(ProofError, match="cannot grow"):
            consistency_proof(old, new, HASH_AT)


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_an_edge_goes_on_where_another_stopped(first: int, second: int) -> None:
    """Size and nodes are all that it takes to go on: no leaf before is needed."""
    start, end = sorted((first, second))
    edge = Edge()
    edge.extend(LEAVES[:start])
    later = Edge(edge.size, edge.nodes)
    later.extend(LEAVES[start:end])
    assert (end, root_of(0, end)) == (later.size, later.root())


def test_whole_subtrees_go_on_an_edge_where_they_can_begin() -> None:
    """A tile's root stands for its leaves, behind a whole number of tiles."""
    edge = Edge()
    edge.append(root_of(0, 128), level=7)
    edge.append(root_of(128, 192), level=6)
    assert (192, root_of(0, 192)) == (edge.size, edge.root())
    with pytest.raises(ProofError, match="Behind 192 records no subtree of 128 can begin") as refused:
        edge.append(OTHER, level=7)
    assert "bad_edge" == refused.value.code


def test_a_proof_of_a_wrong_shape_is_refused_for_its_shape() -> None:
    """Who sees the sentence looks at the file, not at the record."""
    proof, path = inclusion_proof(5, 9, HASH_AT), consistency_proof(5, 9, HASH_AT)
    for broken_proof, why in (
        (proof[1:], "wrong number"),
        ([*proof, OTHER], "wrong number"),
        ([b"x", *proof[1:]], "1 bytes"),
    ):
        with pytest.raises(ProofError, match=why):
            root_of_inclusion(LEAVES[5], 5, 9, broken_proof)
    for broken_path, why in (
        (path[1:], "wrong number"),
        ([*path, OTHER], "wrong number"),
        ([b"x", *path[1:]], "1 bytes"),
    ):
        with pytest.raises(ProofError, match=why):
            check_consistency(5, 9, broken_path, root_of(0, 5), root_of(0, 9))


@pytest.mark.parametrize(("size", "nodes"), ((1, []), (0, [OTHER]), (3, [OTHER]), (-1, [OTHER]), (1, [b"short"])))
def test_an_edge_that_cannot_be_is_refused(size: int, nodes: list[bytes]) -> None:
    """The nodes are as many as the size has binary ones, 32 bytes each."""
    with pytest.raises(ProofError) as refused:
        Edge(size, nodes)
    assert "bad_edge" == refused.value.code
