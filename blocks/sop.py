"""A playbook as a one-page operating procedure, and in one glance before it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import Block, sentence
from workflows import playbook as book
from workflows.durations import words as duration

if TYPE_CHECKING:
    from workflows.playbook import Approve, Playbook

LEVELS = {
    1: "reads only",
    2: "drafts only, nothing can be signed",
    3: "prepares, a person signs",
    4: "acts alone within strict limits",
}
_LINE = 250
_STEPS = 30
_INPUTS = 20
_VERSION = 12


def sop(playbook: Playbook) -> Block:
    """Return the message with the whole procedure, from its owner to what counts as success."""
    key = (playbook.playbook, playbook.version[:_VERSION])
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), playbook.title),
        rich.block(block_id(BlockId.FACTS, *key), *[_fact(*pair) for pair in _facts(playbook)]),
        rich.block(
            block_id(BlockId.STEPS, *key),
            rich.section(rich.text("Steps", bold=True)),
            rich.bullets([rich.runs(line, limit=_LINE) for line in _steps(playbook)], ordered=True),
        ),
        rich.block(block_id(BlockId.NOTE, *key), *[_fact(*pair) for pair in _controls(playbook)]),
        elements.context(block_id(BlockId.FOOTER, *key), _footer(playbook)),
        elements.actions(
            block_id(BlockId.BUTTONS, *key),
            elements.button(
                ActionId.PICK, "Start", playbook.playbook, about=playbook.title, primary=True
            ),
        ),
    ]
    return elements.message(sentence("How {} works: {}", playbook.title, playbook.goal), blocks)


def glance(playbook: Playbook) -> list[Block]:
    """Return the procedure in a few lines, for the head of its start form."""
    key = (playbook.playbook, playbook.version[:_VERSION])
    steps = " → ".join(book.step_name(step) for step in playbook.steps)
    signs = [f"{book.step_name(step)}: {_signing(rule)}" for step, rule in _rules(playbook)]
    lines = [
        rich.section(*rich.runs(playbook.goal, limit=_LINE)),
        _fact("Owner", playbook.owner),
        _fact("Steps", steps),
        _fact("Who signs", "; ".join(signs) or "nobody; nothing leaves the company"),
    ]
    return [rich.block(block_id(BlockId.FACTS, *key), *lines)]


def _fact(label: str, value: str) -> Block:
    return rich.section(rich.text(f"{label}  ", bold=True), *rich.runs(value, limit=_LINE))


def _facts(playbook: Playbook) -> list[tuple[str, str]]:
    inputs = [field.title for field in playbook.inputs[:_INPUTS]]
    return [
        ("Goal", playbook.goal),
        ("Owner", playbook.owner),
        ("Starts", _trigger(playbook)),
        ("One run is for", playbook.subject),
        ("Needs", ", ".join(inputs) or "nothing to fill in"),
        ("Only when", "; ".join(playbook.conditions) or "always"),
    ]


def _trigger(playbook: Playbook) -> str:
    found = ["when somebody starts it"] if playbook.trigger.command else []
    schedule = playbook.trigger.schedule
    if schedule:
        zone = schedule.zone or "the company's zone"
        found.append(f"by the clock: {schedule.cron} ({zone})")
    return " and ".join(found) or "from another playbook"


def _steps(playbook: Playbook) -> list[str]:
    lines = [_step(step) for step in playbook.steps[:_STEPS]]
    more = len(playbook.steps) - _STEPS
    return [*lines, f"and {more} more steps"] if more > 0 else lines


def _step(step: book.AnyStep) -> str:
    name = book.step_name(step)
    only = f", only if {step.when}" if step.when else ""
    return f"{name}: {_what(step)}{only}"


def _what(step: book.AnyStep) -> str:  # noqa: PLR0911 -- one line per kind of step
    match step:
        case book.ReadStep():
            return f"read {step.from_}" if step.from_ else f"{step.agent} writes a summary"
        case book.DraftStep():
            return f"{step.agent} drafts {step.action}; {_signing(step.approve)}"
        case book.DoStep():
            return f"carry out {step.action}; {_signing(step.approve)}"
        case book.AskStep():
            return f"ask {step.who}: {' or '.join(step.options)}, within {duration(step.within)}"
        case book.TaskStep():
            return f"task for {step.who}, within {duration(step.within)}"
        case book.WaitStep():
            signal = f" or until {step.signal}" if step.signal else ""
            return f"wait {duration(step.for_)}{signal}"
        case book.DecideStep():
            return f"if {step.if_} then {step.then}, otherwise {step.otherwise}"
        case book.TellStep():
            return f"say it in {step.channel or 'the place where it was started'}"
        case book.StartStep():
            return f"start {step.playbook}"


def _signing(rule: Approve) -> str:
    """Return who signs in words: "one of sales signs within 4 hours; above 5,000.00 USD …"."""
    line = f"{_count(rule.quorum)} of {' or '.join(rule.by)} signs within {duration(rule.within)}"
    for row in rule.above:
        line += f"; above {row.amount} {_count(row.quorum)} of {' or '.join(row.by)}"
    return f"{line}; held {duration(rule.hold)}" if rule.hold else line


def _count(quorum: int) -> str:
    return {1: "one", 2: "two", 3: "three"}.get(quorum, str(quorum))


def _rules(playbook: Playbook) -> list[tuple[book.AnyStep, Approve]]:
    kinds = (book.DraftStep, book.DoStep)
    return [(step, step.approve) for step in playbook.steps if isinstance(step, kinds)]


def _controls(playbook: Playbook) -> list[tuple[str, str]]:
    edits = {name for _, rule in _rules(playbook) for name in rule.edit}
    success = playbook.success
    target = f", target {success.target}" if success and success.target else ""
    return [
        ("May use", ", ".join(playbook.allow)),
        ("People may edit", ", ".join(sorted(edits)) or "nothing; reject instead"),
        ("If nobody signs", "a reminder at half time, then it expires and nothing is sent"),
        (
            "On the record",
            "everything read, every draft and edit, every press, what was carried out",
        ),
        ("Counts as success", f"{success.metric}{target}" if success else "no metric named"),
        ("Reviewed", playbook.review),
    ]


def _footer(playbook: Playbook) -> str:
    level = LEVELS.get(playbook.level, "")
    version = playbook.version[:_VERSION] or "not published"
    return f"Level {playbook.level}: {level} · version {version}"
