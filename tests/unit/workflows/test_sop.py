from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tests.unit.workflows.playbook_text import GOOD, loaded
from workflows.loading import load
from workflows.playbook import Playbook
from workflows.prose import plain
from workflows.sop import sop, sop_text

GOLDEN = Path(__file__).parent / "golden"
#: What an operating procedure must say, in this order.
HEADINGS = [
    "Trigger",
    "Inputs",
    "Applies when",
    "Allowed actions",
    "Steps",
    "Approval",
    "Exceptions",
    "Log",
    "Success",
    "Owner",
    "Data sources",
    "Level",
    "Review",
]
EVERYTHING = (
    GOOD
    + """\
  - ask: which
    who: sales
    title: "Which for {{ inputs.quote }}?"
    options: [call, write]
  - task: call
    who: sales
    title: Call them
  - wait: answer
    for: 3 days
    signal: mail.answered
  - tell: note
    when: which == "call"
    text: "{{ quote.customer }} was called"
    channel: sales
  - do: again
    action: mail.send
    with: {to: "{{ quote.email }}", subject: Hello, body: Again}
    title: Write again
    still: has(quote.id)
    amount: "{{ quote.total }}"
    approve: {by: [sales, owner], quorum: 2, above: [{amount: 5000.00 USD, by: owner}], within: 1 day, hold: 0}
  - start: next-one
    playbook: other
conditions: inputs.quote != ""
success: {metric: answers, target: 60 %}
trigger: {command: false, schedule: {cron: 0 8 * * mon, missed: skip, zone: Europe/Lisbon}}
level: 2
"""
).replace("{type: text}", "{default: Q-1, required: false, hint: Like Q-1043}")


def _shipped(name: str) -> Playbook:
    file = resources.files("workflows") / "catalog" / f"{name}.yml"
    return load(file.read_text(encoding="utf-8"), f"{name}.yml", Playbook)


def test_a_playbook_reads_as_one_page() -> None:
    """The shipped quote follow-up as its owner reads and signs it."""
    titles = {"mail.send": "Send an e-mail", "table.find": "Find a row"}
    written = sop_text(_shipped("quote-follow-up"), titles)
    assert written == (GOLDEN / "quote-follow-up.md").read_text(encoding="utf-8")


def test_every_kind_of_step_has_a_sentence() -> None:
    """No step is left out, whatever its kind."""
    playbook = loaded(EVERYTHING)
    assert sop_text(playbook) == (GOLDEN / "everything.md").read_text(encoding="utf-8").replace(
        "VERSION", playbook.version[:12]
    )


@pytest.mark.parametrize("name", ["quote-follow-up", "payment-recovery", "weekly-kpi-report"])
def test_a_procedure_says_everything_it_must(name: str) -> None:
    """All sections are there, in the same order, and none is empty."""
    made = sop(_shipped(name))
    assert [section.title for section in made.sections] == HEADINGS
    assert all(section.lines for section in made.sections)


@pytest.mark.parametrize(
    ("assign", "said"),
    [("in turn", "each of them in turn"), ('"{{ quote.owner }}"', "[quote owner]")],
)
def test_a_procedure_says_who_is_asked_first(assign: str, said: str) -> None:
    """And that the others may sign all the same."""
    text = GOOD.replace("by: sales", f"by: sales, assign: {assign}")
    assert f"asked first: {said}; the others" in sop_text(loaded(text)).replace("\\", "")


def test_a_procedure_says_the_rules_of_who_is_asked_first() -> None:
    """One line each, in the order in which they are tried."""
    rules = """
        - {customer: "*@bigco.com", channel: ["#sales", C01OPS], to: Lee}
        - {above: 1000.00 USD, to: sales}
        - "{{ quote.owner }}"
        - in turn"""
    approve = f"approve:\n      by: sales\n      assign:{rules}"
    text = GOOD.replace("approve: {by: sales, edit: [body]}", approve)
    text = text.replace("    title: Send", '    amount: "{{ quote.total }}"\n    title: Send')
    text = text.replace("subject: ", 'customer: {id: "{{ quote.email }}"}\nsubject: ', 1)
    said = sop_text(loaded(text)).replace("\\", "")
    lines = [line for line in said.splitlines() if "asked first" in line]
    assert lines == [
        "- letter: asked first, for the customer `*@bigco.com`, in #sales or #C01OPS: Lee",
        "- letter: else asked first, above 1,000.00 USD: sales",
        "- letter: else asked first: [quote owner]",
        "- letter: else asked first: each of them in turn; the others may sign all the same",
    ]


def test_names_in_a_procedure_are_no_markup() -> None:
    """What an owner wrote in a title can't become a heading, a link or a tag."""
    text = GOOD.replace("title: Follow up a quote", "title: '# [x](y) <b>'")
    assert sop_text(loaded(text)).startswith("# \\# \\[x\\](y) \\<b\\>\n")
    text = GOOD.replace("title: Follow up a quote", "title: 'half `code'")
    assert sop_text(loaded(text)).startswith("# half \\`code\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("For {{ quote.sent_on }}", "For [quote sent on]"),
        ("{{ inputs.invoice or ranked[0].id }}", "[invoice]"),
        ("{{ 'x' }} {{ | }}", "[value] [value]"),
        ("no value", "no value"),
    ],
)
def test_values_are_named_in_words(text: str, said: str) -> None:
    """A reader sees what will stand there, not an expression."""
    assert plain(text) == said
