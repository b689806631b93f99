"""What a playbook's header must keep to beyond its schema: names that exist, a trigger that can fire."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from workflows.loading.check_controls import check_controls
from workflows.loading.check_exceptions import check_exceptions
from workflows.loading.check_steps import check_step
from workflows.loading.check_ways import check_ways
from workflows.loading.cron import cron_problem
from workflows.loading.problems import did_you_mean
from workflows.own_playbooks import PREFIX, is_own
from workflows.playbook import DoStep, DraftStep
from workflows.trust.stages import ALONE_LEVEL, NEVER_ALONE

if TYPE_CHECKING:
    from workflows.loading.inspection import Inspection
    from workflows.loading.positions import Path
    from workflows.playbook import AnyStep

_INPUT = re.compile(r"[a-z][a-z0-9_]{0,59}")
_STEP = re.compile(r"[a-z][a-z0-9-]{0,59}")
#: Words that mean something else where a step's name may stand.
_TAKEN = frozenset(
    "inputs today company next stop true false null none in is as and or not if else for while break "  # noqa: SIM905 -- a word a line would fill the screen
    "continue const function import let loop package namespace return var void self".split()
)


def check(it: Inspection) -> None:
    """Write down everything wrong with a playbook whose schema is right."""
    _header(it)
    _inputs(it)
    _schedule(it)
    _step_names(it)
    for n, step in enumerate(it.playbook.steps):
        check_step(it, n, step)
    check_exceptions(it)
    # A run that is pinned to a playbook goes on with it; only who can still change it is told of these.
    if it.company is not None:
        check_ways(it)
        check_controls(it)
        _alone(it)
    _rollout(it)


def _header(it: Inspection) -> None:
    playbook = it.playbook
    if playbook.playbook.startswith(PREFIX) and not is_own(playbook.playbook):
        it.note(("playbook",), f"names that begin with {PREFIX} are Sayso's own")
    it.people(("owner",), playbook.owner)
    it.channel(("channel",), playbook.channel)
    it.private(("channel",), playbook.channel)
    it.template(("subject",), playbook.subject, 0)
    it.template(("once_per",), playbook.once_per, 0)
    _customer(it)
    for n, condition in enumerate(playbook.conditions):
        it.condition(("conditions", n), condition, 0)
    for n, name in enumerate(playbook.allow):
        if it.chosen(("allow", n), name, {*it.actions, *it.reads}, "action or read"):
            _level(it, ("allow", n), name)


def _rollout(it: Inspection) -> None:
    """What is asked for must be there to be had: a baseline that ends after it began, a share of somebody."""
    rollout, path = it.playbook.rollout, ("rollout",)
    if rollout.baseline and rollout.baseline.last < rollout.baseline.first:
        it.note((*path, "baseline", "to"), "the baseline ends before it began")
    if rollout.share == 0:
        it.note((*path, "share"), "a share of 0% is nobody", "Write share: 20%, or leave it out.")


def _alone(it: Inspection) -> None:
    """Nothing goes by itself without limits, and below level 4 nothing does at all."""
    playbook = it.playbook
    if playbook.level >= ALONE_LEVEL and playbook.alone is None:
        hint = "Write alone: {amount: 500.00 USD, count: 20}: at most so much in all, and so many, a day."
        it.note(("level",), "level 4 needs limits within which things go by themselves", hint)
    if playbook.level >= ALONE_LEVEL and playbook.private:
        problem = "what is about employees never goes by itself, so level 4 leads nowhere"
        it.note(("level",), problem, "Write level: 3.")
    if playbook.alone and playbook.level < ALONE_LEVEL:
        hint = "Write level: 4, or take `alone` out."
        it.note(("alone",), f"at level {playbook.level} nothing goes by itself", hint)
    currency = it.company.currency if it.company else ""
    if playbook.alone and playbook.alone.amount.currency != currency:
        problem = f"{playbook.alone.amount} is not in {currency}, the company's currency"
        hint = "Only drafts with amounts in it, or none, could go by themselves."
        if not any(_has_currency(step, playbook.alone.amount.currency) for step in playbook.steps):
            it.note(("alone", "amount"), problem, hint)


def _has_currency(step: AnyStep, currency: str) -> bool:
    return isinstance(step, DraftStep | DoStep) and (
        step.amount.strip().endswith(currency) or step.amount.count("{{") > 1
    )


def _customer(it: Inspection) -> None:
    """Whose limits count is known when the first draft opens, so from steps before that one."""
    told = it.playbook.customer
    if told is None:
        return
    drafting = (n for n, _ in enumerate(it.names) if it.kind(n) in {"draft", "do"})
    first = next(drafting, None)
    if first is None:
        it.note(("customer",), "nothing is drafted here, so no customer is asked for")
        return
    it.template(("customer", "id"), told.id, first)
    for name in ("zone", "country", "region"):
        it.template(("customer", name), getattr(told, name), first)


def _level(it: Inspection, path: Path, name: str) -> None:
    action = it.actions.get(name)
    if action and action.risk in NEVER_ALONE and it.playbook.level >= ALONE_LEVEL:
        problem = f"{name} is a {action.risk} action, and those never run at level 4"
        it.note(path, problem, "Write level: 3.")


def _inputs(it: Inspection) -> None:
    for name, times in Counter(it.inputs).items():
        if times > 1:
            it.note(("inputs",), f"the input {name} is there twice")
    for field in it.playbook.inputs:
        path: Path = ("inputs", field.name)
        if not _INPUT.fullmatch(field.name):
            hint = "Write small letters, digits and _, like sent_on."
            it.sheet.note(it.sheet.at(path, key=True), f"{field.name!r} can't name an input", hint)
        if field.type == "choice" and not field.options:
            it.note(path, f"{field.name} is a choice without options")
        if field.default not in (None, "") and (problem := field.problem(field.default)):
            it.note((*path, "default"), f"the default {problem}")


def _schedule(it: Inspection) -> None:
    schedule, path = it.playbook.trigger.schedule, ("trigger", "schedule")
    if schedule is None:
        return
    problem, hint = cron_problem(schedule.cron)
    if problem:
        it.note((*path, "cron"), problem, hint)
    if schedule.zone and schedule.zone not in available_timezones():
        hint = did_you_mean(schedule.zone, available_timezones())
        it.note((*path, "zone"), f"{schedule.zone!r} is no time zone", hint)
    it.duration((*path, "late"), schedule.late)
    for field in it.playbook.inputs:
        if field.required and field.default in (None, ""):
            hint = "Nobody fills in a form then: give it a default, or required: false."
            it.note(
                ("inputs", field.name), f"{field.name} is needed when it starts by itself", hint
            )


def _step_names(it: Inspection) -> None:
    seen: dict[str, int] = {}
    for n, name in enumerate(it.names):
        path = ("steps", n, it.kind(n))
        if not _STEP.fullmatch(name) or name in _TAKEN:
            hint = "Write small letters, digits and hyphens, like find-quote."
            it.note(path, f"{name!r} can't name a step", hint)
        if name in seen:
            hint = "Waiting runs find their step by its name, so each has its own."
            it.note(path, f"{name} is the name of step {seen[name]} already", hint)
        seen.setdefault(name, n + 1)
