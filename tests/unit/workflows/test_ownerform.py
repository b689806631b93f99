"""What the owner can change in a form, and the text that comes of it: nothing else in it is touched."""

from __future__ import annotations

from difflib import ndiff
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.playbook_text import GOOD, loaded, problems
from workflows.errors import CannotRewrite
from workflows.loading.extending import joined, parted
from workflows.loading.positions import read_yaml
from workflows.versions.changes import changes
from workflows.versions.ownerform import Part, at_fields, fresh, part, parts, rewritten, written
from workflows.versions.ownerform.rewriting import GONE

RICH = """\
# Ours since May. Ask Lee before you change it.
playbook: quote-follow-up
title: Follow up a quote   # as on the board
goal: |
  Every quote gets an answer.
owner: sales
channel: sales

inputs:
  quote: {type: text}   # as in the table
  size: {type: choice, options: [small, large], default: small}
  most: {type: money, required: false, default: 2480.00 USD}
  when:

trigger:
  schedule: {cron: 0 8 * * mon, zone: Europe/Berlin}

subject: "{{ inputs.quote }}"
allow: [table.find, mail.send]
steps:
  - read: quote
    from: table.find
    with: {table: quotes, id: "{{ inputs.quote }}"}

  # Nothing to do where somebody answered.
  - decide: unanswered
    if: quote.status == "sent"

  - draft: letter
    agent: sales-follow-up
    action: mail.send
    with: {to: "{{ quote.email }}"}
    writes: [subject, body]
    uses: [quote]
    title: "Send a letter to {{ quote.customer }}"
    amount: "{{ quote.total }} {{ quote.currency }}"
    facts:
      - "Quote {{ quote.id }}"   # the number
      - "For {{ quote.about }}"
    approve:
      by: sales
      above:
        - {amount: 5000.00 USD, by: U1}   # since June
      edit: [body]

  - ask: which
    who: sales
    title: Which way?
    options: [by mail, by phone]
  - task: call
    who: sales
    title: Call them
  - wait: pause
    for: 3 days
  - tell: done
    text: It is done
exceptions:
  - {on: emergency, words: [fire], then: call, say: Call now}
  - {on: replied, then: stop}
success: {metric: answered, target: 60 %}
"""
OWN = "extends: quote-follow-up\nplaybook: mine\ntitle: Mine\nowner: U1\n"


def changed(source: str, key: str, **typed: Any) -> str:
    """Return the text after a form was submitted in which these fields (with __ for a dot) say something else."""
    found = part(source, key)
    assert found
    put = {name.replace("__", "."): value for name, value in typed.items()}
    now = {knob.field.name: knob.now for knob in found.knobs}
    assert put.keys() <= now.keys(), now.keys()
    writes, wrong = found.writes({**now, **put})
    assert not wrong
    return rewritten(source, writes)


def lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came, in their order."""
    told = [*ndiff(before.splitlines(), after.splitlines())]
    return [one[2:] for one in told if one[0] == "-"], [one[2:] for one in told if one[0] == "+"]


def test_every_part_is_filled_with_what_is_there_and_changes_nothing_unchanged() -> None:
    """A form that is submitted as it was opened asks for nothing."""
    assert [one.key for one in parts(RICH)] == [
        *["head", "start", "input:quote", "input:size", "input:most", "input:when"],
        *["step:unanswered", "step:letter", "step:which", "step:call", "step:pause", "step:done"],
        "otherwise",
    ]
    for one in parts(RICH):
        assert one.writes({knob.field.name: knob.now for knob in one.knobs}) == ({}, {})
        assert one.writes({}) == ({}, {})
    assert rewritten(RICH, {}) == RICH
    assert part(RICH, "step:nothing") is None


@pytest.mark.parametrize(
    ("key", "typed", "gone", "come"),
    [
        (
            "step:letter",
            {"steps__2__approve__by": "sales, U1"},
            ["      by: sales"],
            ["      by: [sales, U1]"],
        ),
        (
            "step:letter",
            {"steps__2__approve__above": "5000.00 USD: 2 of U1, sales"},
            ["        - {amount: 5000.00 USD, by: U1}   # since June"],
            ["        - {amount: 5000.00 USD, by: [U1, sales], quorum: 2} # since June"],
        ),
        ("step:letter", {"steps__2__approve__quorum": 2}, [], ["      quorum: 2"]),
        ("step:letter", {"steps__2__approve__escalate": ""}, [], ["      escalate: []"]),
        ("step:letter", {"steps__2__approve__hold": "0"}, [], ["      hold: 0"]),
        (
            "step:letter",
            {"steps__2__title": 'To "{{ quote.customer }}": now'},
            ['    title: "Send a letter to {{ quote.customer }}"'],
            ['    title: "To \\"{{ quote.customer }}\\": now"'],
        ),
        (
            "step:letter",
            {"steps__2__facts": "Quote {{ quote.id }}\nIt is new\nFor {{ quote.about }}"},
            [],
            ["      - It is new"],
        ),
        (
            "step:letter",
            {"steps__2__facts": "For {{ quote.about }}"},
            ['      - "Quote {{ quote.id }}"   # the number'],
            [],
        ),
        (
            "step:letter",
            {"steps__2__approve__above": ""},
            ["      above:", "        - {amount: 5000.00 USD, by: U1}   # since June"],
            ["      above: []"],
        ),
        ("step:pause", {"steps__5__for": "2 days"}, ["    for: 3 days"], ["    for: 2 days"]),
        (
            "step:unanswered",
            {"steps__1__if": 'quote.status == "open"'},
            ['    if: quote.status == "sent"'],
            ['    if: quote.status == "open"'],
        ),
        (
            "head",
            {"title": "Ask about a quote"},
            ["title: Follow up a quote   # as on the board"],
            ["title: Ask about a quote   # as on the board"],
        ),
        (
            "start",
            {"trigger__schedule__cron": ""},
            ["  schedule: {cron: 0 8 * * mon, zone: Europe/Berlin}"],
            ["  schedule:"],
        ),
        (
            "start",
            {"trigger__schedule__zone": "America/New_York"},
            ["  schedule: {cron: 0 8 * * mon, zone: Europe/Berlin}"],
            ["  schedule: {cron: 0 8 * * mon, zone: America/New_York}"],
        ),
        (
            "input:size",
            {"inputs__size__options": "small\nlarge\nhuge", "inputs__size__default": "large"},
            ["  size: {type: choice, options: [small, large], default: small}"],
            ["  size: {type: choice, options: [small, large, huge], default: large}"],
        ),
        (
            "input:most",
            {"inputs__most__default": "1,000.00 USD"},
            ["  most: {type: money, required: false, default: 2480.00 USD}"],
            ["  most: {type: money, required: false, default: '1,000.00 USD'}"],
        ),
        ("input:when", {"inputs__when__label": "When?"}, [], ["    label: When?"]),
        (
            "otherwise",
            {"exceptions__0__words": "fire\ngas leak", "exceptions__1__say": "They wrote"},
            [
                "  - {on: emergency, words: [fire], then: call, say: Call now}",
                "  - {on: replied, then: stop}",
            ],
            [
                "  - {on: emergency, words: [fire, gas leak], then: call, say: Call now}",
                "  - {on: replied, say: They wrote, then: stop}",
            ],
        ),
    ],
)
def test_one_thing_changes_and_the_rest_stays_to_the_letter(
    key: str, typed: dict[str, Any], gone: list[str], come: list[str]
) -> None:
    """Comments, order, quotes and layout are those of whoever wrote the file."""
    assert lines(RICH, changed(RICH, key, **typed)) == (gone, come)


@given(st.text(max_size=80), st.sampled_from(["head", "step:letter", "step:done"]))
@settings(max_examples=20, deadline=None)
def test_whatever_is_typed_is_a_value_and_never_a_line_of_the_file(text: str, key: str) -> None:
    """It comes back as it was typed, and nothing else is another; or it is refused."""
    found = part(RICH, key)
    assert found
    knob = next(each for each in found.knobs if each.field.name.endswith(("title", "text")))
    writes, _ = found.writes({knob.field.name: text})
    try:
        after = rewritten(RICH, writes)
    except CannotRewrite:
        return
    again = next(
        each
        for each in (part(after, key) or found).knobs
        if each.field.name.endswith(("title", "text"))
    )
    assert not again.is_other(text)
    assert "--- # base" not in [line.rstrip() for line in after.splitlines()]


RULES = """\
      assign:
        - {customer: ["*@b.com", "*@c.com"], above: 9.00 USD, to: Lee}
        - {to: sales}
        - "{{ quote.owner }}"
        - in turn
      edit: [body]
"""
SHOWN = "customer *@b.com or *@c.com, above 9.00 USD: Lee\nsales\n{{ quote.owner }}\nin turn"


def _asked_first(source: str, typed: str) -> str:
    return changed(source, "step:letter", steps__2__approve__assign=typed)


def test_who_is_asked_first_is_a_line_for_each_rule() -> None:
    """One alone is a text, as it was; several are a list, in their order."""
    ruled = RICH.replace("      edit: [body]\n", RULES)
    found = part(ruled, "step:letter")
    assert found
    (knob,) = (one for one in found.knobs if one.field.name.endswith("assign"))
    assert knob.now == SHOWN
    assert found.writes({knob.field.name: SHOWN}) == ({}, {})
    for alone in ("in turn", "{{ quote.owner }}", "Lee"):
        again = part(_asked_first(RICH, alone), "step:letter")
        assert again
        assert alone in [one.now for one in again.knobs if one.field.name == knob.field.name]
    ruled = _asked_first(RICH, "above 1000.00 USD, channel sales: Lee\n\nin turn")
    assert cast("Any", read_yaml(ruled).value)["steps"][2]["approve"]["assign"] == [
        {"above": "1000.00 USD", "channel": "sales", "to": "Lee"},
        "in turn",
    ]
    assert _asked_first(RICH, " \n") == RICH


@pytest.mark.parametrize("line", ["above 9.00 USD, to: Lee", "channel sales, x y: Lee"])
def test_a_line_that_is_no_rule_is_said_at_its_field(line: str) -> None:
    """With one that is."""
    found = part(RICH, "step:letter")
    assert found
    _, wrong = found.writes({"steps.2.approve.assign": line})
    assert wrong == {
        "steps.2.approve.assign": f"has a line that is not like above 1000.00 USD: finance: {line}"
    }


def test_a_line_that_is_no_row_is_said_at_its_field() -> None:
    """Before anything is read."""
    found = part(RICH, "step:letter")
    assert found
    _, wrong = found.writes({"steps.2.approve.above": "five thousand"})
    assert wrong == {
        "steps.2.approve.above": "has a line that is not like 5000.00 USD: owner: five thousand"
    }


@pytest.mark.parametrize(
    ("key", "typed", "field", "words"),
    [
        ("step:letter", {"steps__2__approve__by": "nobody"}, "approve.by", "nobody in Alder Ovens"),
        ("step:letter", {"steps__2__approve__by": ""}, "approve.by", "somebody must sign"),
        ("step:letter", {"steps__2__approve__within": "soon"}, "within", "is not a duration"),
        ("step:letter", {"steps__2__approve__quorum": 9}, "quorum", "9 must sign, and only"),
        ("step:letter", {"steps__2__approve__edit": "bodi"}, "edit", "Did you mean body?"),
        (
            "step:letter",
            {"steps__2__title": "To {{ quot.x }}"},
            "title",
            "nothing is called `quot`",
        ),
        ("start", {"trigger__schedule__cron": "0 8 * * 1"}, "cron", ""),
        ("head", {"owner": "nobody"}, "owner", "nobody in Alder Ovens is `nobody`"),
    ],
)
def test_what_the_loader_says_stands_at_the_field_it_is_about(
    key: str, typed: dict[str, Any], field: str, words: str
) -> None:
    """In its own words: the same as for a file."""
    source = RICH.replace("  quote: {type: text} ", "  quote: {type: text, default: Q} ")
    source = source.replace("  when:\n", "  when: {required: false}\n")
    assert not problems(source)
    after = changed(source, key, **typed)
    found = part(source, key)
    assert found
    said = at_fields(after, found.knobs, problems(after))
    ((name, sentence),) = said.items()
    assert name.endswith(field)
    assert words.casefold() in sentence.casefold()


def test_what_is_wrong_elsewhere_is_not_said_at_a_field() -> None:
    """Somebody left meanwhile, whom another step asks."""
    after = changed(RICH.replace("who: sales", "who: gone"), "head", title="Another")
    found = part(RICH, "head")
    assert found
    assert at_fields(after, found.knobs, problems(after)) == {}


@pytest.mark.parametrize("layout", ["    - ", "- "])
def test_files_are_kept_as_they_are_indented(layout: str) -> None:
    """Also where a list stands at the depth of its key."""
    text = f"playbook: one\ntitle: x\nsteps:\n{layout}tell: a\n{' ' * len(layout)}text: b\n"
    after = rewritten(text, {("title",): "y"})
    assert lines(text, after) == (["title: x"], ["title: y"])


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("title: [", ("title",), "x"),
        ("title: x", ("title", "more"), "y"),
        ("a: 1", ("b",), GONE),
        ("title: x\nreview: 2026-13-45", ("title",), "y"),
    ],
)
def test_what_can_t_be_changed_alone_is_refused(text: str, path: Any, value: object) -> None:
    """Somebody has to look at the file."""
    with pytest.raises(CannotRewrite):
        rewritten(text, {path: value})


# --- A playbook that extends another ---


def test_an_extending_playbook_says_in_its_own_text_what_it_says_anew() -> None:
    """The other one's text stays behind it as it is."""
    source = joined(OWN, GOOD)
    after = changed(source, "step:letter", steps__letter__approve__by="U1")
    after = changed(after, "values", inputs__quote="Q-7")
    own, behind = parted(after)
    assert behind == parted(source)[1]
    assert read_yaml(own).value == {
        "extends": "quote-follow-up",
        "playbook": "mine",
        "title": "Mine",
        "owner": "U1",
        "steps": {"letter": {"approve": {"by": "U1"}}},
        "inputs": {"quote": "Q-7"},
    }
    words = [change.words for change in changes(loaded(source), loaded(after))]
    assert "letter: U1 may now sign" in words
    again = changed(after, "values", inputs__quote=None)
    assert loaded(again).fixed == {}
    (threshold,) = [one for one in parts(source) if one.key == "step:unanswered"]
    assert [knob.field.name for knob in threshold.knobs] == ["steps.unanswered.say"]


def test_a_schedule_it_takes_from_the_other_is_written_out_before_a_key_of_it_changes() -> None:
    """Else the rest of it would be lost."""
    base = GOOD.replace(
        "subject:", "trigger: {command: false, schedule: {cron: 0 8 * * mon}}\nsubject:"
    )
    base = base.replace("{type: text}", "{type: text, default: Q}")
    after = changed(joined(OWN, base), "start", trigger__schedule__cron="0 9 * * tue")
    trigger = loaded(after).trigger
    assert trigger.schedule
    assert (trigger.command, trigger.schedule.cron) == (False, "0 9 * * tue")


def test_a_new_text_is_written_line_by_line() -> None:
    """As people write it."""
    made = written({"extends": "a", "playbook": "b", "inputs": {"quote": "Q-1", "n": "7"}})
    assert made == "extends: a\nplaybook: b\ninputs: {quote: Q-1, n: '7'}\n"


def test_inputs_written_as_a_list_are_changed_in_their_place() -> None:
    """And what is no block there is left alone."""
    text = GOOD.replace("  quote: {type: text}", "  - {name: quote, label: Quote}")
    after = changed(text, "input:quote", inputs__0__label="Number")
    assert "{name: quote, label: Number}" in after
    assert isinstance(part(after, "input:quote"), Part)


def test_a_new_playbook_is_asked_for_its_name_and_what_the_other_leaves_open() -> None:
    """What stays empty is the other one's."""
    found = fresh(RICH)
    assert [knob.field.name for knob in found.knobs] == [
        *["playbook", "title", "owner", "channel"],
        *["inputs.quote", "inputs.size", "inputs.most", "inputs.when"],
    ]
    writes, _ = found.writes({"playbook": "mine", "title": None, "inputs.quote": "Q-1"})
    assert writes == {("playbook",): "mine", ("inputs", "quote"): "Q-1"}


def test_a_report_is_posted_in_no_words_of_ones_own() -> None:
    """Only its channel can be changed."""
    text = RICH.replace("    text: It is done", "    report: quote")
    found = part(text, "step:done")
    assert found
    assert [knob.field.label for knob in found.knobs] == ["Channel"]


def test_a_text_of_several_lines_keeps_what_stands_behind_it() -> None:
    """The comment after it is about what follows."""
    text = "playbook: one\ngoal: |\n  First.\n# about the title\ntitle: x\n"
    after = rewritten(text, {("goal",): "Other.\nMore."})
    assert after == "playbook: one\ngoal: |-\n  Other.\n  More.\n# about the title\ntitle: x\n"
    assert "# about the title\ntitle: x" in rewritten(text, {("goal",): "One line."})
