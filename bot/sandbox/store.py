"""Where the workspace keeps what must survive a restart: one SQLite file of JSON documents."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.records import Json


class Store:
    """Documents by kind and key; in memory when there is no folder. Callers hold the state's lock."""

    def __init__(self, folder: Path | None) -> None:
        """Open or make `workspace.db` in `folder`."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        where = ":memory:" if folder is None else str(folder / "workspace.db")
        self._db = sqlite3.connect(where, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS doc (kind TEXT, key TEXT, body TEXT, "
            "PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def put(self, kind: str, key: str, body: Json) -> None:
        """Keep `body` under `kind` and `key`, replacing what was there."""
        row = (kind, key, json.dumps(body, ensure_ascii=False))
        self._db.execute("INSERT OR REPLACE INTO doc VALUES (?, ?, ?)", row)

    def drop(self, kind: str, key: str) -> None:
        """Forget one document."""
        self._db.execute("DELETE FROM doc WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str) -> dict[str, Json]:
        """Return every document of `kind` by key, in key order."""
        rows = self._db.execute("SELECT key, body FROM doc WHERE kind = ? ORDER BY key", (kind,))
        return {str(key): json.loads(body) for key, body in rows}

    def close(self) -> None:
        """Close the file."""
        self._db.close()
