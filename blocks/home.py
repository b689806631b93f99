"""App Home: what waits for me first, then my tasks, my runs, my playbooks, and the switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import delegation, elements, listing, many, ownerform, queue, rich
from blocks.ids import ActionId, BlockId, CallbackId, TaskMore, block_id
from blocks.text import Block, plain
from blocks.values import HASH_LENGTH, ReturnValue
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from blocks.queue import Waiting
    from workflows.ports import Finding, Switch
    from workflows.run import Run, Task

#: Rows of the queue on one page.
PAGE = listing.PAGE
_TASKS = 5
_RUNS = 4
_PLAYBOOKS = 4
_SWITCHES = 2
_FINDINGS = 4
_ASKED = 12
_LINE = 200


@dataclass(frozen=True, kw_only=True)
class Owned:
    """A playbook this person owns, and what it did this week."""

    name: str
    title: str
    version: str
    level: int
    #: Who owns it, where that is not the reader.
    owner: str = ""
    #: The level the delegation matrix recommends, and who scored it; 0 where nobody has.
    recommended: int = 0
    scored_by: str = ""
    #: This week's drafts that went out, of them those edited first and those a rule signed; and those rejected.
    sent: int = 0
    edited: int = 0
    by_rule: int = 0
    rejected: int = 0
    #: The changed version that waits to be activated, and the version before; empty where there is none.
    proposal: str = ""
    before: str = ""
    #: The stage it stands at.
    stage: str = "assist"
    #: Whether the reader may change it.
    may_change: bool = True


@dataclass(frozen=True, kw_only=True)
class Home:
    """Everything one person's Home tab shows."""

    now: datetime
    waiting: Sequence[Waiting] = ()
    #: So many alike may be signed together at most.
    most_together: int = 12
    #: The page of the queue, from 1.
    page: int = 1
    tasks: Sequence[Task] = ()
    runs: Sequence[Run] = ()
    owned: Sequence[Owned] = ()
    #: Admins see each switch that is off and what is wrong; that everything is paused, everybody sees.
    admin: bool = False
    #: The lists they may look at.
    views: Sequence[listing.View] = listing.OWN
    switches: Sequence[Switch] = ()
    findings: Sequence[Finding] = ()
    #: For the owner: how often each was asked this week, and what that was good for.
    asked: Sequence[str] = ()
    #: What went out yesterday, how much of it was edited first, and how much a rule signed.
    sent_yesterday: int = 0
    edited_yesterday: int = 0
    ruled_yesterday: int = 0


def home(shown: Home) -> Block:
    """Return the Home view. Page 1 has everything, the others only rows of the queue."""
    last = max(1, -(-len(shown.waiting) // PAGE))
    page = min(max(shown.page, 1), last)
    blocks = [*listing.paused(shown.switches), *_head(shown, page), *_rows(shown, page)]
    if last > 1:
        blocks.append(listing.turning(listing.Place(page=page), last))
    if page == 1:
        blocks += [*_tasks(shown), *_runs(shown), *_owned(shown), *_asked(shown), *_admin(shown)]
    return {"type": "home", "callback_id": str(CallbackId.HOME), "blocks": blocks}


def closed(words: str) -> Block:
    """Return the Home view of somebody who is not of this company: why it is empty, and nothing else."""
    blocks = [elements.plain_section(BlockId.NOTE, words)]
    return {"type": "home", "callback_id": str(CallbackId.HOME), "blocks": blocks}


def _head(shown: Home, page: int) -> list[Block]:
    line = queue.counts(shown.waiting, shown.now)
    if not shown.waiting:
        sent, edited = shown.sent_yesterday, shown.edited_yesterday
        went = f"Yesterday {sent} went out, {edited} of them edited{_ruled(shown.ruled_yesterday)}."
        line += f" {went if sent else 'Nothing went out yesterday.'}"
    head = elements.header(block_id(BlockId.TITLE, "home", page), line)
    start = elements.button(ActionId.START, "Start a playbook", "pick")
    help_ = elements.button(ActionId.SHOW_HELP, "What can I do here?", "help")
    alike = many.button(many.groups(shown.waiting, shown.most_together))
    buttons = [queue.claim_next(), *alike, start, help_] if shown.waiting else [start, help_]
    buttons.append(listing.menu(listing.View.MINE, shown.views))
    return [head, elements.actions(block_id(BlockId.NEXT, "home", page), *buttons)]


def _ruled(count: int) -> str:
    """Return how many of what went out no person signed; nothing where people signed all of it."""
    return f", {count} signed by rule" if count else ""


def _rows(shown: Home, page: int) -> list[Block]:
    first = (page - 1) * PAGE
    return [block for one in shown.waiting[first : first + PAGE] for block in queue.row(one)]


def _part(name: str, title: str, rows: list[list[Block]], most: int) -> list[Block]:
    """Return a headed part of at most `most` rows, or nothing when it is empty."""
    if not rows:
        return []
    head: Block = {
        "type": "header",
        "block_id": f"{BlockId.TITLE}:{name}",
        "text": plain(title, 150),
    }
    blocks = [head, *[block for row in rows[:most] for block in row]]
    more = len(rows) - most
    if more > 0:
        blocks.append(elements.context(f"{BlockId.FOOTER}:{name}", f"and {more} more"))
    return blocks


def _tasks(shown: Home) -> list[Block]:
    rows = [task_row(task) for task in shown.tasks if task.state == "open"]
    return _part("tasks", "My tasks", rows, _TASKS)


def task_row(task: Task) -> list[Block]:
    """Return a task: its title, when it is due, and the buttons that close it."""
    section = rich.section(*task_line(task))
    return [rich.block(block_id(BlockId.ROW, "task", task.id), section), task_buttons(task)]


def task_line(task: Task) -> list[Block]:
    """Return what is to be done until when."""
    line = rich.runs(task.title, limit=_LINE)
    if task.due_at:
        line += [rich.text(" · due "), rich.date(task.due_at)]
    return [*line, *_suggested(task)]


def _suggested(task: Task) -> list[Block]:
    """Return what is suggested and why; how sure that is, is how often people took it so far."""
    if not task.recommended:
        return []
    line = [rich.text("\nSuggested: "), *rich.runs(Untrusted(task.recommended), limit=_LINE)]
    if task.because.raw:
        line += [rich.text(", because "), *rich.runs(task.because, limit=_LINE)]
    taken = f"{task.followed} of {task.answers} times" if task.answers else "not asked before"
    return [*line, rich.text(f" ({'taken ' if task.answers else ''}{taken})")]


def task_buttons(task: Task) -> Block:
    """Return what whoever has the work can do with it."""
    if task.options:
        buttons = [_answer(task, option, at) for at, option in enumerate(task.options[:10])]
    else:
        buttons = [elements.button(ActionId.TASK_DONE, "Done", task.id, about=task.title)]
    buttons.append(_later_or_other(task))
    return elements.actions(block_id(BlockId.BUTTONS, "task", task.id), *buttons)


def _later_or_other(task: Task) -> Block:
    words = {
        TaskMore.HOUR: "Put off for an hour",
        TaskMore.DAY: "Put off for a working day",
        TaskMore.WEEK: "Put off for a week",
        TaskMore.HAND_OVER: "Hand over …",
    }
    options = [elements.option(text, f"{choice}:{task.id}") for choice, text in words.items()]
    return elements.overflow(ActionId.TASK_MORE, *options)


def _answer(task: Task, option: str, at: int) -> Block:
    recommended = option == task.recommended
    text = f"{option} (recommended)" if recommended else option
    value = f"{task.id}:{option}"[: listing.VALUE]
    return elements.button(
        ActionId.ANSWER, text, value, about=task.title, primary=recommended, suffix=str(at)
    )


def _runs(shown: Home) -> list[Block]:
    rows = [listing.run_row(run) for run in shown.runs]
    return _part("runs", "My runs", rows, _RUNS)


def _owned(shown: Home) -> list[Block]:
    waiting_first = sorted(shown.owned, key=lambda one: not one.proposal)
    rows = [playbook_rows(one) for one in waiting_first]
    return _part("owned", "Playbooks I own", rows, _PLAYBOOKS)


def _asked(shown: Home) -> list[Block]:
    if not shown.asked:
        return []
    lines = [*shown.asked[:-1][:_ASKED], shown.asked[-1]]
    text = rich.block(block_id(BlockId.ROW, "asked"), rich.bullets([rich.runs(x) for x in lines]))
    return _part("asked", "Asked this week", [[text]], 1)


def playbook_row(one: Owned) -> Block:
    """Return a playbook: what it may do, which version is active, what it did this week."""
    owner = f" · owned by {one.owner}" if one.owner else ""
    week = f"this week {one.sent} sent, {one.edited} edited{_ruled(one.by_rule)}, {one.rejected} rejected"
    waits = " · a changed version waits to be activated" if one.proposal else ""
    may = f"stage {one.stage} · level {one.level}{_recommended(one)}"
    text = f"{one.title} · {may} · version {one.version[:12]}{owner} · {week}{waits}"
    show = elements.button(ActionId.SHOW_SOP, "Show", one.name, about=one.title)
    return elements.plain_section(block_id(BlockId.ROW, "owned", one.name), text, accessory=show)


def _recommended(one: Owned) -> str:
    """Return how the recommended level stands to the playbook's own."""
    if not one.recommended:
        return ""
    words = f"{one.recommended} recommended"
    if one.recommended == one.level:
        words = "as recommended"
    elif one.recommended < one.level:
        words = f"higher than the {one.recommended} recommended"
    return f" ({words}, scored by {one.scored_by})"


def playbook_rows(one: Owned) -> list[Block]:
    """Return a playbook and what can be done about it."""
    return [playbook_row(one), _owned_buttons(one)]


def _owned_buttons(one: Owned) -> Block:
    """Return what can be done about a playbook's versions and level."""
    buttons = [ownerform.change_button(one.name, one.title)] if one.may_change else []
    if one.proposal:
        buttons.insert(
            0, elements.button(ActionId.SHOW_CHANGE, "Look at it", one.proposal, about=one.title)
        )
    if one.before:
        value = ReturnValue(
            playbook=one.name, active=one.version[:HASH_LENGTH], to=one.before[:HASH_LENGTH]
        )
        text = "Return to the version before"
        buttons.append(elements.button(ActionId.ROLL_BACK, text, str(value), about=one.title))
    buttons.append(delegation.button(one.name, one.title))
    return elements.actions(block_id(BlockId.BUTTONS, "owned", one.name), *buttons)


def _admin(shown: Home) -> list[Block]:
    if not shown.admin:
        return []
    switches = [listing.switch_row(off.scope, off) for off in shown.switches]
    bad = [finding for finding in shown.findings if not finding.ok]
    findings = [[_finding_row(finding, at)] for at, finding in enumerate(bad)]
    return [
        *_part("switches", "Switched off", switches, _SWITCHES),
        *_part("findings", "Needs attention", findings, _FINDINGS),
    ]


def _finding_row(finding: Finding, at: int) -> Block:
    text = " ".join(part for part in (f"{finding.what}.", finding.why, finding.fix) if part)
    return elements.context(block_id(BlockId.ROW, "finding", at), text)
