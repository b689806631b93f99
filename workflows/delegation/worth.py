"""What a piece of work is worth a week, from the company's own numbers: its time, and what is lost while it waits.

Only what people stated is multiplied, and every number that went in is said beside the result.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Setting

from workflows.action import Money, Record
from workflows.playbook import Amount

Per = Literal["work day", "week", "month"]
#: A month as a part of a week: twelve of them are 52 weeks.
_A_MONTH = Fraction(12, 52)
_PERCENT = re.compile(r"([0-9]{1,3}) ?%")
_HOUR, _HUNDRED = 60, 100


def _percent(value: object) -> object:
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else value


#: `82%`, kept as 82.
Percent = Annotated[
    int,
    Setting(ge=0, le=_HUNDRED),
    BeforeValidator(_percent),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["82%"]}),
]


class Numbers(Record):
    """The company's own numbers, by which work is valued. What is not here is typed with each piece of work."""

    #: What an hour of work costs the company, with everything: `38.00 USD`.
    hour: Amount | None = None
    #: How many calls and inquiries are answered: `82%`.
    answered: Percent | None = None
    #: How many of the answered ones become a job: `30%`.
    won: Percent | None = None
    #: What a job brings on average: `450.00 USD`.
    job: Amount | None = None


class Effort(Record):
    """How much work it is, and what waiting costs, as somebody stated it. None is nothing stated."""

    minutes: int
    times: int
    per: Per
    #: Lost each week while it is late or left.
    delay: Money | None = None
    #: Calls or inquiries a week that are lost when nobody answers.
    calls: int | None = None
    #: Typed where the company has no such numbers.
    own: Numbers = Numbers()


class Worth(Record):
    """What it comes to each week."""

    #: Rounded to whole minutes.
    minutes: int
    money: Money
    #: Which numbers made it, one line each.
    lines: tuple[str, ...]


def worth(effort: Effort, numbers: Numbers, currency: str, days: int) -> Worth:
    """Return the worth in `currency`; `days` are the working days of a week. The company's numbers come first.

    An amount in another currency is not counted, and that is said.
    """
    known = filled(numbers, effort.own)
    minutes = weekly(effort, days)
    parts = (
        _time(minutes, known.hour),
        _delay(effort.delay),
        _lost(effort.calls, known),
    )
    counted = [part for part in parts if part]
    ours = [money.minor for money, _ in counted if money.currency == currency]
    often = "once" if effort.times == 1 else f"{effort.times} times"
    lines = [f"{effort.minutes} min, {often} a {effort.per}: {hours(minutes)} a week"]
    for money, words in counted:
        other = "" if money.currency == currency else " (another currency: not counted)"
        lines.append(f"{words}{other}")
    total = Money(minor=sum(ours), currency=currency)
    return Worth(minutes=round(minutes), money=total, lines=tuple(lines))


def filled(numbers: Numbers, own: Numbers) -> Numbers:
    """Return the company's numbers, and the typed ones where it has none."""
    return Numbers(
        hour=numbers.hour or own.hour,
        answered=own.answered if numbers.answered is None else numbers.answered,
        won=own.won if numbers.won is None else numbers.won,
        job=numbers.job or own.job,
    )


def hours(minutes: Fraction | int) -> str:
    """Return minutes as people say them: `25 min`, `5 h`, `7.5 h`."""
    if minutes < _HOUR:
        return f"{round(minutes)} min"
    return f"{float(round(Fraction(minutes) / _HOUR, 1)):g} h"


def weekly(effort: Effort, days: int) -> Fraction:
    """Return the minutes it takes each week; `days` are the working days of a week."""
    a_week = {"work day": Fraction(days), "week": Fraction(1), "month": _A_MONTH}
    return effort.minutes * effort.times * a_week[effort.per]


def _time(minutes: Fraction, hour: Money | None) -> tuple[Money, str] | None:
    if hour is None:
        return None
    cost = hour.model_copy(update={"minor": round(minutes * hour.minor / _HOUR)})
    return cost, f"Time: {cost} at {hour} an hour"


def _delay(delay: Money | None) -> tuple[Money, str] | None:
    return (delay, f"Waiting: {delay} a week, as stated") if delay else None


def _lost(calls: int | None, known: Numbers) -> tuple[Money, str] | None:
    """Return what unanswered calls would have brought. Whole while some of it may come back all the same."""
    answered, won, job = known.answered, known.won, known.job
    if not calls or answered is None or won is None or job is None:
        return None
    missed = _HUNDRED - answered
    minor = round(Fraction(calls * missed * won * job.minor, _HUNDRED * _HUNDRED))
    lost = job.model_copy(update={"minor": minor})
    return lost, (
        f"Lost: {lost} a week, if of {calls} calls {missed}% are not answered "
        f"and {won}% of those would become a job of {job}"
    )
