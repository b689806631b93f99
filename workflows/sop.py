"""A playbook as a one-page operating procedure: plain sentences an owner can read aloud and sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.delegation.matrix import LEVELS
from workflows.durations import words
from workflows.playbook import DoStep, DraftStep, ReadStep, step_name
from workflows.policy import needed_words
from workflows.prose import exception_line, rule_line, step_line
from workflows.trust.figures import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflows.action import Field
    from workflows.playbook import Above, Approve, Assign, Playbook

_LOG = (
    "Every step, what was read, what an agent wrote and from which template or model",
    "Who signed, changed or rejected which exact text, when, and what came of it",
)
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


class Section(Record):
    """A heading and the plain lines under it."""

    title: str
    lines: tuple[str, ...]


class Sop(Record):
    """An operating procedure: title, goal and its sections, always the same ones in the same order."""

    playbook: str
    #: Content hash of the text it was made from; empty when it was never loaded from a file.
    version: str
    title: str
    goal: str
    sections: tuple[Section, ...]


def sop(
    playbook: Playbook,
    titles: Mapping[str, str] | None = None,
    advised: Sequence[str] = (),
    *,
    stands: str = "",
) -> Sop:
    """Return the procedure. `titles` says what actions and reads are called: `{"mail.send": "Send an e-mail"}`.

    `advised` is what the delegation matrix recommends, said beside the level; `stands` the stage and why.
    """
    named = titles or {}
    found = {
        "Trigger": _trigger(playbook),
        "Inputs": [*map(_input, playbook.inputs), *_fixed(playbook)] or ["None"],
        "Applies when": [f"`{condition}` holds" for condition in playbook.conditions] or ["Always"],
        "Allowed actions": _allowed(playbook, named),
        "Steps": [f"{n}. {step_line(step)}" for n, step in enumerate(playbook.steps, start=1)],
        "Approval": list(_approvals(playbook)) or ["Nothing leaves the company, so nobody signs"],
        "Exceptions": list(_exceptions(playbook)),
        "Log": _LOG,
        "Success": _success(playbook),
        "Owner": [playbook.owner, *_extends(playbook)],
        "Data sources": _sources(playbook, named),
        "Level": [
            f"{playbook.level}: {LEVELS[playbook.level]}",
            *_alone(playbook),
            *([f"It stands at {stands}"] if stands else []),
            *advised,
        ],
        "Review": [playbook.review],
    }
    sections = tuple(Section(title=title, lines=tuple(lines)) for title, lines in found.items())
    return Sop(
        playbook=playbook.playbook,
        version=playbook.version,
        title=playbook.title,
        goal=playbook.goal,
        sections=sections,
    )


def sop_text(
    playbook: Playbook,
    titles: Mapping[str, str] | None = None,
    advised: Sequence[str] = (),
    *,
    stands: str = "",
) -> str:
    """Return the procedure as Markdown."""
    made = sop(playbook, titles, advised, stands=stands)
    parts = [f"# {_escaped(made.title)}", _escaped(made.goal)]
    for section in made.sections:
        parts.append(f"## {section.title}")
        parts.append("\n".join(_listed(line) for line in section.lines))
    version = f", version {made.version[:12]}" if made.version else ""
    return "\n\n".join([*parts, f"Playbook `{made.playbook}`{version}"]) + "\n"


def _listed(line: str) -> str:
    numbered = re.match(r"\d+\. ", line)
    start = numbered[0] if numbered else "- "
    return start + _escaped(line.removeprefix(start))


def _escaped(line: str) -> str:
    """Escape Markdown outside `code`."""
    parts = line.split("`")
    if len(parts) % 2 == 0:
        return _MARKUP.sub(r"\\\1", line)
    return "`".join(part if n % 2 else _MARKUP.sub(r"\\\1", part) for n, part in enumerate(parts))


#: What a start means while another run about the same is open.
_MODES = {
    "single": "While one about the same is open, another is refused",
    "queued": "While one about the same is open, another waits until it is over",
    "restart": "While one about the same is open, another takes its place, and that one is stopped",
}


def _trigger(playbook: Playbook) -> list[str]:
    lines: list[str] = []
    if playbook.trigger.command:
        lines.append(f"Somebody starts it: `/playbook {playbook.playbook}`")
    schedule = playbook.trigger.schedule
    if schedule:
        zone = schedule.zone or "the company's time zone"
        lines.append(f"By itself at `{schedule.cron}` (minute, hour, day, month, weekday), {zone}")
        missed = f"runs once, up to {words(schedule.late)} late"
        missed = missed if schedule.missed == "latest" else "is skipped, and that is said"
        lines.append(f"A missed start {missed}")
    lines = lines or ["Another playbook starts it"]
    if playbook.mode in _MODES:
        lines.append(_MODES[playbook.mode])
    if playbook.once_per:
        lines.append(f"Once for each `{playbook.once_per}`, and never again")
    return lines


def _input(field: Field) -> str:
    needed = "" if field.required else ", may stay empty"
    hint = f": {field.hint}" if field.hint else ""
    return f"{field.title} ({field.type.replace('_', ' ')}{needed}){hint}"


def _extends(playbook: Playbook) -> list[str]:
    return [f"The steps are those of {playbook.extends}"] if playbook.extends else []


def _fixed(playbook: Playbook) -> list[str]:
    return [f"{name.replace('_', ' ')} is always {value}" for name, value in playbook.fixed.items()]


def _allowed(playbook: Playbook, titles: Mapping[str, str]) -> list[str]:
    lines = [_named(name, titles) for name in playbook.allow if name not in _read_names(playbook)]
    return lines or ["None: it changes nothing outside Slack"]


def _sources(playbook: Playbook, titles: Mapping[str, str]) -> list[str]:
    agents = {step.agent for step in playbook.steps if isinstance(step, DraftStep | ReadStep)}
    readers = ", ".join(sorted(agents - {""}))
    shown = f"Shown to the agents it names ({readers}) and to whoever may sign" if readers else ""
    lines = [_named(name, titles) for name in sorted(_read_names(playbook))]
    return [*lines, *([shown] if shown and lines else [])] or ["None"]


def _read_names(playbook: Playbook) -> set[str]:
    return {step.from_ for step in playbook.steps if isinstance(step, ReadStep) and step.from_}


def _named(name: str, titles: Mapping[str, str]) -> str:
    return f"{titles[name]} (`{name}`)" if name in titles else f"`{name}`"


def _approvals(playbook: Playbook) -> Iterator[str]:
    for step in playbook.steps:
        if isinstance(step, DraftStep | DoStep):
            approve = step.approve
            yield f"{step_name(step)}: {_who(approve)} within {approve.within.words}"
            yield from (
                f"{step_name(step)}: {_who(row)} above {row.amount}" for row in approve.above
            )
            if approve.assign:
                yield from (f"{step_name(step)}: {line}" for line in _assigned(approve.assign))
            if words_of := _rule(approve):
                yield f"{step_name(step)}: {words_of}"
            if approve.edit:
                yield f"{step_name(step)}: may be changed before signing: {', '.join(approve.edit)}"
            if approve.hold:
                yield f"{step_name(step)}: held back {words(approve.hold)} after signing, with Undo"


def _assigned(rules: Sequence[Assign]) -> Iterator[str]:
    """Return who is asked first, a line for each rule."""
    for n, rule in enumerate(rules):
        start = "else asked first" if n else "asked first"
        last = "; the others may sign all the same" if n + 1 == len(rules) else ""
        yield f"{start}{':' if rule.always else ','} {rule_line(rule)}{last}"


def _rule(approve: Approve) -> str:
    """Return what may happen without a signature, or that nothing is sent at all."""
    sure = percent(approve.confidence, 2)
    alone = f"may go by itself once that is earned; before, where {sure} of such went out unchanged"
    match approve.rule:
        case "draft only":
            return "draft only: nothing is sent, people copy it"
        case "alone":
            return alone
        case "audit later":
            return f"{alone}; then looked at within {approve.review.words}"
        case _:
            return ""


def _alone(playbook: Playbook) -> list[str]:
    bounds = playbook.alone
    silently = ["It begins in shadow: it drafts silently, and people do the work as always"]
    lines = silently if playbook.rollout.start == "shadow" else []
    if bounds:
        lines.append(f"By itself at most {bounds.count} a day, {bounds.amount} in all")
    if playbook.sample:
        lines.append(
            f"Of what would go by itself a person sees {percent(playbook.sample, 2)} first"
        )
    return lines


def _who(approve: Approve | Above) -> str:
    return needed_words(approve.quorum, approve.by)


def _nobody_signs(playbook: Playbook) -> Iterator[str]:
    rules = [step.approve for step in playbook.steps if isinstance(step, DraftStep | DoStep)]
    asked = [name for rule in rules for name in rule.escalate if name not in rule.by]
    names = " and ".join(dict.fromkeys(asked))
    late = f"{names} may sign too, for as long again; after that " if names else ""
    yield f"Nobody signs in time: {late}nothing is sent, and the owner is told"


def _exceptions(playbook: Playbook) -> Iterator[str]:
    yield from (exception_line(path) for path in playbook.exceptions)
    if any(isinstance(step, DraftStep | DoStep) for step in playbook.steps):
        yield from _nobody_signs(playbook)
        yield "Rejected: nothing is sent; the reason is kept, and it can be drafted again"
    for step in playbook.steps:
        if isinstance(step, DraftStep | DoStep) and step.still:
            yield f"{step_name(step)}: withdrawn if `{step.still}` no longer holds when it is due to leave"
        if isinstance(step, ReadStep) and step.require:
            yield f"{step_name(step)}: stops if one of {', '.join(step.require)} is missing"
    if playbook.customer:
        zone = f", in their zone `{playbook.customer.zone}`" if playbook.customer.zone else ""
        yield f"The customer is `{playbook.customer.id}`{zone}: limits and quiet hours are theirs"
    yield "A step that can't be done stops the run and says why where it was started"


def _success(playbook: Playbook) -> list[str]:
    success = playbook.success
    if success is None:
        return ["Not set"]
    target = f" (target: {success.target})" if success.target else ""
    return [f"{success.metric}{target}"]
