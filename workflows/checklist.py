"""A playbook as a checklist for people: each step one line with what is done, who does it, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.playbook import AskStep, DoStep, DraftStep, ReadStep, TaskStep, WaitStep, step_name
from workflows.policy import needed_words
from workflows.prose import plain, step_line

if TYPE_CHECKING:
    from workflows.playbook import Above, AnyStep, Approve, Playbook

#: Who does what no person is asked for.
_BOT = "Sayso"


class Item(Record):
    """One line to tick off."""

    step: str
    what: str
    who: str
    #: Empty where it is done at once.
    until: str = ""

    @property
    def line(self) -> str:
        """As one line of text."""
        return " · ".join(
            part for part in (f"{self.step}: {self.what}", self.who, self.until) if part
        )


def checklist(playbook: Playbook) -> tuple[Item, ...]:
    """Return a line for each step, in order."""
    return tuple(_item(step) for step in playbook.steps)


def checklist_text(playbook: Playbook) -> str:
    """Return the list as Markdown, with a box to tick before each line."""
    lines = [f"- [ ] {item.line}" for item in checklist(playbook)]
    owner = f"Owner: {playbook.owner}. Playbook `{playbook.playbook}`"
    version = f", version {playbook.version[:12]}" if playbook.version else ""
    return (
        "\n".join([f"# {playbook.title}", "", playbook.goal, "", *lines, "", owner + version])
        + "\n"
    )


def _item(step: AnyStep) -> Item:
    name = step_name(step)
    match step:
        case DraftStep() | DoStep():
            drafts = f"{step.agent} drafts, " if isinstance(step, DraftStep) else ""
            who, until = f"{drafts}{_signers(step.approve)}", f"within {step.approve.within.words}"
            return Item(step=name, what=_when(step, plain(step.title)), who=who, until=until)
        case AskStep() | TaskStep():
            options = f" ({', '.join(step.options)})" if isinstance(step, AskStep) else ""
            what, until = f"{plain(step.title)}{options}", f"within {step.within.words}"
            return Item(step=name, what=_when(step, what), who=step.who, until=until)
        case WaitStep():
            signal = f"Wait for {step.signal}" if step.signal else "Wait"
            until = f"at most {step.for_.words}" if step.signal else step.for_.words
            return Item(step=name, what=_when(step, signal), who=_BOT, until=until)
        case ReadStep(agent=agent) if agent:
            return Item(step=name, what=step_line(step), who=agent)
        case _:
            return Item(step=name, what=step_line(step), who=_BOT)


def _when(step: AnyStep, what: str) -> str:
    """Return what is done, with the condition it hangs on."""
    what = f"If `{step.when}`: {what}" if step.when else what
    return f"Only when led here: {what}" if step.aside else what


def _signers(rule: Approve) -> str:
    first = f"{_count(rule)} signs" if rule.quorum == 1 else f"{_count(rule)} sign"
    return ", ".join([first, *(f"above {row.amount} {_count(row)}" for row in rule.above)])


def _count(rule: Approve | Above) -> str:
    return needed_words(rule.quorum, rule.by)
