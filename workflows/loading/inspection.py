"""What the checks of a playbook know and where they write down what they find."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from workflows.basis.reading import IN_CHANNEL, is_slack_group
from workflows.durations import words
from workflows.expressions import Condition, ExpressionError, Template
from workflows.loading.problems import did_you_mean
from workflows.playbook import AskStep, ReadStep, TaskStep, WaitStep, step_kind, step_name
from workflows.privacy import is_private, is_private_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pydantic import JsonValue

    from workflows.action import ActionSpec, Field
    from workflows.company import Company
    from workflows.durations import Span
    from workflows.loading.positions import Path, Sheet
    from workflows.playbook import Playbook
    from workflows.ports import ReadSpec

#: Names every expression may use beside what earlier steps brought: those of `workflows.steps.values`.
ALWAYS = frozenset({"inputs"})
#: A Slack id may stand wherever a channel's name may.
_SLACK_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")
_BRING = (ReadStep, WaitStep, AskStep, TaskStep)


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A playbook under check, with everything its names are checked against."""

    sheet: Sheet
    playbook: Playbook
    actions: Mapping[str, ActionSpec]
    reads: Mapping[str, ReadSpec]
    agents: Collection[str]
    #: None when only the file itself is checked.
    company: Company | None

    def note(self, path: Path, problem: str, hint: str = "") -> None:
        """Write down a problem at the place of a value."""
        self.sheet.note(self.sheet.at(path), problem, hint)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return (*(field.name for field in self.playbook.inputs), *self.playbook.fixed)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the steps, in order."""
        return tuple(step_name(step) for step in self.playbook.steps)

    def kind(self, position: int) -> str:
        """Return the kind of the step at that position."""
        return step_kind(self.playbook.steps[position])

    def brought(self, before: int) -> frozenset[str]:
        """Return the names of the steps before that position that bring a value, as written."""
        steps = self.playbook.steps[:before]
        return frozenset(step_name(step) for step in steps if isinstance(step, _BRING))

    def known(self, before: int) -> frozenset[str]:
        """Return the names an expression at that position may use; `follow-up` is `follow_up` there."""
        return ALWAYS | {name.replace("-", "_") for name in self.brought(before)}

    def condition(self, path: Path, text: str, before: int) -> None:
        """Check a CEL condition and the names in it; an empty one is none."""
        if text:
            self._expression(path, text, before, Condition)

    def template(self, path: Path, text: str, before: int) -> None:
        """Check a text and the names it inserts."""
        self._expression(path, text, before, Template)

    def templates(self, path: Path, value: JsonValue, before: int) -> None:
        """Check every text in a value."""
        if isinstance(value, str):
            self.template(path, value, before)
        elif isinstance(value, list):
            for n, item in enumerate(value):
                self.templates((*path, n), item, before)
        elif isinstance(value, dict):
            for name, item in value.items():
                self.templates((*path, name), item, before)

    def _expression(
        self, path: Path, text: str, before: int, language: type[Condition | Template]
    ) -> None:
        try:
            paths = language(text).paths()
        except ExpressionError as error:
            self.sheet.note(self.sheet.inside(path, error.column), error.problem)
            return
        for used in sorted(paths):
            self._used(path, text, used, before)

    def _used(self, path: Path, text: str, used: str, before: int) -> None:
        top, _, rest = used.partition(".")
        wanted = rest.partition(".")[0]
        spot = self.sheet.inside(path, text.find(used) + 1)
        known = self.known(before)
        if top not in known:
            self.sheet.note(spot, self._why_unknown(top), did_you_mean(top, known))
        elif top == "inputs" and wanted and wanted not in self.inputs:
            hint = did_you_mean(wanted, self.inputs) or "This playbook asks for nothing."
            self.sheet.note(spot, f"there is no input `{wanted}`", hint)

    def _why_unknown(self, name: str) -> str:
        for step in self.playbook.steps:
            if step_name(step).replace("-", "_") == name:
                brings = isinstance(step, _BRING)
                why = "comes later" if brings else f"is a {step_kind(step)} and brings no value"
                return f"the step `{step_name(step)}` {why}, so it can't be used here"
        return f"nothing is called `{name}` here"

    def chosen(self, path: Path, name: str, known: Iterable[str], what: str) -> bool:
        """Note a name that is not among `known`; return whether it is. `what` is what it should name."""
        names = frozenset(known)
        if name not in names:
            self.note(path, f"there is no {what} `{name}`", did_you_mean(name, names))
        return name in names

    def is_field(
        self, path: Path, name: str, known: Iterable[str], owner: str, *, key: bool = False
    ) -> bool:
        """Note a name that is no field of `owner`, at its value or its key; return whether it is one."""
        names = frozenset(known)
        if name not in names:
            spot = self.sheet.at(path, key=key)
            self.sheet.note(spot, f"{owner} has no field `{name}`", did_you_mean(name, names))
        return name in names

    def people(self, path: Path, name: str) -> None:
        """Note a name that means nobody in the company. Who is in a group of Slack's is known only later."""
        if is_slack_group(name):
            if name.startswith(IN_CHANNEL):
                self.channel(path, name.removeprefix(IN_CHANNEL))
            return
        if self.company is None or self.company.members(name) or self.company.unread(name):
            return
        roles = {role for person in self.company.people for role in person.roles}
        known = {"owner", *roles, *self.company.groups, *(p.id for p in self.company.people)}
        self.note(path, f"nobody in {self.company.name} is `{name}`", did_you_mean(name, known))

    def channel(self, path: Path, name: str) -> None:
        """Note a channel that company.yml doesn't list and that is no Slack id."""
        plain = name.lstrip("#")
        if self.company is None or not name or _SLACK_CHANNEL.fullmatch(plain):
            return
        if plain not in self.company.channels:
            hint = did_you_mean(plain, self.company.channels) or "List it in company.yml."
            self.note(path, f"there is no channel `{plain}` in company.yml", hint)

    def private(self, path: Path, name: str) -> None:
        """Note a channel that everybody can read, where what is shown in it is about employees."""
        if self.company is None or not name or not is_private(self.playbook, self.actions):
            return
        plain = name.lstrip("#")
        if not is_private_place(self.company, self.company.channel(plain)):
            hint = "Name it under private_channels in company.yml, if only whoever was invited can read it."
            self.note(path, f"this is about employees, and #{plain} is no private channel", hint)

    def constant(self, path: Path, field: Field, value: JsonValue) -> None:
        """Note a value that stands in the file and doesn't fit its field; templates are known only later."""
        if isinstance(value, str) and "{{" in value:
            return
        if problem := field.problem(value):
            self.note(path, f"`{field.name}` {problem}")

    def span(self, path: Path, span: Span) -> None:
        """Note a span that isn't between a second and a year."""
        self.duration(path, span.count * 86400 if span.unit == "work days" else span.count)

    def duration(self, path: Path, seconds: float, longest_days: int = 366) -> None:
        """Note a duration that isn't between a second and `longest_days`."""
        if not 0 < seconds <= longest_days * 86400:
            longest = words(longest_days * 86400)
            self.note(path, f"must be longer than nothing and at most {longest}")
