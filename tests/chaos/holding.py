"""Another process that holds the database's write lock, as a backup or a careless tool does."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path


def hold(database: str, seconds: float, flag: str) -> None:
    """Take the write lock, say so by a file, and keep it for so long."""
    connection = sqlite3.connect(database, timeout=20, isolation_level=None)
    connection.execute("begin immediate")
    Path(flag).touch()
    time.sleep(seconds)  # the fault itself
    connection.execute("rollback")
    connection.close()
