"""App Home's list for admins: each agent, connector and playbook, what it is and does, and its switch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from blocks import listing
from workflows.playbook import DraftStep, ReadStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from blocks.text import Block
    from bot.storage.makers import Made
    from workflows.action import ActionSpec
    from workflows.playbook import Playbook
    from workflows.ports import Finding, Switch


class Looking(Protocol):
    """What is looked up to draw it."""

    def switches(self) -> Sequence[Switch]:
        """Return what is switched off."""
        ...

    def made(self, agent: str, since: datetime) -> Made:
        """Return what an agent wrote since then, and what wrote its newest draft."""
        ...


def rows(
    reading: Looking,
    books: Sequence[Playbook],
    actions: Mapping[str, ActionSpec],
    findings: Sequence[Finding],
    since: datetime,
) -> list[list[Block]]:
    """Return a row for everything that can be switched off: all of it first, then agents, connectors, playbooks."""
    off = {switch.scope: switch for switch in reading.switches()}
    agents = {
        f"agent:{name}": _agent(reading.made(name, since), titles)
        for name, titles in sorted(_agents(books).items())
    }
    known = {
        "everything": "",
        **agents,
        **_connectors(actions, findings),
        **{f"playbook:{book.playbook}": book.title for book in books},
    }
    scopes = {**known, **{scope: "" for scope in off if scope not in known}}
    return [listing.switch_row(scope, off.get(scope), words) for scope, words in scopes.items()]


def _agents(books: Sequence[Playbook]) -> dict[str, list[str]]:
    """Return the titles of the playbooks that use each agent."""
    used: dict[str, list[str]] = defaultdict(list)
    for book in books:
        named = {step.agent for step in book.steps if isinstance(step, DraftStep | ReadStep)}
        for name in named - {""}:
            used[name].append(book.title)
    return used


def _agent(made: Made, titles: Sequence[str]) -> str:
    """Return how much it wrote this week, what wrote it last, and for which playbooks it works."""
    drafts = f"{made.drafts or 'no'} draft{'' if made.drafts == 1 else 's'} this week"
    return " · ".join(part for part in (drafts, _maker(made), f"for {', '.join(titles)}") if part)


def _maker(made: Made) -> str:
    """Return the model and the version of its instructions, as its newest draft has them."""
    if not made.model:
        return ""
    model = "templates, no model" if made.model.startswith("offline/") else made.model
    return f"{model}, instructions {made.prompt[:12]}" if made.prompt else model


def _connectors(actions: Mapping[str, ActionSpec], findings: Sequence[Finding]) -> dict[str, str]:
    """Return whether each connector works, and what may be carried out with it."""
    able: dict[str, list[str]] = defaultdict(list)
    for spec in actions.values():
        able[spec.name.partition(".")[0]].append(f"{spec.title} ({spec.name})")
    return {
        f"connector:{name}": f"{_health(name, findings)}may: {', '.join(titles)}"
        for name, titles in sorted(able.items())
    }


def _health(name: str, findings: Sequence[Finding]) -> str:
    """Return what the latest look at a connector found; nothing where nobody has looked yet."""
    its = [finding for finding in findings if finding.connector == name]
    bad = next((finding for finding in its if not finding.ok), None)
    if bad is None:
        return "works · " if its else ""
    why = f": {bad.why}" if bad.why else ""
    return f"does not work ({bad.what}{why}) · "
