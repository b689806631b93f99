"""The questions people have answered, to be looked at. Reading only; it waits for no writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.storage import rows
from bot.storage.fetch import many
from bot.storage.tables import run, task

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.run import Task

_CLOSED = (
    select(task, run.c.playbook)
    .join(run, run.c.id == task.c.run_id)
    .where(task.c.ws == bindparam("ws"), run.c.ws == bindparam("ws"), task.c.state == "done")
    .order_by(task.c.id)
)


def answered(store: SqlStore) -> list[tuple[str, Task]]:
    """Return every question that was answered, with its playbook, in the order they were asked."""
    with store.database.read() as connection:
        found = [
            (str(row.pop("playbook")), rows.task_from(row))
            for row in many(connection, _CLOSED, {"ws": store.ws})
        ]
    return [(playbook, task) for playbook, task in found if task.options and task.answer]
