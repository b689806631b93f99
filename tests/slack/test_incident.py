"""Story: a run can't go on. Its thread says what happened and how, and it is tried again with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import screen
from tests.slack.office import IDA, LEE, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
TABLE = "tables/quotes.csv"


def _broken(home: Path) -> str:
    """Take the quotes table away; return what stood in it."""
    text = (home / TABLE).read_text(encoding="utf-8")
    (home / TABLE).unlink()
    return text


def test_what_could_not_go_on_is_told_in_a_thread_and_tried_again(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The message names the reason, its thread the way there and a post-mortem; mended, one press goes on."""
    text = _broken(home)
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.pass_by(hours=1)
    message, mortem = office.posted(SALES)
    assert "could not go on" in message["text"]
    assert mortem["thread_ts"] == message["ts"]
    told = ("What happened: table could not", "step quote of quote-follow-up", "left: nothing")
    for part in (*told, "Looked after by: U01ANA", "Cause", "started it"):
        assert part in screen.words(mortem)
    (home / TABLE).write_text(text, encoding="utf-8")
    office.press(LEE, message, "retry")
    assert "Q-1043" in screen.words(office.newest(SALES))
    assert "Approve" in screen.buttons(office.newest(SALES))
    assert screen.buttons(office.posted(SALES)[0]) == []


def test_incidents_go_to_whoever_keeps_it_running(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The platform owner of company.yml, and the second time it says that it was seen before."""
    file = home / "company.yml"
    file.write_text(f"platform: {IDA}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    _broken(home)
    office = opened()
    for quote in ("Q-1042", "Q-1043"):
        office.command(LEE, f"/playbook quote-follow-up {quote}")
        office.pass_by(hours=1)
    _, first, _, second = office.posted(SALES)
    assert f"Looked after by: {IDA}" in screen.words(first)
    assert "Seen before: no" in screen.words(first)
    assert "1 stand at the same step: Q-1042" in screen.words(second)
