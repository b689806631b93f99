"""How two values of one field are compared: a rule gets the field and says what is different, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from workflows.action import Record
from workflows.durations import Span
from workflows.durations import words as duration
from workflows.prose import plain

Kind = Literal["wider", "tighter", "neither"]
#: What of a playbook a change is about; empty for the rest.
Part = Literal["who signs", "what it may do", "when it starts", ""]

#: Characters of one value in a sentence.
_SHOWN = 90


class Change(Record):
    """One thing that would be different."""

    words: str
    kind: Kind
    part: Part = ""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One field of two records of a kind; its values differ."""

    #: What the words begin with.
    where: str
    name: str
    old: Record
    new: Record

    @property
    def before(self) -> Any:  # noqa: ANN401 -- a value of any field of the schema
        """The value that was."""
        return getattr(self.old, self.name)

    @property
    def after(self) -> Any:  # noqa: ANN401 -- as above
        """The value that would be."""
        return getattr(self.new, self.name)

    def change(self, words: str, kind: Kind, part: Part = "") -> Change:
        """Return a change of this field."""
        return Change(words=f"{self.where}{words}", kind=kind, part=part)


Rule: TypeAlias = Callable[[Pair], Iterator[Change]]


def said(value: object) -> str:
    """Return a value as a person says it, on one line, shortened."""
    match value:
        case None | "" | ():
            return "not set"
        case bool():
            return "yes" if value else "no"
        case Span():
            return value.words
        case Record():
            parts = value.model_dump(mode="json").values()
            text = plain(", ".join(str(each) for each in parts if each))
        case tuple():
            text = ", ".join(str(each) for each in value)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] -- any list of the schema
        case _:
            text = plain(str(value))
    return _line(text)


def exact(value: object) -> str:
    """Return a value as it is written, on one line, shortened: two templates that say the same may not be the same."""
    return (
        said(value) if value in (None, "") or isinstance(value, bool) else f"`{_line(str(value))}`"
    )


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _to(before: object, after: object, say: Callable[[object], str]) -> str:
    """Return `old → new`; only what is new where the difference is beyond what is shown."""
    for form in (say, exact):
        if form(before) != form(after):
            return f"{form(before)} → {form(after)}"
    return f"written anew: {exact(after)}"


def held(seconds: float) -> str:
    """Return how long something is held back."""
    return duration(seconds) if seconds else "not at all"


def opposite(kind: Kind) -> Kind:
    """Return what the change back would be."""
    back: dict[Kind, Kind] = {"wider": "tighter", "tighter": "wider", "neither": "neither"}
    return back[kind]


def identity(_pair: Pair) -> Iterator[Change]:
    """Say nothing: the field says which record it is."""
    return iter(())


def every(
    pair: Pair,
    *,
    label: str,
    kind: Kind = "neither",
    part: Part = "",
    say: Callable[[Any], str] = said,
) -> Iterator[Change]:
    """Compare what has no order: every change is of one kind."""
    yield pair.change(f"{label} {_to(pair.before, pair.after, say)}", kind, part)


def ordered(
    pair: Pair, *, label: str, more: Kind, part: Part = "", say: Callable[[Any], str] = said
) -> Iterator[Change]:
    """Compare numbers: `more` says what a higher one is. None is no bound at all, the highest."""
    before, after = pair.before, pair.after
    higher = after is None or (before is not None and after > before)
    words = f"{label} {say(before)} → {say(after)}"
    yield pair.change(words, more if higher else opposite(more), part)


def one_of_two(
    pair: Pair, *, wider: object, words: tuple[str, str], part: Part = ""
) -> Iterator[Change]:
    """Compare what has two values; `words` says first what the wider one means, then the other."""
    is_wider = pair.after == wider
    yield pair.change(words[0] if is_wider else words[1], "wider" if is_wider else "tighter", part)


def each(
    pair: Pair, *, come: str, gone: str, more: Kind = "wider", part: Part = ""
) -> Iterator[Change]:
    """Compare lists: each that came is of kind `more`, each that went of the other; their order means nothing."""
    for one in pair.after:
        if one not in pair.before:
            yield pair.change(come.format(plain(one)), more, part)
    for one in pair.before:
        if one not in pair.after:
            yield pair.change(gone.format(plain(one)), opposite(more), part)


def guard(pair: Pair, *, label: str, added: Kind = "tighter") -> Iterator[Change]:
    """Compare a condition that keeps something from happening; another one in its place may be weaker."""
    before, after = pair.before, pair.after
    if before and after:
        yield pair.change(f"{label} `{before}` → `{after}`", "wider")
    elif after:
        yield pair.change(f"{label} `{after}`", added)
    else:
        yield pair.change(f"no longer {label} `{before}`", opposite(added))


def mapping(pair: Pair) -> Iterator[Change]:
    """Compare what is put into an action, a reading or another playbook: any of it may reach somebody else."""
    for key in dict.fromkeys([*pair.before, *pair.after]):
        was, now = pair.before.get(key), pair.after.get(key)
        if was != now or (key in pair.before) != (key in pair.after):
            yield pair.change(f"{key} {_to(was, now, exact)}", "wider", "what it may do")
