"""Edits as examples: how people changed what an agent wrote before they signed it, as the next draft is shown it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field, JsonValue

from workflows.action import Record
from workflows.lessons.veiling import telling, values_in, veiled
from workflows.text import Untrusted, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workflows.lessons.veiling import Value

#: Examples one draft is shown, and how many of them one person may have made: nobody alone sets the tone.
SHOWN, OF_ONE = 3, 2
#: Characters of all examples of a draft together, about 1,500 tokens; one that doesn't fit is left out whole.
BUDGET = 6_000
#: The newest so many are looked through.
LOOKED_THROUGH = 50

ExampleState = Literal["on", "off", "removed"]


class Example(Record):
    """An edit that was signed and carried out. It names the revisions; their texts stay where they can be erased."""

    #: The draft's: a draft teaches once.
    id: str
    run_id: str
    playbook: str
    step: str
    agent: str
    action: str
    #: What the agent wrote, and what was signed.
    before_n: int
    after_n: int
    #: The fields that were changed, of those the agent writes.
    fields: tuple[str, ...]
    #: Person id of who changed it last.
    by: str
    #: One of the reasons people tap; empty where none was given.
    reason: str = ""
    at: datetime
    state: ExampleState = "on"
    #: Who switched it, and when; empty as long as nobody did, and where Sayso switched it off by itself.
    changed_by: str = ""
    changed_at: datetime | None = None
    #: How many drafts were written with it.
    shown: int = 0


class Taught(Record):
    """An example with its texts, as they are kept."""

    example: Example
    #: The version of the playbook it was made in.
    version: str = ""
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    #: Everything that was known of that case: what its values are.
    known: dict[str, JsonValue] = Field(repr=False)


class Rewording(Record):
    """A field before and after, without that case's values. Data: a customer's words may be in it."""

    field: str
    before: Untrusted
    after: Untrusted


class Lesson(Record):
    """An example as an agent is shown it. What is kept with a draft names it: id, hash and reason, not the texts."""

    id: str
    #: SHA-256 of what is shown of it.
    digest: str
    reason: str
    changes: tuple[Rewording, ...] = Field(default=(), exclude=True, repr=False)
    #: Values of that case, which no other letter may hold.
    values: tuple[str, ...] = Field(default=(), exclude=True, repr=False)

    @property
    def size(self) -> int:
        """Characters of its texts."""
        return sum(len(one.before.raw) + len(one.after.raw) for one in self.changes)


def lesson(taught: Taught, own: Iterable[str] = ()) -> Lesson:
    """Return an example without its case's values; `own` is the company's own name."""
    example = taught.example
    besides: dict[str, JsonValue] = {
        name: value for name, value in taught.after.items() if name not in example.fields
    }
    values = values_in({"known": taught.known, "fixed": besides}, own)
    changes = tuple(
        change
        for name in example.fields
        if (change := _rewording(name, taught, values)).before != change.after
    )
    told: list[JsonValue] = [[one.field, one.before.raw, one.after.raw] for one in changes]
    return Lesson(
        id=example.id,
        digest=digest([example.reason, *told]),
        reason=example.reason,
        changes=changes,
        values=telling(values),
    )


def _rewording(name: str, taught: Taught, values: Sequence[Value]) -> Rewording:
    texts = [str(payload.get(name) or "") for payload in (taught.before, taught.after)]
    before, after = (Untrusted(veiled(text, values)) for text in texts)
    return Rewording(field=name, before=before, after=after)


def lessons(
    taught: Iterable[Taught],
    *,
    playbook: str,
    step: str,
    action: str,
    writes: Iterable[str],
    own: Iterable[str] = (),
) -> tuple[Lesson, ...]:
    """Return what the next draft of this step is shown: its own newest examples, then others of its agent.

    The same examples give the same choice: at most `SHOWN`, `OF_ONE` by one person, within `BUDGET` characters.
    """
    written = frozenset(writes)
    able = [
        one
        for one in taught
        if (one.example.state, one.example.action) == ("on", action)
        and written.issuperset(one.example.fields)
    ]
    able.sort(key=lambda one: (one.example.at, one.example.id), reverse=True)
    able.sort(key=lambda one: (one.example.playbook, one.example.step) != (playbook, step))
    chosen: list[Lesson] = []
    made: Counter[str] = Counter()
    left = BUDGET
    for one in able:
        found, by = lesson(one, own), one.example.by
        if not found.changes or found.size > left or made[by] == OF_ONE:
            continue
        chosen.append(found)
        made[by] += 1
        left -= found.size
        if len(chosen) == SHOWN:
            break
    return tuple(chosen)
