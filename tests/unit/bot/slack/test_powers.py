"""What admins see of agents and connectors beside their switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blocks.kit.problem import walk
from bot.slack import powers
from bot.storage.makers import Made
from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import ACTIONS, mailing, playbook, reading
from workflows.ports import Finding, Switch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BOOKS = [playbook(reading(), mailing()), playbook(mailing(), playbook="other", title="Other")]


class Rows:
    """A database in which one agent wrote this."""

    def __init__(self, made: Made, off: Sequence[Switch] = ()) -> None:
        """Take what it wrote, and what is switched off."""
        self._made, self._off = made, off

    def switches(self) -> Sequence[Switch]:
        """Return what is switched off."""
        return self._off

    def made(self, agent: str, since: datetime) -> Made:
        """Return what it wrote."""
        assert (agent, since) == ("writer", MONDAY)
        return self._made


def lines(made: Made, findings: Sequence[Finding] = (), *off: Switch) -> list[str]:
    """Return the rows, as they read."""
    found = powers.rows(Rows(made, off), BOOKS, ACTIONS, findings, MONDAY)
    return [_words(row[0]) for row in found]


def _words(block: Any) -> str:
    return "".join(str(part["text"]) for part in walk(block) if isinstance(part.get("text"), str))


def test_all_of_it_stands_first_then_agents_connectors_and_playbooks() -> None:
    """What is off and is nowhere else any more stands last."""
    gone = Switch(scope="playbook:gone", by="U-ADA", at=MONDAY)
    names = [line.partition(" · ")[0] for line in lines(Made(), (), gone)]
    assert names == ["Everything", "writer", "mail", "pay", "follow-up", "other", "gone"]
    assert "gone · playbook · off, by " in lines(Made(), (), gone)[-1]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Made(), "no drafts this week · for Follow up, Other"),
        (Made(drafts=1, model="m-1", prompt="p-1"), "1 draft this week · m-1, instructions p-1"),
        (Made(drafts=2, model="m-1"), "2 drafts this week · m-1 · for"),
        (Made(model="offline/templates@1", prompt="0123456789abcdef"), "instructions 0123456789ab"),
        (Made(model="offline/templates@1", prompt="p-1"), "templates, no model, instructions p-1"),
    ],
)
def test_an_agent_says_how_much_it_wrote_and_with_what(made: Made, said: str) -> None:
    """The model and the version of its instructions are those of its newest draft."""
    assert said in lines(made)[1]


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], "mail · connector · may: Send an e-mail (mail.send) · on"),
        ([Finding(ok=False, what="x")], "mail · connector · may: Send"),
        ([Finding(ok=True, what="x", connector="mail")], "connector · works · may: Send"),
        (
            [
                Finding(ok=True, what="x", connector="mail"),
                Finding(ok=False, what="server", why="it is off", connector="mail"),
            ],
            "does not work (server: it is off) · may: Send",
        ),
        ([Finding(ok=False, what="server", connector="mail")], "does not work (server) · may:"),
    ],
)
def test_a_connector_says_whether_it_works_and_what_it_may_do(
    findings: list[Finding], said: str
) -> None:
    """By the latest look; before the first nobody knows."""
    assert said in lines(Made(), findings)[2]
