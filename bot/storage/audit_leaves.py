"""Checking the Merkle log: one leaf for each entry, every checkpoint the root over what it covers, every copy ours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.storage.audit_check import Broken
from bot.storage.merkle import WIDTH, Tree, leaf_hash
from bot.storage.notes import BadNote, Keyring, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.storage.audit_check import Line, Stored
    from bot.storage.notes import Checkpoint

_NONE = bytes(WIDTH)


class Leaves:
    """The leaves of one workspace's log as its entries come by, in any order: 32 bytes each."""

    def __init__(self, most: int) -> None:
        """Take how many leaves there can be at most."""
        self._most, self._taken = most, 0
        self._hashes = bytearray()
        self.size, self.unsealed = 0, 0
        self.problem = ""

    def take(self, line: Line | Stored) -> None:
        """Put an entry into its place."""
        index = line.leaf
        if index is None:
            self.unsealed += 1
        elif not 0 <= index < self._most:
            self.problem = self.problem or f"leaf {index} of the Merkle log is beyond its end"
        else:
            self._put(index, leaf_hash(line.hdr.encode()))

    def _put(self, index: int, hash_: bytes) -> None:
        start, end = index * WIDTH, (index + 1) * WIDTH
        if end > len(self._hashes):
            self._hashes.extend(bytes(max(end, 2 * len(self._hashes)) - len(self._hashes)))
        if self[index] != _NONE:
            self.problem = self.problem or f"leaf {index} of the Merkle log is there twice"
        self._hashes[start:end] = hash_
        self._taken += 1
        self.size = max(self.size, index + 1)

    def __getitem__(self, index: int) -> bytes:
        """Return the hash of a leaf; zeros when no entry has it."""
        return bytes(self._hashes[index * WIDTH : (index + 1) * WIDTH])

    @property
    def strays(self) -> int:
        """How many of the leaves that were announced belong to no entry."""
        return self._most - self._taken

    def gap(self) -> int | None:
        """Return the first leaf that no entry has, or None."""
        return next((n for n in range(self.size) if self[n] == _NONE), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A checkpoint that is to be checked: its note, and what its row says beside it, where there is a row."""

    note: str
    size: int | None = None
    root: bytes | None = None
    peaks: bytes | None = None
    at: str | None = None


@dataclass(kw_only=True)
class LeafCheck:
    """Walks along the leaves and stops at every checkpoint. Problems go to `note`."""

    leaves: Leaves
    #: The name its checkpoints must have; empty takes the first one's.
    origin: str
    keys: Keyring | None
    note: Callable[[Broken], object]
    count: int = 0
    _tree: Tree = field(default_factory=Tree)
    _torn: bool = False
    #: Entries that the checkpoint before covers, as that says itself.
    _last: int = 0
    _copies: dict[int, list[Checkpoint]] = field(
        default_factory=lambda: defaultdict[int, "list[Checkpoint]"](list)
    )

    def expect(self, copies: Iterable[Checkpoint]) -> None:
        """Take the copies of this log's checkpoints that are kept elsewhere."""
        for copy in copies:
            self._copies[copy.size].append(copy)

    def run(self, points: Iterable[Point]) -> None:
        """Check every checkpoint, oldest first, then that there is nothing behind the last one."""
        if self.leaves.problem:
            self._say(0, self.leaves.problem)
        if (gap := self.leaves.gap()) is not None:
            self._say(gap + 1, f"no entry has leaf {gap} of the Merkle log: it is gone")
        for point in points:
            self.count += 1
            self._check(point)
        if self.leaves.size > self._tree.size and not self._torn:
            words = "the Merkle log has leaves that no checkpoint covers: the newest one is gone"
            self._say(self._tree.size + 1, words)
        self._compare_left()

    def _check(self, point: Point) -> None:
        try:
            said = self.keys.opened(point.note) if self.keys else read(point.note)
        except BadNote as problem:
            self._say(point.size or 0, f"a checkpoint can't be trusted: {problem}")
            return
        self.origin = self.origin or said.origin
        last, self._last = self._last, said.size
        if problem := self._stray(said):
            self._say(said.size, f"the checkpoint of {said.size} entries {problem}")
            return
        if said.previous != last:
            words = f"does not follow that of {said.previous} entries: that is gone"
            self._say(said.size, f"the checkpoint of {said.size} entries {words}")
        if said.size > self.leaves.size:
            words = (
                f"its checkpoint covers {said.size} entries and only {self.leaves.size} are left"
            )
            self._say(self.leaves.size + 1, words)
            self._torn = True
            return
        self._compare_row(point, said)

    def _stray(self, said: Checkpoint) -> str:
        if said.origin != self.origin:
            return f"is of another log: {said.origin}"
        return "" if said.size > self._tree.size else "does not cover more than the one before it"

    def _compare_row(self, point: Point, said: Checkpoint) -> None:
        before = self._tree.size
        self._grow(said.size)
        row = (point.size, point.root, point.at)
        peaks = b"".join(self._tree.peaks)
        if self._tree.root() != said.root:
            self._tell_torn(before, said.size)
        elif row not in {(None, None, None), (said.size, said.root, said.at)}:
            words = "was changed: its row and its note say different things"
            self._say(said.size, f"the checkpoint of {said.size} entries {words}")
        elif point.peaks not in {None, peaks}:
            self._say(said.size, f"the peaks of the checkpoint of {said.size} entries were changed")

    def _tell_torn(self, before: int, size: int) -> None:
        """Tell the first root that does not fit; all after it can't fit either."""
        if not self._torn:
            words = f"one of the entries {before + 1} to {size} of the whole log is not the one that was sealed"
            self._say(before + 1, words)
        self._torn = True

    def _grow(self, size: int) -> None:
        """Let the tree grow to `size`, comparing copies on the way."""
        stops = sorted(n for n in self._copies if self._tree.size < n <= size)
        for stop in [*stops, size]:
            while self._tree.size < stop:
                self._tree.add(self.leaves[self._tree.size])
            for copy in self._copies.pop(stop, []):
                self._compare(copy, is_ours=stop == size)

    def _compare(self, copy: Checkpoint, *, is_ours: bool) -> None:
        if copy.root != self._tree.root():
            words = (
                f"the copy kept elsewhere of the checkpoint of {copy.size} entries is another:"
                " the log was written anew"
            )
            self._say(copy.size, words)
        elif not is_ours:
            words = f"the checkpoint of {copy.size} entries is gone: a copy of it is kept elsewhere"
            self._say(copy.size, words)

    def _compare_left(self) -> None:
        for size, copies in sorted(self._copies.items()):
            if size > self.leaves.size:
                words = (
                    f"a copy kept elsewhere covers {size} entries and only {self.leaves.size} are sealed here:"
                    " the newest are gone"
                )
                self._say(self.leaves.size + 1, words)
            elif copies:
                words = (
                    f"the checkpoint of {size} entries, of which a copy is kept elsewhere, is gone"
                )
                self._say(size, words)

    def _say(self, number: int, problem: str) -> None:
        self.note(Broken(chain="", seq=number, event_id="", problem=problem))
