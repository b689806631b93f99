"""Up to which number of the audit log nothing can appear any more that was not seen.

PostgreSQL gives numbers before it commits: a smaller one may appear after a larger one. It does so within `MARGIN`,
the longest a transaction may live; should one ever live longer, the hourly look at the whole log finds its entries.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bot.storage.database import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds a transaction may live after its entries got their numbers: twice what one may wait.
MARGIN = 2 * PATIENCE
#: So many numbers are surely not given within `MARGIN`: what is further behind is settled at once.
REACH = 200_000
#: Seconds between two looks at the whole log.
SWEEP = 3600.0


class Horizon:
    """Above which number to look. It begins with a look at everything."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Take a clock that never goes back."""
        self._seconds = seconds
        #: Where a look at the whole log goes on; None between two of them.
        self._sweep: int | None = 0
        self._swept = seconds()
        self._settled = 0
        #: When a look was complete, and the highest number there was then.
        self._marks: deque[tuple[float, int]] = deque()

    def above(self) -> int:
        """Return the number above which entries may be that nobody has seen."""
        now = self._seconds()
        if self._sweep is None and now - self._swept >= SWEEP:
            self._sweep, self._swept = 0, now
        while self._marks and now - self._marks[0][0] >= MARGIN:
            self._settled = max(self._settled, self._marks.popleft()[1])
        return self._settled if self._sweep is None else self._sweep

    def passed(self, *, to: int, complete: bool) -> None:
        """Take note that all found up to `to` is sealed; `complete` when nothing was left behind it."""
        if self._sweep is not None:
            self._sweep = None if complete else to
        if complete:
            self._settled = max(self._settled, to - REACH)
            if not self._marks or self._seconds() - self._marks[-1][0] >= 1:
                self._marks.append((self._seconds(), to))
