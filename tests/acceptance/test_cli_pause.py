"""The emergency stop at the command line: at once, on the record, and never under a wrong name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Terminal


def test_everything_is_stopped_and_goes_on(terminal: Terminal) -> None:
    """Whoever sits at the machine needs no Slack for it; the log says that it was them."""
    assert terminal.sayso("init").code == 0
    stopped = terminal.sayso("pause")
    assert (stopped.code, stopped.err) == (0, "")
    assert stopped.out == (
        "Everything is paused: nothing new starts and nothing leaves.\nPaused now: everything.\n"
    )
    one = terminal.sayso("pause", "connector:mail", "--json")
    assert one.json == {"paused": ["connector:mail", "everything"]}
    assert terminal.sayso("resume").out == (
        "Everything is running again.\nPaused now: connector:mail.\n"
    )
    logged = terminal.sayso("audit", "search", "--actor", "system:command-line", "--json").json
    assert [entry["event"] for entry in logged] == [
        "run:switch:paused",
        "run:switch:paused",
        "run:switch:resumed",
    ]


def test_everything_is_stopped_while_a_playbook_is_broken(terminal: Terminal) -> None:
    """Just then it is needed most."""
    assert terminal.sayso("init").code == 0
    broken = next((terminal.folder / "company" / "playbooks").glob("*.yml"))
    broken.write_text("playbook: [", encoding="utf-8")
    assert terminal.sayso("pause").code == 0
    assert terminal.sayso("pause", "--json").json == {"paused": ["everything"]}


def test_a_slip_of_the_pen_stops_nothing_and_says_so(terminal: Terminal) -> None:
    """Whatever is paused must be there; playbooks and their agents are once the company was started."""
    assert terminal.sayso("init").code == 0
    for wrong, right in (
        ("connector:male", "connector:mail"),
        ("connector:tabel", "connector:table"),
    ):
        told = terminal.sayso("pause", wrong)
        assert told.code == 1
        assert f"Did you mean {right}?" in told.err
    assert "There is nothing called quote-folow-up" in terminal.sayso("pause", "quote-folow-up").err
    assert terminal.sayso("resume", "--json").json == {"paused": []}
