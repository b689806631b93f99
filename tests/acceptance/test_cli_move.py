"""Moving house at the command line: from the file of a trial to PostgreSQL, with nothing of the log lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.postgres import APP, OWNER

if TYPE_CHECKING:
    from tests.acceptance.conftest import Terminal
    from tests.postgres import Cluster


def _moved(terminal: Terminal, url: str, *role: str) -> str:
    assert terminal.sayso("init").code == 0
    assert terminal.sayso("db", "upgrade").code == 0
    told = terminal.sayso("db", "copy", "--to", url, *role)
    assert (told.code, told.err) == (0, "")
    return told.out


def test_the_bot_works_on_after_moving_to_postgresql(terminal: Terminal, postgres: Cluster) -> None:
    """The log verifies there, for the role of the bot, which doesn't own the tables."""
    name = postgres.new_database()
    out = _moved(terminal, postgres.url(name, OWNER), "--role", APP)
    assert "verified the audit log there" in out
    assert "Only its owner" not in out
    there = {"DATABASE_URL": postgres.url(name, APP)}
    assert terminal.sayso("audit", "verify", **there).code == 0
    assert terminal.sayso("runs", "list", **there).code == 0


def test_a_role_that_was_forgotten_is_let_in_later(terminal: Terminal, postgres: Cluster) -> None:
    """The move says that the bot has no rights yet, and what gives them."""
    name = postgres.new_database()
    assert "Only its owner may use it: sayso db upgrade" in _moved(
        terminal, postgres.url(name, OWNER)
    )
    there = {"DATABASE_URL": postgres.url(name, APP)}
    assert terminal.sayso("runs", "list", **there).code != 0
    owned = {**there, "DATABASE_OWNER_URL": postgres.url(name, OWNER)}
    assert terminal.sayso("db", "upgrade", **owned).code == 0
    assert terminal.sayso("runs", "list", **there).code == 0
