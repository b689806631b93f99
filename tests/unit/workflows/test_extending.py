"""A playbook that extends another: what it may say anew, where its mistakes are shown, and that it stands alone."""

from __future__ import annotations

import pytest

from tests.unit.workflows.builders import ADA, mailing, playbook
from tests.unit.workflows.builders import facts as known
from tests.unit.workflows.playbook_text import GOOD, loaded, problems
from workflows.answers import FieldErrors
from workflows.commands import StartRun
from workflows.loading.extending import extended, joined
from workflows.machine import decide
from workflows.playbook import DraftStep, Playbook, step_name
from workflows.sop import sop
from workflows.versions.changes import changes

OWN = """\
extends: quote-follow-up
playbook: big-quote
title: Follow up the big quote
owner: U1
inputs: {quote: Q-1}
trigger: {schedule: {cron: 0 8 * * mon}}
"""


def test_it_takes_the_steps_and_says_the_rest_anew() -> None:
    """What has a value is not asked for any more, so that it can start by itself."""
    book = loaded(joined(OWN, GOOD))
    base = loaded(GOOD)
    assert (book.playbook, book.owner, book.title) == ("big-quote", "U1", "Follow up the big quote")
    assert (book.steps, book.goal, book.channel) == (base.steps, base.goal, base.channel)
    assert (book.inputs, book.fixed, book.extends) == ((), {"quote": "Q-1"}, "quote-follow-up")
    sections = {section.title: section.lines for section in sop(book).sections}
    assert sections["Inputs"] == ("quote is always Q-1",)
    assert sections["Owner"][1] == "The steps are those of quote-follow-up"


def test_it_may_switch_something_on_or_off_for_itself() -> None:
    """What company.yml leaves as it comes."""
    own = f"{OWN}flags: {{learn_from_edits: true}}\nschema: 1\n"
    assert loaded(joined(own, GOOD)).flags.learn_from_edits is True


def test_what_is_kept_of_it_can_be_read_alone_and_changes_with_either() -> None:
    """Runs are pinned to both texts at once."""
    book = loaded(joined(OWN, GOOD))
    again = loaded(book.source)
    assert again == book
    other = loaded(joined(OWN, GOOD.replace("gets an answer", "is answered")))
    assert other.version != book.version
    assert loaded(joined(OWN.replace("big quote", "huge quote"), GOOD)).version != book.version
    assert loaded(joined(OWN, GOOD).replace("\n", "\r\n")).version == book.version


def test_a_run_of_it_has_the_values() -> None:
    """And takes no others."""
    book = playbook(mailing(), inputs={}, fixed={"quote": "Q-7"})
    start = StartRun(actor=ADA, playbook="follow-up")
    run = decide(None, book, start, known()).run
    assert run
    assert (run.inputs, run.subject.raw) == ({"quote": "Q-7"}, "Q-7")
    given = start.model_copy(update={"inputs": {"quote": "Q-8"}})
    answer = decide(None, book, given, known()).answer
    assert answer == FieldErrors(errors={"quote": "is not an input of this playbook"})


def test_three_may_extend_one_another() -> None:
    """Not four, and none itself: that would be endless."""
    text = GOOD
    for n in range(2):
        text = joined(f"extends: quote-follow-up\nplaybook: p-{n}\ntitle: Number {n}\n", text)
    assert loaded(text).title == "Number 1"
    (said,) = problems(joined("extends: p-1\nplaybook: p-2\n", text))
    assert said.problem == "at most 3 playbooks may extend one another, and none itself"


@pytest.mark.parametrize(
    ("own", "line", "problem", "hint"),
    [
        ("inputs: {quot: Q-1}", 3, "quote-follow-up asks for no `quot`", "Did you mean quote?"),
        ("inputs: {quote: 5}", 3, "`quote` must be text", ""),
        ("inputs: Q-1", 3, "must be a block of values", ""),
        ("level: 4", 3, "`level` is at most 3 here, as in quote-follow-up", ""),
        ("allow: [mail.send]", 3, "`allow` is taken from quote-follow-up", "copy the whole"),
        ("subjet: it", 3, "`subjet` is taken from quote-follow-up", ""),
        ("owner: nobody", 3, "nobody in Alder Ovens is `nobody`", ""),
        ("title: 5", 3, "`title` must be text", ""),
    ],
)
def test_a_mistake_is_shown_in_the_file_that_extends(
    own: str, line: int, problem: str, hint: str
) -> None:
    """Where it was written."""
    found = problems(joined(f"extends: quote-follow-up\nplaybook: mine\n{own}\n", GOOD))
    # Level 4 alone lacks its limits besides.
    assert len(found) == 1 + (own == "level: 4")
    (said,) = [one for one in found if problem in one.problem]
    assert said.line == line
    assert hint in said.hint


@pytest.mark.parametrize(
    ("base", "problem"),
    [
        ("", "there is no playbook `nobodys` beside this file or among those that ship"),
        ("- a\n- b", "`nobodys` can't be used itself"),
        ("a: [", "`nobodys` can't be used itself: this is no YAML"),
        (GOOD.replace("steps:", "stepps:"), "there is no key `stepps` here"),
    ],
)
def test_what_it_extends_must_be_there_and_right(base: str, problem: str) -> None:
    """Said at the line that names it."""
    own = "playbook: mine\nextends: nobodys\ninputs: {quote: Q-1}\n"
    said = problems(joined(own, base) if base else own)
    assert any(problem in each.problem and each.line == 2 for each in said), said


@pytest.mark.parametrize("spec", ["5", "{type: txt}"])
def test_an_input_that_is_wrong_there_is_said_there(spec: str) -> None:
    """Whoever gives it a value is not troubled with it."""
    own = "extends: quote-follow-up\nplaybook: mine\ninputs: {quote: Q-1}\n"
    assert loaded(joined(own, GOOD.replace("{type: text}", spec))).fixed == {"quote": "Q-1"}


def test_inputs_written_as_a_list_get_values_too() -> None:
    """And what is no list of fields asks for nothing."""
    own = "extends: quote-follow-up\nplaybook: mine\ninputs: {quote: Q-1}\n"
    listed = GOOD.replace("  quote: {type: text}", "  - {name: quote}\n  - {name: more}")
    book = loaded(joined(own, listed))
    assert ([field.name for field in book.inputs], book.fixed) == (["more"], {"quote": "Q-1"})
    said = problems(joined(own, GOOD.replace("inputs:\n  quote: {type: text}", "inputs: 5")))
    assert any("asks for no `quote`" in each.problem for each in said)


def test_a_playbook_with_steps_of_its_own_has_nothing_behind_it() -> None:
    """Two files in one are no playbook."""
    assert problems(joined(GOOD, GOOD))
    assert extended(GOOD) == ""
    assert extended(joined(OWN, GOOD)) == "quote-follow-up"


ANEW = """\
extends: quote-follow-up
playbook: big-quote
steps:
  letter:
    title: Write about the big quote
    approve:
      by: U1
      within: 2 work hours
"""


def _letter(book: Playbook) -> DraftStep:
    step = book.step("letter")
    assert isinstance(step, DraftStep)
    return step


def test_who_signs_a_step_until_when_and_its_words_may_be_said_anew() -> None:
    """Key by key: what is not said stays the other's, and what is said is seen as a change."""
    base, book = loaded(GOOD), loaded(joined(ANEW, GOOD))
    before, now = _letter(base), _letter(book)
    assert (now.title, now.approve.by) == ("Write about the big quote", ("U1",))
    assert now.approve.within.words == "2 work hours"
    assert (now.approve.edit, now.action) == (before.approve.edit, before.action)
    assert [step_name(step) for step in book.steps] == [step_name(step) for step in base.steps]
    words = [change.words for change in changes(base, book)]
    assert "letter: U1 may now sign" in words
    assert any(said.startswith("letter: can be signed for") for said in words)
    assert loaded(book.source) == book


def test_one_between_may_say_it_and_the_last_has_the_last_word() -> None:
    """Each says what it says of the one before it."""
    between = ANEW.replace("big-quote", "between")
    last = "extends: between\nplaybook: last\nsteps: {letter: {approve: {within: 1 work hour}}}\n"
    rule = _letter(loaded(joined(last, joined(between, GOOD)))).approve
    assert (rule.by, rule.within.words) == (("U1",), "1 work hour")


@pytest.mark.parametrize(
    ("steps", "line", "problem", "hint"),
    [
        ("steps: {letter: {approve: {by: nobody}}}", 3, "nobody in Alder Ovens is `nobody`", ""),
        ("steps:\n  letter:\n    approve: {byy: U1}", 5, "there is no key `byy` here", "by"),
        ("steps:\n  leter: {title: x}", 4, "quote-follow-up has no step `leter`", "letter"),
        ("steps: {letter: {action: bank.refund}}", 3, "`action` of letter can't be", "copy"),
        ("steps: {letter: {titel: x}}", 3, "`titel` of letter can't be said anew", "title"),
        ("steps: {letter: 5}", 3, "what is said of letter must be a block", "by name"),
        ("steps: [{tell: x, text: y}]", 3, "the steps are those of quote-follow-up", "by name"),
        ("steps: {letter: {approve: 5}}", 3, "`approve` must be a block", ""),
        ("steps: {unanswered: {title: x}}", 3, "there is no key `title` here", ""),
    ],
)
def test_a_mistake_in_what_is_said_anew_is_shown_where_it_was_written(
    steps: str, line: int, problem: str, hint: str
) -> None:
    """And every other step is as it was."""
    said = problems(joined(f"extends: quote-follow-up\nplaybook: mine\n{steps}\n", GOOD))
    assert [(each.line, problem in each.problem, hint in each.hint) for each in said] == [
        (line, True, True)
    ], said


def test_what_is_wrong_in_the_other_is_shown_at_the_line_that_names_it() -> None:
    """Also where something else is said anew of another step."""
    (said,) = problems(joined(ANEW, GOOD.replace("table.find\n", "table.fin\n", 1)))
    assert (said.line, said.problem) == (1, "there is no read `table.fin`")
