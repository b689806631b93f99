"""The templates letters are written from without a model: read once, chosen by rule, filled from records."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from agents.frontmatter import split
from workflows.action import Record
from workflows.expressions import Template

if TYPE_CHECKING:
    from agents.slots import Slots


class Wording(Record):
    """One template of one agent."""

    #: `follow-up-2`
    name: str
    #: When it is used: the first measure the records know decides; the highest bound reached wins.
    at_least: dict[str, int]
    subject: str
    #: Why the draft is proposed, for the person who signs.
    why: str
    #: The question to ask when a value is missing, by its name.
    ask: dict[str, str] = {}
    body: str

    @property
    def names(self) -> set[str]:
        """The names of what it inserts."""
        return {
            name for text in (self.subject, self.why, self.body) for name in Template(text).names()
        }

    def missing(self, known: Slots) -> tuple[str, ...]:
        """Return the names it inserts that have no value, sorted."""
        return tuple(sorted(self.names - known.keys()))

    def question(self, name: str, source: str) -> str:
        """Return what to ask a person for a missing value."""
        plain = name.removesuffix("_in_words").removeprefix("days_since_")
        asked = self.ask.get(plain, f"What is the {plain.replace('_', ' ')}?")
        return f"{asked} (`{plain}` is empty or can't be read in {source}.)"


@cache
def wordings(agent: str) -> tuple[Wording, ...]:
    """Return an agent's templates in the order of their names; none for an agent without any."""
    return tuple(_wording(name, text) for name, text in _files(agent))


@cache
def version(agent: str) -> str:
    """Return 12 hexadecimal characters that change when any of an agent's templates does."""
    hashed = hashlib.sha256()
    for name, text in _files(agent):
        hashed.update(f"{name}\0{text}\0".encode())
    return hashed.hexdigest()[:12]


@cache
def _files(agent: str) -> tuple[tuple[str, str], ...]:
    folder = resources.files("agents") / "templates" / agent
    if not folder.is_dir():
        return ()
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda f: f.name
    )
    return tuple(
        (file.name.removesuffix(".md"), file.read_text(encoding="utf-8")) for file in found
    )


def _wording(name: str, text: str) -> Wording:
    settings, body = split(text, f"{name}.md")
    return Wording.model_validate({**settings, "name": name, "body": body})


def fitting(among: tuple[Wording, ...], known: Slots) -> Wording | None:
    """Return the template whose bound is the highest that the records reach, or None when none is reached."""
    reached = [(bound, each) for each in among if (bound := _reached(each, known)) is not None]
    return max(reached, key=lambda pair: pair[0])[1] if reached else None


def _reached(wording: Wording, known: Slots) -> int | None:
    for measure, bound in wording.at_least.items():
        value = _whole(known.get(measure))
        if value is not None:
            return bound if value >= bound else None
    return None


def _whole(value: str | int | None) -> int | None:
    try:
        return None if value is None else int(value)
    except ValueError:
        return None
