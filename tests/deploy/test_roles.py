"""The script that makes the two roles is run on a real server: one can change tables, the other can't."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.storage.database import open_database
from bot.storage.schema import check, upgrade
from tests.postgres import programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Cluster

SCRIPT = Path(__file__).parent.parent.parent / "deploy" / "init-roles.sql"
#: The server of the tests has roles of these names already; the script's are tried under another.
TRIED = "tried"


@pytest.fixture
def made(postgres: Cluster) -> Iterator[Cluster]:
    """Run the script as an administrator does, on the tests' server."""
    folder = programs()
    assert folder
    psql = [str(folder / "psql"), "--no-psqlrc", "--host=127.0.0.1", f"--port={postgres.port}"]
    words = ["--username=postgres", "--dbname=postgres", "--variable=ON_ERROR_STOP=1"]
    passwords = [f"--variable={name}_password=it's-{name}" for name in ("owner", "app")]
    script = re.sub(r"\bsayso\b|\bsayso(?=_)", TRIED, SCRIPT.read_text())
    subprocess.run([*psql, *words, *passwords], input=script, text=True, check=True)
    yield postgres
    with postgres.connect("postgres") as connection:
        connection.execute(f"DROP DATABASE {TRIED} WITH (FORCE)")
        for role in ("owner", "app"):
            connection.execute(f"DROP ROLE {TRIED}_{role}")


def test_the_owner_makes_the_tables_and_the_bot_uses_them(made: Cluster) -> None:
    """With the two roles `sayso db upgrade` works, and what it makes is up to date and guarded."""
    owner = open_database(made.url(TRIED, f"{TRIED}_owner"), "*")
    upgrade(owner, f"{TRIED}_app")
    owner.close()
    app = open_database(made.url(TRIED, f"{TRIED}_app"))
    assert check(app).ok
    app.close()


def test_neither_role_may_more_than_it_needs(made: Cluster) -> None:
    """No superuser, nobody who sees past row-level security, nobody else in the database."""
    with made.connect("postgres") as connection:
        query = (
            "SELECT rolname FROM pg_roles WHERE rolname LIKE %s AND rolcanlogin AND NOT"
            " (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
        )
        found = connection.execute(query, [f"{TRIED}%"]).fetchall()
        assert sorted(name for (name,) in found) == [f"{TRIED}_app", f"{TRIED}_owner"]
        kept = "SELECT rolpassword LIKE 'SCRAM-SHA-256%%' FROM pg_authid WHERE rolname LIKE %s"
        assert connection.execute(kept, [f"{TRIED}%"]).fetchall() == [(True,), (True,)]
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        made.connect(TRIED, "sayso_app")
    with (
        made.connect(TRIED, f"{TRIED}_app") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (n int)")
