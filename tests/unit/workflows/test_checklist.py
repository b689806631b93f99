"""A playbook as a list to tick off, for people."""

from __future__ import annotations

from tests.unit.workflows.playbook_text import GOOD, loaded
from workflows.checklist import checklist, checklist_text

LETTER = "letter: Send a letter to [quote customer]"
MORE = """\
  - read: summary
    agent: kpi-analyst
    uses: [quote]
  - ask: which
    when: inputs.quote != ""
    who: sales
    title: "Which way for {{ quote.id }}?"
    options: [by mail, by phone]
  - wait: answer
    for: 3 days
    signal: replied
  - wait: pause
    for: 1 day
  - task: call
    aside: true
    who: sales
    title: Call them
    within: 2 work days
exceptions:
  - {on: replied, then: call}
"""


def test_each_step_is_one_line_with_who_and_until_when() -> None:
    """People can go by it without the program."""
    text = GOOD.replace("by: sales, edit", "by: [sales, U1], quorum: 2, within: 2 work days, edit")
    lines = [item.line for item in checklist(loaded(text + MORE))]
    assert lines == [
        "quote: Read quote with `table.find` (table quotes, id [quote]) · Sayso",
        'unanswered: If `quote.status == "sent"`, go on; otherwise stop · Sayso',
        f"{LETTER} · sales-follow-up drafts, two of sales or U1 sign · within 2 work days",
        "summary: The agent kpi-analyst sums up quote, as summary · kpi-analyst",
        'which: If `inputs.quote != ""`: Which way for [quote id]? (by mail, by phone) · sales · within 1 work day',
        "answer: Wait for replied · Sayso · at most 3 days",
        "pause: Wait · Sayso · 1 day",
        "call: Only when led here: Call them · sales · within 2 work days",
    ]
    written = checklist_text(loaded(text + MORE))
    assert written.startswith("# Follow up a quote\n\nEvery quote gets an answer.\n\n- [ ] quote: ")
    assert written.count("- [ ] ") == len(lines)
    assert "Owner: sales. Playbook `quote-follow-up`, version " in written


def test_above_an_amount_it_says_who_signs_then() -> None:
    """In the same line."""
    text = GOOD.replace(
        "approve: {by: sales,", "approve: {by: sales, above: [{amount: 9.00 USD, by: U1}],"
    )
    text = text.replace("    still:", '    amount: "{{ quote.total }} USD"\n    still:')
    assert "one of sales signs, above 9.00 USD one of U1" in checklist(loaded(text))[2].line
