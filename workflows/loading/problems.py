"""What is wrong with a file somebody wrote: where, what, and what they may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.errors import CompanyError, PlaybookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Characters of a line shown in a frame, and how many of them before the caret.
_WIDTH, _BEFORE = 100, 60
#: Names shown when none is close to what was written.
_SHOWN = 12


class Problem(Record):
    """One thing to fix. Line and column count from 1; the frame shows the line with a caret under it."""

    line: int
    col: int
    problem: str
    hint: str = ""
    frame: str = ""


class UnreadableFile(PlaybookError, CompanyError):
    """A file that can't be used, with everything that is wrong with it, in the order of its lines."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        """Keep the problems, sorted by place."""
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda each: (each.line, each.col)))
        super().__init__(file=file)

    @property
    def sentence(self) -> str:
        """The whole text for a person: a headline, then each problem with its place, frame and hint."""
        count = len(self.problems)
        things = "1 thing" if count == 1 else f"{count} things"
        parts = [f"{self.file} can't be used; {things} to fix."]
        parts += [_in_full(self.file, problem) for problem in self.problems]
        return "\n\n".join(parts)


def _in_full(file: str, problem: Problem) -> str:
    lines = [f"{file}:{problem.line}:{problem.col}: {problem.problem}", problem.frame, problem.hint]
    return "\n".join(line for line in lines if line)


def frame(lines: Sequence[str], line: int, col: int) -> str:
    """Return the line before and the line itself with their numbers, and a caret under the column."""
    if not 1 <= line <= len(lines):
        return ""
    cut = max(0, col - 1 - _BEFORE) if len(lines[line - 1]) > _WIDTH else 0
    width = len(str(line))
    shown = [
        f"  {number:>{width}} | {_cut(lines[number - 1], cut)}"
        for number in (line - 1, line)
        if number >= 1
    ]
    # A tab under a tab keeps the caret where the reader's screen puts the character.
    before = lines[line - 1][cut : col - 1]
    gap = "".join("\t" if sign == "\t" else " " for sign in before)
    shown.append(f"  {' ' * width} | {gap}^")
    return "\n".join(row.rstrip() for row in shown)


def _cut(line: str, start: int) -> str:
    return line[start : start + _WIDTH]


def did_you_mean(written: object, known: Iterable[str]) -> str:
    """Return "Did you mean draft?", or the names known, or nothing when there are none."""
    names = sorted(set(known))
    lower = {name.lower(): name for name in names}
    close = get_close_matches(str(written)[:100].lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {lower[close[0]]}?"
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"Known here: {', '.join(names[:_SHOWN])}{more}."
