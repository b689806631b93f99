"""Exceptions as they are written: each mistake at its place, and what a person reads of those that are right."""

from __future__ import annotations

import pytest

from tests.unit.workflows.playbook_text import GOOD, loaded, problems
from workflows.sop import sop

#: A step for people alone, and an exception of each kind.
ASIDE = """\
  - task: call
    aside: true
    who: sales
    title: Call them
"""
EACH = """\
exceptions:
  - on: emergency
    words: [gas leak, fire]
    then: call
    say: "Call about {{ inputs.quote }} now."
  - {on: replied, step: letter, then: call, say: "{{ quote.customer }} has replied."}
  - {on: late, when: quote.total != "", then: call}
  - {on: late, then: letter}
  - {on: failed, then: stop}
  - {on: no-data, then: next}
"""
WHOLE = GOOD.replace("    with: {table", "    require: [email]\n    with: {table") + ASIDE + EACH


def test_exceptions_are_read_and_read_aloud() -> None:
    """The procedure has them in words, before what always holds."""
    book = loaded(WHOLE)
    assert [path.on for path in book.exceptions] == [
        "emergency", "replied", "late", "late", "failed", "no-data",
    ]  # fmt: skip
    sections = {section.title: section.lines for section in sop(book).sections}
    assert sections["Exceptions"][:6] == (
        "One of these words was asked or read: gas leak, fire: go to call, saying: Call about [quote] now.",
        "The customer has replied at letter: go to call, saying: [quote customer] has replied.",
        'Nobody signed in time, if `quote.total != ""`: go to call',
        "Nobody signed in time: go to letter",
        "A step can't be done: stop",
        "A required field is missing: go on",
    )
    assert (
        sections["Steps"][-1]
        == "4. Only when led here: give sales a task: Call them (within 1 work day)"
    )


@pytest.mark.parametrize(
    ("exception", "problem", "hint"),
    [
        ("{on: repied}", "`on` can't be 'repied'", "Did you mean replied?"),
        ("{on: late, then: cal}", "there is no step `cal`", "Did you mean call?"),
        ("{on: late, step: leter}", "there is no step `leter`", "Did you mean letter?"),
        ("{on: late, step: quote}", "`late` never happens at the step quote", ""),
        ("{on: replied, step: quote}", "`replied` never happens at the step quote", ""),
        ("{on: failed, step: call}", "`failed` never happens at the step call", ""),
        ("{on: emergency, words: fire, step: letter}", "`emergency` never happens at the step", ""),
        ("{on: emergency}", "an emergency is known by its `words`, and there are none", "gas leak"),
        ("{on: emergency, words: ['!']}", "'!' has no letter or digit to look for", ""),
        (
            "{on: emergency, words: fire, then: call, on_call: nihgt}",
            "there is no rota `nihgt` in company.yml",
            "",
        ),
        ("{on: late, then: call, on_call: night}", "`late` calls nobody", ""),
        (
            "{on: emergency, when: 'true', then: call, on_call: night, within: 0 seconds}",
            "must be longer than nothing",
            "",
        ),
        ("{on: emergency, words: fire, then: next}", "an emergency must lead to a step", ""),
        ("{on: late, words: fire}", "`late` looks for no words", ""),
        ("{on: late, when: quote.x ==}", "is not a condition", ""),
        ("{on: no-data, say: '{{ letter }}'}", "is a draft and brings no value", ""),
        ("{on: emergency, words: fire, when: quote.x == ''}", "comes later", ""),
        ("{on: late}\n  - {on: late, then: call}", "can't be told from exception", "narrower"),
        (
            "{on: emergency, words: [Fire, gas]}\n  - {on: emergency, words: fire, step: quote}",
            "can't be told from exception",
            "",
        ),
    ],
)
def test_what_is_wrong_with_an_exception_is_said(exception: str, problem: str, hint: str) -> None:
    """At its place, and what was meant."""
    leads = "  - {on: failed, step: letter, then: call}\n"
    text = WHOLE.partition("exceptions:")[0] + f"exceptions:\n{leads}  - {exception}\n"
    said = problems(text)
    assert len(said) == 1, said
    assert problem in said[0].problem
    assert hint in said[0].hint
    assert text.splitlines()[said[0].line - 1].lstrip().startswith("- {on")


@pytest.mark.parametrize(
    ("exception", "why"),
    [
        ("{on: late}", "nobody has to sign anything"),
        ("{on: replied}", "a run never waits"),
        ("{on: no-data}", "no read step says what it must `require`"),
        ("{on: emergency, words: fire}", "nothing is asked or read"),
        ("{on: failed}", "nothing is read or carried out"),
    ],
)
def test_an_exception_that_never_happens_is_refused(exception: str, why: str) -> None:
    """A playbook that only says something."""
    head = GOOD.partition("inputs:")[0]
    text = f"{head}subject: it\nallow: []\nsteps:\n  - tell: it\n    text: Hello\nexceptions:\n  - {exception}\n"
    (said,) = problems(text)
    kind = exception.partition("on: ")[2].strip("}").partition(",")[0]
    assert said.problem == f"`{kind}` never happens here: {why}"


def test_an_emergency_may_stand_in_what_is_asked() -> None:
    """Where nothing is read, the form is what is looked at."""
    head = GOOD.partition("allow:")[0]
    steps = (
        "steps:\n  - tell: it\n    text: Hello\n  - task: call\n    who: sales\n    title: Call\n"
    )
    paths = "exceptions:\n  - {on: emergency, words: fire, then: call}\n"
    assert loaded(f"{head}allow: []\n{steps}{paths}").exceptions[0].words == ("fire",)


def test_a_step_set_aside_needs_somebody_who_leads_there() -> None:
    """Else it never happens; and something must happen when nothing leads anywhere."""
    (said,) = problems(GOOD + ASIDE)
    assert said.problem == "nothing leads to call"
    led = GOOD.replace('"sent"\n', '"sent"\n    otherwise: call\n', 1) + ASIDE
    assert loaded(led).steps[-1].aside
    alone = (
        GOOD.partition("steps:")[0]
        + "steps:\n"
        + ASIDE
        + "exceptions:\n  - {on: replied, then: call}\n"
    )
    assert [each.problem for each in problems(alone)] == [
        "every step is set aside, so nothing would happen"
    ]
