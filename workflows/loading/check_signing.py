"""What an approval must keep to: somebody can sign, enough of them, and amounts that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.trust.stages import ALONE_LEVEL, ALONE_RULES, NEVER_ALONE

if TYPE_CHECKING:
    from workflows.action import Money
    from workflows.loading.inspection import Inspection
    from workflows.loading.positions import Path
    from workflows.playbook import Above, Approve

#: A hold is for second thoughts, in days.
_LONGEST_HOLD = 1
#: Letters of a currency's ISO 4217 code.
_CODE = 3


def check_approve(
    it: Inspection, path: Path, approve: Approve, amount: str, action: str = ""
) -> None:
    """Write down what is wrong with a step's approval; `amount` is what its step compares."""
    _rule(it, path, approve, action)
    _signers(it, path, approve.by, approve.quorum)
    it.span((*path, "within"), approve.within)
    _escalate(it, (*path, "escalate"), approve.escalate)
    if approve.hold:
        it.duration((*path, "hold"), approve.hold, _LONGEST_HOLD)
    for n, above in enumerate(approve.above):
        _signers(it, (*path, "above", n), above.by, above.quorum)
    _amounts(it, (*path, "above"), approve.above, amount)


def _rule(it: Inspection, path: Path, approve: Approve, action: str) -> None:
    """Nothing goes by itself below level 4, and nothing of money, law or employees ever does."""
    spec = it.actions.get(action)
    if approve.rule in ALONE_RULES:
        if spec and spec.risk in NEVER_ALONE:
            problem = f"{action} is a {spec.risk} action, and those never go by themselves"
            it.note((*path, "rule"), problem, "Write rule: each time, or leave it out.")
        if it.playbook.level < ALONE_LEVEL:
            hint = "Write level: 4 with its limits, or leave `rule` out."
            problem = f"at level {it.playbook.level} nothing goes by itself"
            it.note((*path, "rule"), problem, hint)
    it.span((*path, "review"), approve.review)


def _signers(it: Inspection, path: Path, by: tuple[str, ...], quorum: int) -> None:
    if not by:
        it.note((*path, "by"), "somebody must sign; `by` names nobody")
    for n, name in enumerate(by):
        it.people((*path, "by", n), name)
    able = _able(it, by)
    if able == 0:
        it.note((*path, "by"), _nobody(by, "so nobody could ever sign"))
    elif able is not None and able < quorum:
        it.note((*path, "quorum"), f"{quorum} must sign, and only {able} could")


def _escalate(it: Inspection, path: Path, names: tuple[str, ...]) -> None:
    for n, name in enumerate(names):
        it.people((*path, n), name)
    if _able(it, names) == 0:
        hint = "Name somebody who works here, or write escalate: []."
        it.note(path, _nobody(names, "so nobody could be asked when it is late"), hint)


def _able(it: Inspection, names: tuple[str, ...]) -> int | None:
    """Return how many people of these could sign; None where that is not known, or noted already."""
    company = it.company
    if company is None or not names or any(company.unread(name) for name in names):
        return None
    if not all(company.members(name) for name in names):
        return None
    return len({p.id for name in names for p in company.members(name) if company.may_sign(p)})


def _nobody(names: tuple[str, ...], why: str) -> str:
    return f"everybody who is {' or '.join(names)} is a guest or has left, {why}"


def _amounts(it: Inspection, path: Path, rows: tuple[Above, ...], amount: str) -> None:
    if rows and not amount:
        note_none(it, path)
        return
    # A run that is pinned to a playbook goes on with it, without a company around it.
    if it.company is not None:
        _compared(it, path, rows, currency_of(amount, it.company.currency))


def _compared(it: Inspection, path: Path, rows: tuple[Above, ...], currency: str) -> None:
    currency = currency or next((row.amount.currency for row in rows), "")
    for n, row in enumerate(rows):
        if row.amount.currency != currency:
            note_other(it, (*path, n, "amount"), row.amount, currency)
        elif n and row.amount.minor <= rows[n - 1].amount.minor:
            problem = f"{row.amount} is not more than {rows[n - 1].amount}, the row before"
            it.note((*path, n, "amount"), problem, "Write the rows from low to high.")


def note_none(it: Inspection, path: Path) -> None:
    """Note an amount that is compared with none."""
    hint = 'Say which amount counts, like amount: "{{ quote.total }} {{ quote.currency }}".'
    it.note(path, "`above` compares amounts, and the step has no `amount`", hint)


def note_other(it: Inspection, path: Path, amount: Money, currency: str) -> None:
    """Note an amount in another currency than those it is compared with."""
    problem = f"{amount} can't be compared with amounts in {currency}"
    it.note(path, problem, "Every amount would count as above it.")


def currency_of(amount: str, usual: str) -> str:
    """Return the currency a step's amount is in; empty where a record says it."""
    written = amount.strip()
    if written[-_CODE:].isalpha():
        return written[-_CODE:]
    # A second value beside the amount is its currency.
    return "" if written.count("{{") > 1 else usual
