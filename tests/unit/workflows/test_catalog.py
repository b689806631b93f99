from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

import pytest
from pydantic import JsonValue

from agents.roster import roster
from bot.connectors.kpi import WEEK
from bot.connectors.mail import SEND
from bot.connectors.table import READS, UPDATE
from workflows.action import Record, money
from workflows.expressions import Template, render_payload
from workflows.loading import UnreadableFile, load, load_company, load_playbook
from workflows.machine import input_problems
from workflows.playbook import DraftStep, ReadStep

if TYPE_CHECKING:
    from workflows.company import Company
    from workflows.playbook import Playbook

CATALOG = resources.files("workflows") / "catalog"
ACTIONS = {action.name: action for action in (UPDATE, SEND)}
NAMES = ["payment-recovery", "quote-follow-up", "weekly-kpi-report"]


class Samples(Record):
    samples: dict[str, dict[str, JsonValue]]


def _read(*path: str) -> str:
    return CATALOG.joinpath(*path).read_text(encoding="utf-8")


def _company() -> Company:
    return load_company(_read("sample", "company.yml"), "company.yml")


def _playbook(name: str, company: Company | None = None) -> Playbook:
    return _loaded(name, _read(f"{name}.yml"), company)


def _loaded(name: str, text: str, company: Company | None = None) -> Playbook:
    return load_playbook(
        text,
        f"{name}.yml",
        actions=ACTIONS,
        reads={read.name: read for read in (*READS, WEEK)},
        agents=tuple(roster()),
        company=company or _company(),
    )


def _inputs(name: str) -> dict[str, JsonValue]:
    return load(_read("samples.yml"), "samples.yml", Samples).samples[name]


def _row(table: str, place: int) -> dict[str, JsonValue]:
    rows = csv.DictReader(_read("sample", f"{table}.csv").splitlines())
    return dict(list(rows)[place].items())


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_playbook_fits_the_connectors_and_the_sample_company(name: str) -> None:
    """Everything it names exists: actions, fields, agents, people, channels."""
    playbook = _playbook(name)
    assert playbook.playbook == name


@pytest.mark.parametrize("name", ["payment-recovery", "quote-follow-up"])
@pytest.mark.parametrize("control", ["customer: ", "mode: ", "  - {on: replied", "    still: "])
def test_a_shipped_follow_up_has_the_controls_of_its_kind(name: str, control: str) -> None:
    """Whose daytime counts, one at a time, an end when they answer, no letter that is out of date."""
    text = _read(f"{name}.yml")
    (line,) = [line for line in text.splitlines() if line.startswith(control)]
    gone = text.replace(f"exceptions:\n{line}\n" if "replied" in line else f"{line}\n", "")
    with pytest.raises(UnreadableFile) as refused:
        _loaded(name, gone)
    assert all("writes to a customer again" in one.problem for one in refused.value.problems)


def test_every_shipped_playbook_is_tested() -> None:
    """A new file in the catalogue needs its place here and a sample input."""
    files = {
        file.name.removesuffix(".yml") for file in CATALOG.iterdir() if file.name.endswith(".yml")
    }
    assert files - {"metrics", "samples"} == set(NAMES)
    assert set(load(_read("samples.yml"), "samples.yml", Samples).samples) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_sample_input_and_its_prefilled_form_can_be_sent(name: str) -> None:
    """The form as it opens, and the shipped sample, start a run."""
    playbook = _playbook(name)
    prefilled: dict[str, JsonValue] = {field.name: field.default for field in playbook.inputs}
    assert input_problems(playbook, prefilled) == {}
    assert input_problems(playbook, {**prefilled, **_inputs(name)}) == {}


@pytest.mark.parametrize("name", NAMES)
def test_its_agents_may_do_what_it_asks(name: str) -> None:
    """The roster allows each agent the action or summary of its step."""
    for step in _playbook(name).steps:
        if isinstance(step, DraftStep):
            assert step.action in roster()[step.agent].actions
        if isinstance(step, ReadStep) and step.agent:
            assert roster()[step.agent].output == "summary"


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_the_starter_company(name: str) -> None:
    """A new owner fills in ids, and the shipped playbooks still name people and channels that exist."""
    starter = load_company(_read("starter", "company.yml"), "company.yml")
    assert _playbook(name, starter).playbook == name
    assert starter.solo


def test_the_owner_signs_large_quotes_and_invoices() -> None:
    """Above 5,000.00 USD the owner signs."""
    for name, step_name in (("quote-follow-up", "letter"), ("payment-recovery", "reminder")):
        step = _playbook(name).step(step_name)
        assert isinstance(step, DraftStep)
        (above,) = step.approve.above
        assert (str(above.amount), above.by) == ("5,000.00 USD", ("owner",))


def test_the_quote_letter_renders_from_the_sample_quote() -> None:
    """Title, amount, facts and recipient come from the record of Q-1043."""
    step = _playbook("quote-follow-up").step("letter")
    assert isinstance(step, DraftStep)
    values: dict[str, JsonValue] = {
        "inputs": _inputs("quote-follow-up"),
        "quote": _row("quotes", 6),
    }
    assert render_payload(step.with_, values) == {"to": "orders@lark-bakery.example"}
    assert Template(step.title).render(values) == "Send a follow-up for quote Q-1043 to Lark Bakery"
    assert money(Template(step.amount).render(values)).minor == 248_000
    first, *_ = [Template(fact).render(values) for fact in step.facts]
    assert first.startswith("Quote Q-1043 over 2,480.00 USD was sent on ")


@pytest.mark.parametrize(
    "ranked", [None, [{"id": "INV-9", "late_words": "late on 7 of 9 invoices"}]]
)
def test_the_reminder_takes_the_named_invoice_or_the_first_ranked(ranked: JsonValue) -> None:
    """With a number, that invoice; without one, the customer who usually pays latest."""
    playbook = _playbook("payment-recovery")
    read, draft = playbook.step("invoice"), playbook.step("reminder")
    assert isinstance(read, ReadStep)
    assert isinstance(draft, DraftStep)
    values: dict[str, JsonValue] = {"inputs": {"invoice": "" if ranked else "INV-5"}}
    if ranked:
        values["ranked"] = ranked
    assert render_payload(read.with_, values)["id"] == ("INV-9" if ranked else "INV-5")
    invoice: JsonValue = {
        "id": "x",
        "customer": "Bao",
        "amount": "5",
        "currency": "USD",
        "due_on": "",
    }
    said = Template(draft.facts[1]).render({**values, "invoice": invoice})
    wanted = (
        "late on 7 of 9 invoices" if ranked else "not looked up, the invoice was picked by hand"
    )
    assert said == f"How Bao pays: {wanted}"
