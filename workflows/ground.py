"""What rules stand on that seldom changes: the company, and what can be carried out. Kept once under its hash."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING

from workflows.action import ActionSpec, Record
from workflows.company import Company
from workflows.text import canonical, normalised

if TYPE_CHECKING:
    from workflows.ports import JsonObject

#: The kind of document it is kept as.
KIND = "company"
#: What no rule reads of a person; what is not needed is not kept.
_UNREAD = ("email", "title")


class Ground(Record):
    """The company and the actions on which something was decided."""

    company: Company
    actions: tuple[ActionSpec, ...]
    #: Version of the program whose rules decided.
    program: str = ""

    @cached_property
    def text(self) -> str:
        """The RFC 8785 text that is kept; days and people stand in it in one order, whoever writes it."""
        written = self.model_dump(mode="json", by_alias=True)
        company: JsonObject = written["company"]
        company["public_holidays"] = [*sorted(str(day) for day in self.company.public_holidays)]
        company["people"] = [_as_read(person) for person in written["company"]["people"]]
        return canonical(normalised(written)).decode()

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def named(self) -> dict[str, ActionSpec]:
        """The actions by their names."""
        return {spec.name: spec for spec in self.actions}

    @classmethod
    def read(cls, text: str) -> Ground:
        """Return what was kept. Raises `ValueError` for a text that is none."""
        return cls.model_validate(json.loads(text))


def _as_read(person: JsonObject) -> JsonObject:
    return {name: value for name, value in person.items() if name not in _UNREAD}
