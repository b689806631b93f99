"""One list of App Home at a time: my team's, what is late, tasks, runs, playbooks, switches; page by page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from blocks import elements, ownerform, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from workflows.scopes import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from blocks.text import Block
    from workflows.ports import Switch
    from workflows.run import Run, Task

#: Rows of a list on one page; a row is two blocks at most, a Home holds a hundred.
PAGE = 25
_LINE = 200
#: Characters of a button's value.
VALUE = 2000


class View(StrEnum):
    """What Home shows."""

    MINE = "mine"
    TEAM = "team"
    LATE = "late"
    LOOK = "look"
    TASKS = "tasks"
    RUNS = "runs"
    PLAYBOOKS = "playbooks"
    LEARNT = "learnt"
    DECIDING = "deciding"
    SWITCHES = "switches"


WORDS = {
    View.MINE: "What waits for me",
    View.TEAM: "What waits for my team",
    View.LATE: "What is late",
    View.LOOK: "What went by itself",
    View.TASKS: "All my tasks",
    View.RUNS: "Runs under way",
    View.PLAYBOOKS: "Playbooks",
    View.LEARNT: "What agents learnt",
    View.DECIDING: "How I decide",
    View.SWITCHES: "Agents, connectors, switches",
}
_EMPTY = {
    View.TEAM: "Nothing waits for anybody else of your team.",
    View.LATE: "Nothing is late.",
    View.LOOK: "Nothing that went by itself is to be looked at by you.",
    View.TASKS: "You have no task.",
    View.RUNS: "Nothing is under way.",
    View.PLAYBOOKS: "There is no playbook here.",
    View.LEARNT: "Nothing was learnt from edits here, and nothing has left in the last weeks.",
}
#: Rows of these are no things one could count.
_UNCOUNTED = frozenset({View.DECIDING, View.LEARNT})
#: What somebody without any right sees.
OWN = (View.MINE, View.TASKS)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody is in Home: a list and its page, from 1."""

    view: View = View.MINE
    page: int = 1

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what `str` wrote, `team:2`; anything else is the first page of what waits for me."""
        view, _, page = text.partition(":")
        known = view in set(View) and (page or "1").isdecimal()
        return cls(view=View(view), page=max(int(page or "1"), 1)) if known else cls()

    def __str__(self) -> str:
        """Write `team:2`."""
        return f"{self.view}:{self.page}"


def menu(now: View, views: Collection[View]) -> Block:
    """Return the menu of the lists somebody may look at."""
    options = {
        view: elements.option(words, str(Place(view=view)))
        for view, words in WORDS.items()
        if view in views
    }
    return elements.select(
        f"{ActionId.HOME_PAGE}:list", list(options.values()), initial=options[now]
    )


def turning(place: Place, last: int) -> Block:
    """Return the buttons to the pages before and after."""
    steps = [("Back", place.page - 1), ("Next", place.page + 1)]
    buttons = [
        elements.button(
            ActionId.HOME_PAGE,
            f"{text} to page {to}",
            str(Place(view=place.view, page=to)),
            suffix=text.lower(),
        )
        for text, to in steps
        if 1 <= to <= last
    ]
    return elements.actions(block_id(BlockId.PAGES, "home", place.view, place.page), *buttons)


def listing(place: Place, rows: Sequence[Sequence[Block]], views: Collection[View]) -> Block:
    """Return the Home view of one list: so many of how many, and the rows of its page."""
    last = max(1, -(-len(rows) // PAGE))
    place = Place(view=place.view, page=min(place.page, last))
    first = (place.page - 1) * PAGE
    here = rows[first : first + PAGE]
    count = f" ({len(rows)})" if rows and place.view not in _UNCOUNTED else ""
    blocks = [
        elements.header(block_id(BlockId.TITLE, "home", str(place)), f"{WORDS[place.view]}{count}"),
        elements.actions(block_id(BlockId.NEXT, "home", str(place)), *_beside(place.view, views)),
        *[block for row in here for block in row],
    ]
    if not rows:
        blocks.append(elements.plain_section(BlockId.NOTE, _EMPTY.get(place.view, "Nothing here.")))
    if last > 1:
        blocks.append(turning(place, last))
    return {"type": "home", "callback_id": str(CallbackId.HOME), "blocks": blocks}


def _beside(view: View, views: Collection[View]) -> list[Block]:
    """Return the menu of lists, and what whoever may set things can begin from this one."""
    begin = [ownerform.new_button()] if view is View.PLAYBOOKS and View.SWITCHES in views else []
    return [menu(view, views), *begin]


def waiting_row(run: Run, names: Sequence[str]) -> list[Block]:
    """Return a draft that waits for others: what, how much, until when, for whom."""
    draft = run.draft
    if draft is None:
        return []
    line = [*rich.runs(draft.title, limit=_LINE)]
    if draft.amount:
        line.append(rich.text(f" · {draft.amount}"))
    line += [rich.text(" · due "), rich.date(draft.expires_at)]
    whom = ", ".join(names) or "nobody: tell the owner"
    line.append(rich.text(f" · waits for {whom}"))
    if draft.escalated_at:
        line.append(rich.text(" · passed on, since it was late"))
    return _with_run("draft", draft.id, run, line)


def run_row(run: Run) -> list[Block]:
    """Return a run: its playbook, what it is about, where it stands."""
    line = [rich.text(f"{run.playbook}  ", bold=True), *rich.runs(run.subject, limit=_LINE)]
    at = f"at {run.step}: " if run.step else ""
    where = f" · {at}{run.why or run.state}"
    line += [*rich.runs(where, limit=_LINE), rich.text(" · since "), rich.date(run.created_at)]
    return _with_run("run", run.id, run, line)


def late_task(task: Task) -> list[Block]:
    """Return somebody's work that is late."""
    line = [rich.person(task.owner), rich.text(": "), *rich.runs(task.title, limit=_LINE)]
    if task.due_at:
        line += [rich.text(" · was due "), rich.date(task.due_at)]
    show = elements.button(ActionId.SHOW_RUN, "Show", task.run_id, about=task.title)
    return [
        rich.block(block_id(BlockId.ROW, "late", task.id), rich.section(*line)),
        elements.actions(block_id(BlockId.BUTTONS, "late", task.id), show),
    ]


def paused(switches: Sequence[Switch]) -> list[Block]:
    """Return that everything is paused, where it is: what is signed meanwhile does not leave."""
    off = next((each for each in switches if each.scope == EVERYTHING), None)
    if off is None:
        return []
    line = [rich.text("Everything is paused", bold=True), rich.text(" by "), rich.person(off.by)]
    line += [rich.text(" since "), rich.date(off.at)]
    line.append(rich.text(": nothing new starts, and what is signed leaves once it is resumed."))
    return [rich.block(block_id(BlockId.ROW, "paused", "all"), rich.section(*line))]


def switch_row(scope: str, off: Switch | None, purpose: str = "") -> list[Block]:
    """Return something that can be switched off or on: what it is, who switched it off and when."""
    kind, _, name = scope.partition(":")
    what = " · ".join(part for part in (kind if name else "", purpose) if part)
    line = [rich.text(name[:_LINE] or "Everything", bold=True)]
    line += [rich.text(f" · {what}"[:_LINE])] if what else []
    if off:
        by = [rich.text(" · off, by "), rich.person(off.by)]
        line += [*by, rich.text(" since "), rich.date(off.at)]
    else:
        line.append(rich.text(" · on"))
    word, text = ("resume", "Switch on") if off else ("pause", "Switch off")
    value = f"{word}:{scope}"[:VALUE]
    button = elements.button(ActionId.SWITCH, text, value, about=name or "everything")
    return [
        rich.block(block_id(BlockId.ROW, "switch", scope), rich.section(*line)),
        elements.actions(block_id(BlockId.BUTTONS, "switch", scope), button),
    ]


def _with_run(kind: str, name: str, run: Run, line: list[Block]) -> list[Block]:
    show = elements.button(ActionId.SHOW_RUN, "Show", run.id, about=run.subject)
    return [
        rich.block(block_id(BlockId.ROW, kind, name), rich.section(*line)),
        elements.actions(block_id(BlockId.BUTTONS, kind, name), show),
    ]
