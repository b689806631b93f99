"""Rows of the edits that agents are shown as examples, and their texts, which stand where they were written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects import postgresql

from bot.storage.fetch import many, one
from bot.storage.tables import example, revision, run
from bot.storage.versions import Versions
from workflows.lessons.examples import LOOKED_THROUGH, Example, Taught

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.storage.fetch import Columns

_ONE = select(example).where(example.c.ws == bindparam("ws"), example.c.id == bindparam("id"))
_written = postgresql.insert(example)
_TEACH = _written.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _written.excluded[name] for name in ("state", "changed_by", "changed_at")},
)
_SHOWED = (
    update(example)
    .where(example.c.ws == bindparam("its_ws"), example.c.id == bindparam("its_id"))
    .values(shown=example.c.shown + 1)
)
_before, _after = revision.alias("before"), revision.alias("after")
_of_draft = [
    and_(text.c.draft_id == example.c.id, text.c.n == n, text.c.payload != "")
    for text, n in ((_before, example.c.before_n), (_after, example.c.after_n))
]
_TAUGHT = (
    select(
        example,
        run.c.data.label("its_run"),
        run.c.version.label("its_version"),
        _before.c.payload.label("text_before"),
        _after.c.payload.label("text_after"),
    )
    .join_from(example, run, run.c.id == example.c.run_id)
    # Where a text was erased there is nothing left to be learnt from.
    .join(_before, _of_draft[0])
    .join(_after, _of_draft[1])
    .where(example.c.ws == bindparam("ws"), example.c.state != "removed")
    .order_by(example.c.at.desc(), example.c.id.desc())
    .limit(bindparam("most"))
)
_TAUGHT_TO = _TAUGHT.where(example.c.agent == bindparam("agent"))
_AMONG = example.c.id.in_(bindparam("among", expanding=True))
_TAUGHT_OF, _TAUGHT_TO_OF = _TAUGHT.where(_AMONG), _TAUGHT_TO.where(_AMONG)


class Examples(Versions):
    """The examples of one workspace, in one transaction."""

    def example(self, example_id: str) -> Example | None:
        """Return an example, removed or not."""
        row = one(self._connection, _ONE, {"ws": self._ws, "id": example_id})
        return _example(row) if row else None

    def taught(
        self, agent: str = "", limit: int = LOOKED_THROUGH, among: Collection[str] | None = None
    ) -> Sequence[Taught]:
        """Return the examples (of an agent) that are not removed and whose texts are still kept, newest first.

        `among`: of these ids alone.
        """
        named: dict[str, object] = {"ws": self._ws, "agent": agent, "most": limit}
        query = _TAUGHT_TO if agent else _TAUGHT
        if among is not None:
            query = _TAUGHT_TO_OF if agent else _TAUGHT_OF
            named["among"] = [*among]
        return [_taught(row) for row in many(self._connection, query, named)]

    def teach(self, example: Example) -> None:
        """Write an example, or how it was switched; what was counted of it stays."""
        row = {**example.model_dump(), "fields": list(example.fields), "ws": self._ws}
        self._connection.execute(_TEACH, row)

    def showed(self, examples: Iterable[str]) -> None:
        """Count that a draft was written with these examples; in one order, so that no two wait for each other."""
        for example_id in sorted(examples):
            self._connection.execute(_SHOWED, {"its_ws": self._ws, "its_id": example_id})


def _example(row: Columns) -> Example:
    return Example.model_validate({name: row[name] for name in Example.model_fields})


def _taught(row: Columns) -> Taught:
    data = row["its_run"]
    return Taught(
        example=_example(row),
        version=row["its_version"],
        before=json.loads(row["text_before"]),
        after=json.loads(row["text_after"]),
        known={
            "subject": data["subject"],
            "inputs": data["inputs"],
            "results": data["results"],
        },
    )
