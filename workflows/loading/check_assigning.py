"""What the rules for who is asked first must keep to: people who could sign, amounts, rules that are come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.assigning import called, is_like
from workflows.basis.reading import is_slack_group
from workflows.customers import plain
from workflows.loading.check_signing import currency_of, note_none, note_other
from workflows.loading.problems import did_you_mean
from workflows.playbook import IN_TURN
from workflows.prose import rule_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from workflows.company import Company, Person
    from workflows.loading.inspection import Inspection
    from workflows.loading.positions import Path
    from workflows.playbook import Approve, Assign, DoStep, DraftStep


def check_assign(it: Inspection, n: int, step: DraftStep | DoStep) -> None:
    """Write down what is wrong with the rules of the step at position `n`."""
    path: Path = ("steps", n, "approve", "assign")
    rules = step.approve.assign
    for k, rule in enumerate(rules):
        where: Path = (*path, k)
        if "{{" in rule.to:
            it.template(_at(it, where), rule.to, n)
        _channels(it, where, rule)
        # A run that is pinned to a playbook goes on with it, without a company around it.
        if it.company is not None:
            _customer(it, where, rule, step)
            _amount(it, where, rule, step, it.company)
            _to(it, where, rule, step, it.company)
            _reached(it, where, rule, rules[:k])


def _at(it: Inspection, path: Path) -> Path:
    """Return where whom a rule means stands: under `to`, or as the rule itself, or as the only one."""
    to: Path = (*path, "to")
    return next((each for each in (to, path) if each in it.sheet.values), path[:-1])


# --- Which drafts it is for ---


def _channels(it: Inspection, path: Path, rule: Assign) -> None:
    for k, name in enumerate(rule.channel):
        it.channel((*path, "channel", k), name)


def _customer(it: Inspection, path: Path, rule: Assign, step: DraftStep | DoStep) -> None:
    spec = it.actions.get(step.action)
    if rule.customer and spec and not spec.reaches and it.playbook.customer is None:
        hint = 'Write customer: {id: "{{ quote.email }}"} at the top of the playbook.'
        problem = f"{step.action} reaches nobody, so no customer is known here"
        it.note((*path, "customer"), problem, hint)


def _amount(
    it: Inspection, path: Path, rule: Assign, step: DraftStep | DoStep, company: Company
) -> None:
    where: Path = (*path, "above")
    currency = currency_of(step.amount, company.currency)
    if rule.above is None:
        return
    if not step.amount:
        note_none(it, where)
    elif currency and rule.above.currency != currency:
        note_other(it, where, rule.above, currency)


# --- Whom it means ---


def _to(
    it: Inspection, path: Path, rule: Assign, step: DraftStep | DoStep, company: Company
) -> None:
    """Note a name that nobody has, or two people, or nobody who could sign what the rule is for."""
    to = rule.to
    if is_slack_group(to):
        it.people(_at(it, path), to)
    if to == IN_TURN or "{{" in to or company.unread(to):
        return
    meant = company.members(to) or called(company, to)
    names = _names(it, rule, step, company)
    if not meant:
        known = {"owner", *_roles(company), *company.groups, *(p.name for p in company.people)}
        it.note(_at(it, path), f"nobody in {company.name} is `{to}`", did_you_mean(to, known))
    elif not company.members(to) and len(meant) > 1:
        ids = " or ".join(person.id for person in meant)
        it.note(_at(it, path), f"{len(meant)} people are called {to}", f"Write {ids}.")
    elif all(_is_read(company, name) for name in names) and not _could(company, meant, names):
        hint = f"Those who sign are {', '.join(names)}: name one of them, or add {to} under `by`."
        it.note(_at(it, path), f"nobody who is `{to}` may sign this", hint)


def _is_read(company: Company, name: str) -> bool:
    """Whether it is known whom a name under `by` means; one that means nobody is a mistake of its own."""
    return not company.unread(name) and bool(company.members(name))


def _roles(company: Company) -> set[str]:
    return {role for person in company.people for role in person.roles}


def _could(company: Company, meant: Collection[Person], names: Collection[str]) -> bool:
    able = {one.id for name in names for one in company.members(name) if company.works_here(one)}
    return any(person.id in able for person in meant)


def _names(
    it: Inspection, rule: Assign, step: DraftStep | DoStep, company: Company
) -> tuple[str, ...]:
    """Return who may sign what a rule is for: by the step for these amounts, and beyond a limit."""
    spec = it.actions.get(step.action)
    beyond = (row.by for row in company.limits if spec and row.concerns(spec))
    return tuple(dict.fromkeys(name for by in (*_by(step.approve, rule), *beyond) for name in by))


def _by(approve: Approve, rule: Assign) -> list[tuple[str, ...]]:
    """Return who signs an amount just above the rule's, and who signs each higher one."""
    bound = rule.above
    if bound is None:
        return [approve.by, *(row.by for row in approve.above)]
    passed = [row for row in approve.above if not policy.exceeds(row.amount, bound)]
    first = passed[-1].by if passed else approve.by
    return [first, *(row.by for row in approve.above if row not in passed)]


# --- Whether it is come to ---


def _reached(it: Inspection, path: Path, rule: Assign, before: tuple[Assign, ...]) -> None:
    """Note a rule whose drafts are all taken by one before it."""
    taken = next((each for each in before if _takes(it, each, rule)), None)
    if taken:
        hint = (
            "The first that is for a draft counts: write what is for few before what is for many."
        )
        it.note(path, f"is never come to, after the rule {rule_line(taken)}", hint)


def _takes(it: Inspection, first: Assign, later: Assign) -> bool:
    """Whether whatever a rule is for is asked of somebody by one before it.

    One that leaves it to a record may name nobody, and people may be away; those are no reason to raise an amount.
    """
    if not _covers(it, first, later):
        return False
    rising = first.above != later.above and "{{" not in first.to
    return first.to in {IN_TURN, later.to} or (first.above is not None and rising)


def _covers(it: Inspection, first: Assign, later: Assign) -> bool:
    return (
        _has_amounts(first, later)
        and _has_channels(it, first, later)
        and _has_customers(first, later)
    )


def _has_amounts(first: Assign, later: Assign) -> bool:
    if first.above is None or later.above is None:
        return first.above is None
    same = first.above.currency == later.above.currency
    return same and first.above.minor <= later.above.minor


def _has_channels(it: Inspection, first: Assign, later: Assign) -> bool:
    known = it.company.channel if it.company else str
    among = {known(name) for name in first.channel}
    return not among or (bool(later.channel) and {known(name) for name in later.channel} <= among)


def _has_customers(first: Assign, later: Assign) -> bool:
    if not first.customer or not later.customer:
        return not first.customer
    return all(
        any(is_like(plain(one), plain(each)) for each in first.customer) for one in later.customer
    )
