"""What rules stand on that seldom changes: the company, and what can be carried out. Kept once under its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

from workflows.action import ActionSpec, Record
from workflows.company import Company
from workflows.text import canonical, normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.basis.sight import Sight
    from workflows.ports import JsonObject, Tx

#: The kind of document it is kept as.
KIND = "company"
#: What no rule reads of a person; what is not needed is not kept.
_UNREAD = ("email", "title")


class KeptText(Record):
    """Something rules stand on that is kept apart from the entries, once under its hash; they carry the hash."""

    #: Counted up where the text was erased and still holds: what was erased stays so, and it is kept as another text.
    edition: int = 0

    def written(self) -> JsonObject:
        """Return what is kept."""
        return self.model_dump(mode="json", by_alias=True, exclude={"edition"})

    @cached_property
    def text(self) -> str:
        """The RFC 8785 text that is kept."""
        again: JsonObject = {"edition": self.edition} if self.edition else {}
        return canonical(normalised({**self.written(), **again})).decode()

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what was kept. Raises `ValueError` for a text that is none."""
        return cls.model_validate(json.loads(text))

    def unerased(self, tx: Tx) -> Self:
        """Return it in an edition that was not erased."""
        found = self
        while tx.is_erased(found.hash):
            # Made anew, and not copied: a copy would bring the text and the hash of this one.
            fields = {name: getattr(found, name) for name in type(found).model_fields}
            found = type(self).model_validate({**fields, "edition": found.edition + 1})
        return found


class Ground(KeptText):
    """The company and the actions on which something was decided."""

    company: Company
    actions: tuple[ActionSpec, ...]
    #: Version of the program whose rules decided.
    program: str = ""

    def written(self) -> JsonObject:
        """Return what is kept: days and people stand in it in one order, whoever writes it."""
        written = super().written()
        company = {**written["company"]} if isinstance(written["company"], dict) else {}
        company["public_holidays"] = [*sorted(str(day) for day in self.company.public_holidays)]
        people = company["people"] if isinstance(company["people"], list) else []
        company["people"] = [_as_read(one) for one in people if isinstance(one, dict)]
        return {**written, "company": company}

    @property
    def named(self) -> dict[str, ActionSpec]:
        """The actions by their names."""
        return {spec.name: spec for spec in self.actions}


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What was kept of what a run's turns stand on, by hash."""

    companies: Mapping[str, Ground] = field(default_factory=dict[str, Ground])
    sights: Mapping[str, Sight] = field(default_factory=dict[str, "Sight"])
    #: Hashes of those whose text was erased.
    erased: frozenset[str] = frozenset()

    def lacking(self, facts: JsonObject) -> str:
        """Say what a turn stood on that is there no more; empty when all of it is."""
        ground, sight = str(facts["ground"]), str(facts.get("sight", ""))
        if ground not in self.companies:
            return f"the company as it was then {self._what_became_of(ground)}"
        if sight and sight not in self.sights:
            return f"what Slack said then of the people {self._what_became_of(sight)}"
        return ""

    def _what_became_of(self, hash_: str) -> str:
        return "was erased" if hash_ in self.erased else "is not kept"


def _as_read(person: JsonObject) -> JsonObject:
    return {name: value for name, value in person.items() if name not in _UNREAD}
