"""Merkle tree over the journal's entries, as in RFC 6962 (section 2) and RFC 9162 (section 2.1).

A proof is first a list of ranges of leaves, then their hashes: so the same rule serves a list in memory and a
table of a million rows.
"""

from dataclasses import dataclass, field
from hashlib import sha256

Range = tuple[int, int]
"""Leaves ``first`` to ``end`` (excluded), counted from 0."""

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """A growing tree of which only the roots of its complete subtrees are kept, largest first."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def push(self, node: bytes) -> list[bytes]:
        """Append a leaf; the hashes of the subtrees it completes, of 1, 2, 4, 8 ... leaves."""
        completed = [node]
        ones = self.size
        while ones & 1:
            node = node_hash(self.nodes.pop(), node)
            completed.append(node)
            ones >>= 1
        self.nodes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY_ROOT
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = node_hash(left, node)
        return node

    def to_bytes(self) -> bytes:
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Raises ``ValueError`` where the number of hashes doesn't belong to a tree of ``size`` leaves."""
        nodes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        if len(data) != size.bit_count() * HASH_BYTES:
            raise ValueError("frontier does not fit the size")
        return cls(size, nodes)


def root_of(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, from leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (``size`` > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose hashes prove that leaf ``index`` is in a tree of ``size`` leaves, leaf to root."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges: list[Range] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The subtrees whose hashes prove that the tree of ``old`` leaves begins the one of ``new`` leaves."""
    if not 0 < old <= new:
        raise ValueError("the old tree is empty or larger than the new one")
    ranges: list[Range] = []
    first, end = 0, new
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    if first > 0:  # otherwise the old tree is a subtree of its own, and its root is known
        ranges.append((first, end))
    return ranges[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: does ``path`` lead from the leaf hash to the root?"""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def consistency_holds(
    old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]
) -> bool:
    """RFC 9162, 2.1.4.2: is the tree of ``old`` leaves the beginning of the tree of ``new`` leaves?"""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    before = after = steps[0]
    for node in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            after = node_hash(after, node)
        position >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == new_root
