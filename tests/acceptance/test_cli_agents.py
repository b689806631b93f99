"""What agents learnt, at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage.database import open_database
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.unit.bot.storage.records import taught
from workflows.playbook import Playbook

if TYPE_CHECKING:
    from tests.acceptance.conftest import Terminal


def test_what_was_learnt_is_listed_and_switched(terminal: Terminal) -> None:
    """Each with its difference as the agent sees it; whoever sits at the machine can have it forgotten."""
    assert terminal.sayso("init").code == 0
    assert terminal.sayso("db", "upgrade").code == 0
    assert terminal.sayso("agents", "learnt").out == "Nothing was learnt from edits.\n"
    database = open_database(f"sqlite:///{terminal.folder / 'company' / 'sayso.db'}")
    taught(
        SqlStore(
            database,
            wake=lambda *_: None,
            clock=FakeClock(),
            ids=FakeIds(),
            load=Playbook.model_validate_json,
        )
    )
    database.close()
    listed = terminal.sayso("agents", "learnt").out
    assert "d-1  on  writer  follow-up, letter" in listed
    assert "body before: Shall we go ahead?" in listed
    assert "body after:  Other words" in listed
    (one,) = terminal.sayso("agents", "learnt", "writer", "--json").json["learnt"]
    assert (one["id"], one["state"], one["reason"]) == ("d-1", "on", "wrong tone")
    assert "is forgotten" in terminal.sayso("agents", "switch", "d-1", "removed").out
    assert terminal.sayso("agents", "learnt", "--json").json == {"learnt": [], "edited": {}}
    gone = terminal.sayso("agents", "switch", "d-1", "on")
    assert gone.code == 1
    assert "not among what was learnt" in gone.err
