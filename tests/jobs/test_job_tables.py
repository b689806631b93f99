"""The tables of hints are made once, by the owner, and are of the form the installed library expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from bot.storage import job_tables
from bot.storage.database import open_database

if TYPE_CHECKING:
    from tests.postgres import Cluster


def test_they_are_made_once_and_kept_after_that(postgres: Cluster) -> None:
    """An upgrade may be run as often as you like; hints on their way survive it."""
    database = open_database(postgres.url(postgres.new_database()))
    with database.restructure() as connection:
        assert job_tables.apply(connection)
    with database.restructure() as connection:
        assert not job_tables.apply(connection)
    database.close()


def test_an_upgrade_that_fails_leaves_none_of_them(postgres: Cluster) -> None:
    """They are made in the same transaction as everything else."""
    database = open_database(postgres.url(postgres.new_database()))

    def fail() -> None:
        with database.restructure() as connection:
            job_tables.apply(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.restructure() as connection:
        assert job_tables.apply(connection)
    database.close()


def test_the_library_has_no_newer_form_of_them() -> None:
    """A library that expects another form needs a migration of ours before it may be used."""
    steps = sorted(path.stem for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert steps[-1] == job_tables.FORM


def test_the_applications_role_can_not_change_their_form(hinted_url: str) -> None:
    """It sends, takes and drops hints, as every other test here shows, and nothing else."""
    with (
        psycopg.connect(hinted_url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DROP TABLE procrastinate_periodic_defers")
