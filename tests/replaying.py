"""A run's record, read from wherever a test keeps it, decided again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workflows.basis.ground import Ground, Grounds
from workflows.basis.sight import Sight
from workflows.past.on_record import OnRecord
from workflows.past.replay import Replay, replay
from workflows.past.standing import Standing
from workflows.text import canonical, recordable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.store import FakeStore
    from workflows.events import Entry


def record(store: FakeStore, run_id: str) -> list[OnRecord]:
    """Return a run's entries as a log gives them back: through RFC 8785 and nothing else."""
    mine = [one for one in store.rows.entries if one[0].chain == f"run:{run_id}"]
    return [
        OnRecord(seq=n, at=at, entry=_written(entry)) for n, (entry, at) in enumerate(mine, start=1)
    ]


def _written(entry: Entry) -> Entry:
    head, body = (json.loads(canonical(recordable(p)[0])) for p in (entry.head, entry.body))
    return entry.model_copy(update={"head": head, "body": body})


def grounds(store: FakeStore) -> Grounds:
    """Return what was kept of what turns stand on."""
    kept = [(hash_, *rest) for hash_, rest in store.rows.documents.items()]
    return Grounds(
        companies={h: Ground.read(text) for h, kind, text in kept if kind == "company" and text},
        sights={h: Sight.read(text) for h, kind, text in kept if kind == "reading" and text},
        erased=frozenset(h for h, _, text in kept if not text),
    )


def standing(store: FakeStore, run_id: str) -> Standing:
    """Return the rows of a run."""
    return Standing(
        run=store.rows.runs.get(run_id),
        drafts={one.id: one for one in store.rows.drafts.values() if one.run_id == run_id},
        tasks={one.id: one for one in store.rows.tasks.values() if one.run_id == run_id},
    )


def replayed(
    store: FakeStore,
    run_id: str,
    entries: Sequence[OnRecord] | None = None,
    *,
    erased: bool = False,
) -> Replay:
    """Decide a run again and compare it with its rows; `entries` stand in for what the log says."""
    told = record(store, run_id) if entries is None else entries
    with store.looking() as tx:
        playbook = tx.playbook(store.rows.runs[run_id].version)
    again = replay(told, playbook, grounds(store))
    again.compare(standing(store, run_id), erased=erased)
    return again
