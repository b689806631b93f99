"""The tables are what the migrations make, and a database of another form is told in a sentence."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from bot.storage.guards import guards
from bot.storage.schema import NEWEST, check, revision, upgrade
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.database import Database

#: PostgreSQL has its own in test_postgres.py.
ONLY_SQLITE = True


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    """No column or index stands in one and not in the other."""
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_every_append_only_trigger_is_made(database: Database) -> None:
    """A migration that forgets a guard is found."""
    with database.read() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        assert set(found.scalars()) == set(guards("sqlite"))
    assert {"audit_event_u", "audit_event_d", "audit_event_i", "signature_u"} <= set(
        guards("sqlite")
    )


def test_every_table_of_a_workspace_names_it(database: Database) -> None:
    """Rows of two companies can always be told apart."""
    with database.read() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        without = [
            name
            for name in tables
            if "ws" not in {column["name"] for column in inspect(connection).get_columns(name)}
        ]
    assert tables
    assert without == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    """A start on an up-to-date database is a no-op."""
    upgrade(database)
    assert revision(database) == NEWEST
    assert check(database).ok


def test_what_goes_by_itself_keeps_what_it_was_shown(tmp_path: Path) -> None:
    """The upgrade that lets new examples wait takes nothing from a stage that was earned before."""
    database = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(database, to="0013")
    with sqlite3.connect(tmp_path / "old.db") as plain:
        plain.executemany(_EXAMPLE, [("e-1", "on"), ("e-2", "off"), ("e-3", "on")])
        plain.executemany(_STAGE, [("threshold",) * 2, ("assist",) * 2])
    plain.close()
    upgrade(database)
    with database.read() as connection:
        found = connection.execute(text("SELECT playbook, examples FROM stage ORDER BY playbook"))
        kept = {row.playbook: json.loads(row.examples) for row in found}
    assert kept == {"of-assist": [], "of-threshold": ["e-1", "e-3"]}
    database.close()


_EXAMPLE = (
    "INSERT INTO example VALUES (?, 'w', 'r', 'p', 's', 'writer', 'mail.send', 1, 2, '[]', 'U', '', 0, ?,"
    " '', NULL, 0)"
)
_STAGE = "INSERT INTO stage VALUES ('w', 'of-' || ?, ?, 0, '', '', '', '[]', '')"


def test_an_empty_database_is_told(tmp_path: Path) -> None:
    """Somebody who points at an empty file learns what to type."""
    empty = open_database(f"sqlite:///{tmp_path}/new.db")
    found = check(empty)
    assert (found.ok, found.what) == (False, "The database is empty")
    assert "sayso" in found.fix
    empty.close()


def test_a_database_of_a_newer_program_is_refused(path: Path) -> None:
    """An old program never writes into tables it does not know."""
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")
    raw.close()
    newer = open_database(f"sqlite:///{path}")
    with pytest.raises(CannotOpen, match="a newer Sayso wrote it"):
        upgrade(newer)
    assert "newer" not in check(newer).what
    assert not check(newer).ok
    newer.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "DROP TRIGGER audit_event_u",
        (
            "DROP TRIGGER audit_event_u; CREATE TRIGGER audit_event_u BEFORE UPDATE ON audit_event"
            " WHEN 0 BEGIN SELECT 1; END"
        ),
    ],
)
def test_a_trigger_that_is_gone_or_toothless_is_told(path: Path, tampering: str) -> None:
    """The doctor looks at what a trigger says, not only at its name."""
    raw = sqlite3.connect(path)
    raw.executescript(tampering)
    raw.close()
    opened = open_database(f"sqlite:///{path}")
    assert "audit_event_u" in check(opened).why
    opened.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a set of tables would be worse than none."""
    path = tmp_path / "odd.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE signature (x)")
    raw.close()
    odd = open_database(f"sqlite:///{path}")
    with pytest.raises(Exception, match="signature"):
        upgrade(odd)
    with odd.read() as connection:
        assert inspect(connection).get_table_names() == ["signature"]
    odd.close()
