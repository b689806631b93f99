"""The Merkle tree of RFC 6962 over a log that only grows: its root, and proofs that fit on a page.

Nothing here reads or keeps anything: leaves come in as hashes, one after the other. Hashes are 32 bytes.
A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), so that neither can pass for the other.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Bytes of a hash.
WIDTH = 32
#: Root of the tree without leaves.
EMPTY = hashlib.sha256(b"").digest()

#: A stretch of leaves, from the first index up to and without the last.
Span = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf. It keeps its peaks alone: the roots of its full subtrees, widest first."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Begin empty, or go on from a size and its peaks. Raises `ValueError` when these don't belong together."""
        if size < 0 or len(peaks) != size.bit_count():
            msg = f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}"
            raise ValueError(msg)
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of its full subtrees, widest first: all that is needed to go on."""
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        full, sha256 = self.size, hashlib.sha256
        while full & 1:
            leaf = sha256(b"\x01" + self._peaks.pop() + leaf).digest()
            full >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append the hashes of many leaves."""
        for leaf in leaves:
            self.add(leaf)

    def root(self) -> bytes:
        """Return the hash over every leaf so far."""
        if not self._peaks:
            return EMPTY
        *rest, root = self._peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the subtrees whose roots prove leaf `index` in a tree of `size`, nearest first (RFC 6962, 2.1.1).

    Raises `ValueError` when there is no such leaf.
    """
    if not 0 <= index < size:
        msg = f"a tree of {size} leaves has no leaf {index}"
        raise ValueError(msg)
    spans: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return the subtrees whose roots prove that a tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2).

    Raises `ValueError` unless `0 < old <= new`.
    """
    if not 0 < old <= new:
        msg = f"a tree of {new} leaves can't be compared with one of {old}"
        raise ValueError(msg)
    spans: list[Span] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    # The old tree itself needs no proof when it is one full subtree at the beginning.
    return spans[::-1] if low == 0 else [(low, high), *spans[::-1]]


def roots(leaves: Iterable[bytes], spans: Sequence[Span]) -> list[bytes]:
    """Return the root of each span, reading the leaves once. Raises `ValueError` when there are too few."""
    wanted = sorted(spans)
    if any(high > low for (_, high), (low, _) in pairwise(wanted)):
        msg = "the spans of a proof never overlap"
        raise ValueError(msg)
    found: dict[Span, bytes] = {}
    numbered = enumerate(leaves)
    for low, high in wanted:
        tree = Tree()
        for index, leaf in numbered:
            if index >= low:
                tree.add(leaf)
            if index == high - 1:
                break
        if tree.size != high - low:
            msg = f"there are fewer leaves than {high}"
            raise ValueError(msg)
        found[low, high] = tree.root()
    return [found[span] for span in spans]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the tree of this size and root has this leaf at `index` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether `path` proves that the newer tree begins with the whole older one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps: Iterator[bytes] = iter(path if old & (old - 1) else [old_root, *path])
    first = next(steps, None)
    if first is None:
        return False
    # Up to where the old tree's last full subtree begins, both trees are the same.
    here, last = _above(old - 1, new - 1)
    found_old = found_new = first
    for step in steps:
        if last == 0:
            return False
        if here & 1 or here == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _above(here: int, last: int) -> tuple[int, int]:
    while here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1
