"""The tree against the definitions of RFC 6962, section 2.1, written down naively."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.journal import merkle


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(i).encode()) for i in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def path_of(leaves: list[bytes], ranges: list[merkle.Range]) -> list[bytes]:
    return [naive_root(leaves[first:end]) for first, end in ranges]


SIZES = st.integers(min_value=1, max_value=130)


def test_the_growing_tree_has_the_root_of_the_definition() -> None:
    leaves = leaves_of(300)
    tree = merkle.Frontier()
    for count, leaf in enumerate(leaves, start=1):
        completed = tree.push(leaf)
        assert tree.root() == naive_root(leaves[:count])
        for level, node in enumerate(completed):
            assert node == naive_root(leaves[count - 2**level : count])
        assert merkle.Frontier.from_bytes(count, tree.to_bytes()) == tree


def test_the_empty_tree() -> None:
    assert merkle.Frontier().root() == sha256(b"").digest()
    assert merkle.Frontier.from_bytes(0, b"") == merkle.Frontier()


def test_a_frontier_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="frontier"):
        merkle.Frontier.from_bytes(3, bytes(32))


@given(size=SIZES, data=st.data())
def test_inclusion_holds_for_the_right_leaf_only(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    path = path_of(leaves, merkle.inclusion_ranges(index, size))
    root = naive_root(leaves)
    assert merkle.inclusion_holds(leaves[index], index, size, path, root)
    assert merkle.inclusion_holds(leaves[other], index, size, path, root) == (other == index)
    assert not merkle.inclusion_holds(leaves[index], index, size, [*path, bytes(32)], root)
    assert not merkle.inclusion_holds(leaves[index], index, size, path, bytes(32))
    if other != index:
        assert not merkle.inclusion_holds(leaves[index], other, size, path, root)
    if path:
        assert not merkle.inclusion_holds(leaves[index], index, size, path[:-1], root)
        broken = data.draw(st.integers(0, len(path) - 1))
        bad = [bytes(32) if i == broken else node for i, node in enumerate(path)]
        assert not merkle.inclusion_holds(leaves[index], index, size, bad, root)


@given(new=SIZES, data=st.data())
def test_consistency_holds_for_a_continued_tree_only(new: int, data: st.DataObject) -> None:
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new))
    path = path_of(leaves, merkle.consistency_ranges(old, new))
    before, after = naive_root(leaves[:old]), naive_root(leaves)
    assert merkle.consistency_holds(old, new, before, after, path)
    assert not merkle.consistency_holds(old, new, bytes(32), after, path)
    assert not merkle.consistency_holds(old, new, before, bytes(32), path)
    changed = data.draw(st.integers(0, old - 1))
    forged = [
        merkle.leaf_hash(b"forged") if i == changed else leaf for i, leaf in enumerate(leaves)
    ]
    forged_path = path_of(forged, merkle.consistency_ranges(old, new))
    assert not merkle.consistency_holds(old, new, before, naive_root(forged), forged_path)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        merkle.inclusion_ranges(index, size)
    assert not merkle.inclusion_holds(bytes(32), index, size, [], bytes(32))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_consistency_with_nothing_or_with_more(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="old tree"):
        merkle.consistency_ranges(old, new)
    assert not merkle.consistency_holds(old, new, bytes(32), bytes(32), [])
