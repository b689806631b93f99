"""The keys of a playbook and of company.yml, from the records they are read into."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import PydanticUndefined

from bot.reference.markdown import code, first_line, table
from bot.reference.markdown import page as whole
from bot.reference.wording import KEYS
from workflows import (
    action,
    company,
    customer_of,
    customers,
    flags,
    limits,
    playbook,
    rights,
    worktime,
)
from workflows.asks import asks
from workflows.delegation import worth
from workflows.durations import Span, words
from workflows.trust import rollout
from workflows.trust.figures import percent
from workflows.urgent import on_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_PLAYBOOK = """\
A playbook is a YAML file in `playbooks/` of the company's folder. [Write a playbook](../write-a-playbook.md) goes
through one. `sayso playbook validate` names every mistake with file, line and column.

Durations are written `60 seconds`, `4 hours`, `3 days`; how long somebody has, in working time too: `4 work hours`,
`2 work days` (opening hours and holidays stand in company.yml). Amounts are written `5000.00 USD`. A condition is
[CEL](https://cel.dev), like `quote.status == "sent"`. A text may insert values: `{{ quote.total }}`. Both may use
`inputs` and what earlier `read`, `wait`, `ask` and `task` steps brought, by the step's name; a step called `follow-up`
is `follow_up` there."""
_COMPANY = """\
`company.yml` says who works here, who may sign what, and where things are posted. `sayso init` writes one to fill
in."""
_STEPS = (
    playbook.ReadStep,
    playbook.DraftStep,
    playbook.DoStep,
    playbook.AskStep,
    playbook.TaskStep,
    playbook.WaitStep,
    playbook.DecideStep,
    playbook.TellStep,
    playbook.StartStep,
)
#: Durations below this many seconds are told in seconds.
_SHORT = 120
#: Set by the loader, never written in a file.
OURS = {"version", "source", "fixed", "public_holidays", "slack", "now"}
#: A line with a field of a record, and the words of the comment above it.
_FIELD = re.compile(r"^    (\w+): ")
_SAID = re.compile(r"^    #: (.*)$")


def playbook_page() -> str:
    """Return the page on playbooks. Raises `KeyError` for a key that nobody has described."""
    inputs = "Each input is a name and a block: `quote: {type: text, label: Quote number}`."
    named = "The word a step begins with gives its name, like `read: quote`; waiting runs know it by that."
    return whole(
        "Playbook keys",
        _PLAYBOOK,
        _record(playbook.Playbook, "The playbook"),
        _record(action.Field, "`inputs`", inputs, leave_out={"name"}),
        _record(playbook.Trigger, "`trigger`"),
        _record(playbook.Schedule, "`trigger.schedule`"),
        f"## Steps\n\nA step is exactly one of these. {named}",
        *(_record(step, f"Step `{_kind(step)}`", level=3) for step in _STEPS),
        _record(playbook.ExceptionPath, "`exceptions`"),
        _record(playbook.Approve, "`approve`"),
        _record(playbook.Above, "`approve.above`"),
        _record(playbook.Assign, "A rule of `approve.assign`"),
        _record(playbook.Alone, "`alone`"),
        _record(rollout.Rollout, "`rollout`"),
        _record(rollout.Back, "`rollout.back when`"),
        _record(rollout.Baseline, "`rollout.baseline`"),
        _record(customer_of.CustomerOf, "`customer`"),
        _record(playbook.Success, "`success`"),
        _record(flags.Flags, "`flags`"),
    )


def company_page() -> str:
    """Return the page on company.yml. Raises `KeyError` for a key that nobody has described."""
    return whole(
        "company.yml keys",
        _COMPANY,
        _record(company.Company, "The company"),
        _record(company.Person, "`people`"),
        _record(company.Absence, "`people.away`"),
        _record(worktime.Hours, "`hours`"),
        _record(company.Holidays, "`holidays`"),
        _record(customers.Customers, "`customers`"),
        _record(customers.HolidaysOf, "`customers.holidays`"),
        _record(asks.Asks, "`asks`"),
        _record(limits.Limit, "`limits`"),
        _record(flags.Flags, "`flags`"),
        _record(worth.Numbers, "`numbers`"),
        _record(on_call.Rota, "A rota of `on_call`"),
        _record(rights.Rights, "`rights`"),
    )


def _kind(step: type[BaseModel]) -> str:
    return step.__name__.removesuffix("Step").lower()


def _record(
    model: type[BaseModel],
    title: str,
    words: str = "",
    *,
    level: int = 2,
    leave_out: frozenset[str] | set[str] = frozenset(),
) -> str:
    rows = [
        [code(field.alias or name), words_of(model, name), _default(field)]
        for name, field in model.model_fields.items()
        if name not in OURS | leave_out
    ]
    said = words or f"{first_line(model.__doc__)}."
    return "\n\n".join([f"{'#' * level} {title}", said, table(["Key", "Meaning", "Default"], rows)])


def words_of(model: type[BaseModel], name: str) -> str:
    """Return what a key means: the comment above it in the code, else our own words for it."""
    for owner in model.__mro__:
        if said := dict(_commented(owner)).get(name) if _is_ours(owner) else None:
            return said
        if (owner.__name__, name) in KEYS:
            return KEYS[owner.__name__, name]
    raise KeyError(f"{model.__name__}.{name}")


def _is_ours(owner: type) -> bool:
    return owner.__module__.startswith("workflows.")


def _commented(owner: type) -> Iterator[tuple[str, str]]:
    said: list[str] = []
    for row in inspect.getsource(owner).splitlines():
        if comment := _SAID.match(row):
            said.append(comment[1])
        elif (field := _FIELD.match(row)) and said:
            yield field[1], " ".join(said)
            said = []
        else:
            said = []


def _default(field: Any) -> str:  # noqa: ANN401 -- pydantic's FieldInfo
    default = field.default
    if default is PydanticUndefined and field.default_factory is None:
        return "required"
    if isinstance(default, bool):
        return code(str(default).lower())
    if isinstance(default, Span):
        return code(default.words)
    if isinstance(default, float):
        # As a file has it: `5%`.
        share = percent(default, 2).replace(" ", "")
        return code(share if default <= 1 else _duration(default))
    if default and isinstance(default, tuple) and isinstance(default[0], str):
        return code(", ".join(cast("tuple[str, ...]", default)))
    return code(str(default)) if isinstance(default, (str, int)) else ""


def _duration(seconds: float) -> str:
    """Return a duration as a playbook writes it; every number above one with a point in these files is one."""
    return f"{seconds:g} seconds" if seconds < _SHORT else words(seconds)
