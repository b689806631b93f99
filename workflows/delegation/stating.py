"""The form of the delegation matrix: what is asked, what is wrong with what was typed, what was stated by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from workflows.action import Field, money
from workflows.delegation.inventory import PLAYBOOK
from workflows.delegation.matrix import MATRIX, Scores
from workflows.delegation.worth import Effort, Numbers, Per

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.company import Company
    from workflows.delegation.inventory import Assessment
    from workflows.ports import JsonObject

_TITLE = 120
_PERS = tuple(f"a {per}" for per in get_args(Per))
#: The numbers of the company that a form asks for where company.yml has none, and what it calls them.
_OWN = {
    "hour": Field(
        name="hour",
        type="money",
        label="What an hour of work costs",
        hint="Like 38.00 USD. company.yml can say it once for all, under numbers.",
    ),
    "answered": Field(
        name="answered", type="integer", label="Answered, of 100 calls", required=False, max=100
    ),
    "won": Field(
        name="won", type="integer", label="Jobs, of 100 answered", required=False, max=100
    ),
    "job": Field(
        name="job", type="money", label="A job brings", required=False, hint="Like 450.00 USD."
    ),
}
#: What lost calls are counted from.
_OF_CALLS = ("answered", "won", "job")
_NAMED = (
    Field(name="title", label="What is done again and again?", max=_TITLE),
    Field(name="owner", type="person", label="Who does it, or answers for it?"),
)
_SCORED = tuple(
    Field(name=name, type="choice", label=f"{row.label}: {row.asked}", options=row.options)
    for name, row in MATRIX.items()
)
_SPENT = (
    Field(name="minutes", type="integer", label="Minutes each time", max=10_000),
    Field(name="times", type="integer", label="How many times", max=10_000),
    Field(
        name="per", type="choice", label="… a day, week or month", options=_PERS, default=_PERS[1]
    ),
)
_LOST = (
    Field(
        name="delay",
        type="money",
        label="What waiting costs a week",
        hint="Like 200.00 USD: what is lost each week because it is late or left. Empty: nothing.",
        required=False,
    ),
    Field(
        name="calls",
        type="integer",
        label="Or: calls it answers a week",
        hint="Calls or inquiries that are lost work when nobody answers; the loss is estimated from them.",
        required=False,
        max=100_000,
    ),
)


def fields(entry: str, company: Company) -> tuple[Field, ...]:
    """Return what the form asks: a playbook has its title and owner, and what company.yml says is not asked."""
    asked = () if entry.startswith(PLAYBOOK) else _NAMED
    own = {name: field for name, field in _OWN.items() if getattr(company.numbers, name) is None}
    hour = [own.pop("hour")] if "hour" in own else []
    return (*asked, *_SCORED, *_SPENT, *hour, *_LOST, *own.values())


def values(assessment: Assessment) -> JsonObject:
    """Return what was stated, as the form has it."""
    effort, own = assessment.effort, assessment.effort.own
    amounts = {"delay": effort.delay, "hour": own.hour, "job": own.job}
    return {
        "title": assessment.title.raw,
        "owner": assessment.owner,
        **{name: MATRIX[name].options[score - 1] for name, score in assessment.scores},
        "minutes": effort.minutes,
        "times": effort.times,
        "per": f"a {effort.per}",
        "calls": effort.calls,
        "answered": own.answered,
        "won": own.won,
        **{name: str(amount) if amount else None for name, amount in amounts.items()},
    }


def problems(entry: str, typed: JsonObject, company: Company) -> dict[str, str]:
    """Return what is wrong with a filled-in form, by field; empty when all of it fits."""
    asked = {field.name: field for field in fields(entry, company)}
    wrong = {name: "is not asked for here" for name in typed if name not in asked}
    for name, field in asked.items():
        if problem := field.problem(typed.get(name)) or _beyond(name, typed.get(name), company):
            wrong[name] = problem
    return wrong or _at_odds(typed, asked)


def _beyond(name: str, value: object, company: Company) -> str:
    """Return what a value that fits its type is all the same not."""
    if name == "owner":
        person = company.person(str(value))
        here = person is not None and company.works_here(person)
        return "" if here else "must be somebody who works here"
    if isinstance(value, int):
        least = 1 if name in {"minutes", "times"} else 0
        return f"must be at least {least}" if value < least else ""
    if isinstance(value, str) and name in {"delay", "hour", "job"}:
        amount = money(value)
        if amount.currency != company.currency:
            return f"must be in {company.currency}, like everything here"
        return "must not be negative" if amount.minor < 0 else ""
    return ""


def _at_odds(typed: JsonObject, asked: Mapping[str, Field]) -> dict[str, str]:
    """Return which fields don't go together: a loss is stated or estimated, and an estimate needs its numbers."""
    if not typed.get("calls"):
        return {}
    if typed.get("delay"):
        return {"calls": "would count the loss twice: state it, or give the calls"}
    return {
        name: "is needed to estimate the loss; company.yml can say it once for all"
        for name in _OF_CALLS
        if name in asked and typed.get(name) is None
    }


def stated(typed: JsonObject) -> tuple[Scores, Effort]:
    """Return the scores and the effort of a form that has no problems."""
    scores = {name: row.options.index(str(typed[name])) + 1 for name, row in MATRIX.items()}
    own = {name: typed[name] for name in _OWN if typed.get(name) is not None}
    delay = typed.get("delay")
    return Scores(**scores), Effort.model_validate(
        {
            "minutes": typed["minutes"],
            "times": typed["times"],
            "per": str(typed["per"]).removeprefix("a "),
            "delay": money(str(delay)) if delay else None,
            "calls": typed.get("calls"),
            "own": Numbers.model_validate(own),
        }
    )
