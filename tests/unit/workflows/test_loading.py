from __future__ import annotations

import hashlib

import pytest

from tests.unit.workflows.playbook_text import COMPANY, GOOD, loaded, problems
from workflows.errors import PlaybookError
from workflows.loading import UnreadableFile
from workflows.playbook import DraftStep
from workflows.sop import sop

#: What to change in the good playbook, where the problem is then said to be, its words and its hint.
SPOILT = [
    (
        "title: Follow",
        "titel: Follow",
        (2, 1),
        "there is no key `titel` here",
        "Did you mean title?",
    ),
    ("goal: Every quote gets an answer.\n", "", (1, 1), "`goal` is missing", ""),
    ("goal: Every quote gets an answer.", "goal: 5", (3, 7), "`goal` must be text", '"5"'),
    ("goal: Every quote gets an answer.", "goal:", (3, 1), "`goal` is empty", ""),
    ("playbook: quote-follow-up", "playbook: Quote", (1, 11), "must be small letters", ""),
    ("owner: sales", "owner: sale", (4, 8), "nobody in Alder Ovens is `sale`", "mean sales?"),
    ("channel: sales", "channel: sale", (5, 10), "no channel `sale`", "Did you mean sales?"),
    ("channel: sales", "level: 5", (5, 8), "`level` must be at most 4", ""),
    ("channel: sales", "schema: 2", (5, 9), "is 2, and this Sayso reads up to 1: a newer one", ""),
    ("channel: sales", "schema: 0", (5, 9), "`schema` must be at least 1", ""),
    (
        "channel: sales",
        "flags: {plain_word: true}",
        (5, 9),
        "there is no key `plain_word` here",
        "Did you mean plain_words?",
    ),
    ("channel: sales", "flags: {plain_words: perhaps}", (5, 22), "must be true or false", ""),
    ("{type: text}", "{type: txt}", (7, 17), "`type` can't be 'txt'", "Did you mean text?"),
    ("{type: text}", "{typ: text}", (7, 11), "there is no key `typ` here", "Did you mean type?"),
    ("{type: text}", "[text]", (7, 10), "`quote` must be a block", "{type: text}"),
    ("{type: text}", "{default: 5}", (7, 20), "the default must be text", ""),
    ("{type: text}", "{type: choice}", (7, 10), "a choice without options", ""),
    ("  quote: {type", "  Quote: {type", (7, 3), "'Quote' can't name an input", "small letters"),
    (
        '"{{ inputs.quote }}"\na',
        '"{{ inputs.quot }}"\na',
        (8, 14),
        "no input `quot`",
        "mean quote?",
    ),
    (
        '"{{ inputs.quote }}"\na',
        '"{{ input.quote }}"\na',
        (8, 14),
        "nothing is called `input`",
        "inputs?",
    ),
    ('"{{ inputs.quote }}"\na', '"{% if x %}"\na', (8, 11), "{% can't stand here", ""),
    (
        "allow: [table.find, mail.send]",
        "allow: [table.find, mail.snd]",
        (9, 21),
        "`mail.snd`",
        "mail.send?",
    ),
    (
        "allow: [table.find, mail.send]",
        "allow: [mail.send]",
        (12, 11),
        "table.find is not in `allow`",
        "Add",
    ),
    (
        "allow: [table.find, mail.send]",
        "allow: [table.find]",
        (18, 13),
        "mail.send is not in `allow`",
        "Add",
    ),
    (
        "- read: quote",
        "- red: quote",
        (11, 5),
        "there is no kind of step `red`",
        "Did you mean read?",
    ),
    ("- read: quote", "- read: next", (11, 11), "'next' can't name a step", ""),
    (
        "from: table.find",
        "from: table.fnd",
        (12, 11),
        "there is no read `table.fnd`",
        "table.find?",
    ),
    ("    from: table.find\n", "", (11, 11), "either `from`", ""),
    (
        "{table: quotes, id",
        "{tabel: quotes, id",
        (13, 12),
        "table.find has no field `tabel`",
        "table?",
    ),
    ("{table: quotes, id", "{id", (13, 11), "table.find needs `table`", ""),
    ("{table: quotes, id", "{table: 5, id", (13, 19), "`table` must be text", ""),
    (
        "- decide: unanswered",
        "- decide: quote",
        (14, 13),
        "quote is the name of step 1",
        "by its name",
    ),
    ('quote.status == "sent"\n  -', "quote.status ==\n  -", (15, 24), "not a condition", ""),
    (
        'quote.status == "sent"\n  -',
        "qote.status == 1\n  -",
        (15, 9),
        "nothing is called `qote`",
        "mean quote?",
    ),
    (
        'quote.status == "sent"\n  -',
        "letter.id == 1\n  -",
        (15, 9),
        "is a draft and brings no value",
        "",
    ),
    (
        'quote.status == "sent"\n  -',
        "inputs.qote == ''\n  -",
        (15, 9),
        "there is no input `qote`",
        "quote?",
    ),
    ('quote.status == "sent"\n  -', "quote.all(x, x)\n  -", (15, 15), "goes through a list", ""),
    (
        '"sent"\n  -',
        '"sent"\n    then: lettr\n  -',
        (16, 11),
        "there is no step `lettr`",
        "letter?",
    ),
    (
        '"sent"\n  -',
        '"sent"\n    then: quote\n  -',
        (16, 11),
        "quote comes before this step",
        "only goes on",
    ),
    (
        "agent: sales-follow-up",
        "agent: sales",
        (17, 12),
        "there is no agent `sales`",
        "Known here: kpi-analyst",
    ),
    (
        "action: mail.send",
        "action: mail.snd",
        (18, 13),
        "there is no action `mail.snd`",
        "mail.send?",
    ),
    (
        "writes: [subject, body]",
        "writes: [subjct, body]",
        (20, 14),
        "mail.send has no field `subjct`",
        "subject?",
    ),
    (
        "writes: [subject, body]",
        "writes: [subject, body, to]",
        (20, 29),
        "to is filled under `with` already",
        "",
    ),
    ('with: {to: "{{ quote.email }}"}', "when: 'true'", (16, 5), "mail.send needs `to`", ""),
    (
        'with: {to: "{{ quote.email }}"}',
        "with: {to: jo}",
        (19, 16),
        "`to` must be one e-mail address",
        "",
    ),
    (
        "uses: [quote]",
        "uses: [qote]",
        (21, 12),
        "no earlier step that brings a value `qote`",
        "quote?",
    ),
    ("{by: sales, edit: [body]}", "{by: [], edit: [body]}", (23, 19), "somebody must sign", ""),
    ("{by: sales, edit: [body]}", "{by: sles, edit: [body]}", (23, 19), "is `sles`", "sales?"),
    (
        "{by: sales, edit: [body]}",
        "{by: sales, edit: [bdy]}",
        (23, 33),
        "mail.send has no field `bdy`",
        "body?",
    ),
    (
        "{by: sales, edit: [body]}",
        "{by: sales, quorum: 2}",
        (23, 34),
        "2 must sign, and only 1 could",
        "",
    ),
    ("{by: sales, edit: [body]}", "{by: sales, within: 4 hors}", (23, 34), "is not a duration", ""),
    (
        "{by: sales, edit: [body]}",
        "{by: sales, within: 9 years}",
        (23, 34),
        "is not a duration",
        "",
    ),
    (
        "{by: sales, edit: [body]}",
        "{by: sales, within: 400 days}",
        (23, 34),
        "at most 366 days",
        "",
    ),
    ("{by: sales, edit: [body]}", "{by: sales, hold: 2 days}", (23, 32), "at most 1 day", ""),
    (
        "edit: [body]}",
        "above: [{amount: 5 USD, by: owner}]}",
        (23, 33),
        "the step has no `amount`",
        "amount:",
    ),
    ("edit: [body]}", "above: [{amount: much, by: owner}]}", (23, 43), "is not an amount", ""),
    ("    approve: {by: sales, edit: [body]}\n", "", (16, 5), "`approve` is missing", ""),
    ("still: quote", "stil: quote", (24, 5), "there is no key `stil` here", "Did you mean still?"),
    ("channel: sales", "owner: sales", (5, 1), "owner is there twice", "line 4"),
    ("owner: sales", "owner: *x", (4, 8), "no YAML", ""),
    ("owner: sales", "owner: @sales", (4, 8), "no YAML", 'quotes: "@finance-team"'),
    ("owner: sales", "owner: channel:sale", (4, 8), "no channel `sale`", "Did you mean sales?"),
    (
        "by: sales",
        "by: sales, assign: Lea",
        (23, 34),
        "nobody in Alder Ovens is `Lea`",
        "mean Lee?",
    ),
    ("by: sales", 'by: sales, assign: "{{ x }}"', (23, 38), "nothing is called `x`", ""),
    ("owner: sales", "owner: &x sales", (4, 8), "anchors like &x are not read", ""),
    ("owner: sales", "owner: !!binary abc", (4, 8), "tags like binary are not read", ""),
    (
        "channel: sales",
        "\tchannel: sales",
        (5, 1),
        "a tab stands where YAML wants spaces",
        "spaces",
    ),
    ("channel: sales", "level: 9999999999999999999", (5, 8), "can be kept exactly", "quotes"),
    ("channel: sales", "level: .nan", (5, 8), "can be kept exactly", ""),
    ("channel: sales", "'a\x07': 1", (5, 3), "this character can't stand in a text file", ""),
]


@pytest.mark.parametrize(("right", "wrong", "place", "problem", "hint"), SPOILT)
def test_a_mistake_is_said_at_its_place(
    right: str, wrong: str, place: tuple[int, int], problem: str, hint: str
) -> None:
    """Each mistake is named with line, column, what is wrong and what may be meant."""
    assert right in GOOD
    found = problems(GOOD.replace(right, wrong, 1))
    said = [
        (each.line, each.col) for each in found if problem in each.problem and hint in each.hint
    ]
    assert place in said, found


def test_the_good_playbook_loads_with_its_text_and_version() -> None:
    """The version is the hash of the text, whatever line ends an editor wrote."""
    playbook = loaded(GOOD)
    assert playbook.version == hashlib.sha256(GOOD.encode()).hexdigest()
    assert loaded(GOOD.replace("\n", "\r\n")).version == playbook.version
    assert loaded("\ufeff" + GOOD).source == GOOD
    assert isinstance(playbook.step("letter"), DraftStep)


def test_every_mistake_is_said_at_once() -> None:
    """Schema mistakes don't hide mistakes of meaning elsewhere, nor the other way round."""
    text = (
        GOOD.replace("title: Follow", "titel: Follow", 1)
        .replace("- read: quote", "- red: quote")
        .replace("agent: sales-follow-up", "agent: sales")
        .replace("{by: sales,", "{by: sles, within: soon,")
        .replace("quote.customer", "qote.customer")
    )
    assert [(each.line, each.col) for each in problems(text)] == [
        (2, 1),
        (11, 5),
        (17, 12),
        (22, 32),
        (23, 19),
        (23, 33),
    ]


def test_the_text_of_the_error_shows_place_line_caret_and_hint() -> None:
    """A person sees the line, a caret under the word and a suggestion."""
    with pytest.raises(UnreadableFile) as caught:
        loaded(GOOD.replace("agent: sales-follow-up", "agent: sales-folow-up"))
    assert str(caught.value) == (
        "p.yml can't be used; 1 thing to fix.\n\n"
        "p.yml:17:12: there is no agent `sales-folow-up`\n"
        "  16 |   - draft: letter\n"
        "  17 |     agent: sales-folow-up\n"
        "     |            ^\n"
        "Did you mean sales-follow-up?"
    )
    assert isinstance(caught.value, PlaybookError)


def test_without_a_company_people_and_channels_are_not_checked() -> None:
    """A shipped playbook can be checked before there is a company."""
    text = GOOD.replace("by: sales", "by: whoever").replace("channel: sales", "channel: anywhere")
    assert problems(text, company=None) == ()
    assert len(problems(text)) == 2


def test_a_money_action_never_runs_at_level_4() -> None:
    """Autonomy ends where money begins."""
    limits = "level: 4\nalone: {amount: 500.00 USD, count: 20}"
    text = GOOD.replace("channel: sales", limits).replace("mail.send]", "mail.send, bank.refund]")
    (problem,) = problems(text)
    assert (problem.line, problem.col) == (10, 32)
    assert "money action" in problem.problem


def test_an_agent_never_writes_an_address_or_an_amount() -> None:
    """Whom a letter reaches comes from a record, whatever a playbook asks for."""
    text = GOOD.replace('    with: {to: "{{ quote.email }}"}\n', "").replace(
        "[subject, b", "[to, subject, b"
    )
    (problem,) = problems(text)
    assert (problem.line, problem.col) == (19, 14)
    assert "an agent may not write to" in problem.problem


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 8 * * 1", "the weekday must be a name"),
        ("0 8 * * mon-5", "the weekday must be a name"),
        ("0 8 * *", "five fields, and this has 4"),
        ("60 8 * * mon", "'60' is no minute; it goes from 0 to 59"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 8 0 * *", "'0' is no day of the month"),
        ("0 8 1 13 *", "'13' is no month"),
        ("0 8 1 * mon", "read in two ways"),
        ("0 8 * * fri-mon", "ends before it begins"),
        ("*/0 8 * * *", "steps by nothing"),
        ("0 8 * * mon,", "'' is no weekday"),
    ],
)
def test_a_schedule_that_cannot_fire_is_refused(cron: str, words: str) -> None:
    """A cron line is read one way only, and each mistake in it is named."""
    text = GOOD.replace("{type: text}", "{default: Q-1}")
    schedule = f"trigger: {{schedule: {{cron: '{cron}'}}}}\nchannel: sales"
    (problem,) = problems(text.replace("channel: sales", schedule))
    assert words in problem.problem
    assert (problem.line, problem.col) == (5, 28)


@pytest.mark.parametrize(
    "cron", ["0 8 * * mon", "*/15 8-18 * * mon-fri", "0 7 1 jan,apr *", "5 4 * * *"]
)
def test_a_schedule_with_a_named_weekday_is_taken(cron: str) -> None:
    """Names, ranges, lists and steps are read."""
    text = GOOD.replace("{type: text}", "{default: Q-1}")
    assert not problems(
        text.replace("channel", f"trigger: {{schedule: {{cron: '{cron}'}}}}\nchannel")
    )


def test_what_starts_by_itself_needs_no_form() -> None:
    """A schedule and an input that somebody must fill in don't go together."""
    schedule = "trigger: {schedule: {cron: 0 8 * * mon, zone: Europe/Lisbn}}\nchannel"
    zone, needed = problems(GOOD.replace("channel", schedule))
    assert (zone.col, zone.hint) == (47, "Did you mean Europe/Lisbon?")
    assert "needed when it starts by itself" in needed.problem


@pytest.mark.parametrize(
    "text", ["", "\n", "# only a comment\n", "null", "5", "[]", "a: b: c", "%YAML 1.1\n---\na: 1"]
)
def test_what_is_no_playbook_is_refused(text: str) -> None:
    """An empty or foreign file is refused with a place."""
    assert problems(text)[0].line >= 1


def test_a_file_too_large_or_too_deep_is_refused() -> None:
    """Nobody can stop the bot with a file."""
    assert "too large" in problems("#" * 300_000)[0].problem
    nested = problems("a: " + "[" * 60 + "]" * 60)
    assert any("too deep" in each.problem for each in nested)
    assert "too deep" in problems("[" * 3_000)[0].problem


def test_inputs_may_be_a_list_of_named_fields() -> None:
    """The other way to write inputs is checked as well."""
    text = GOOD.replace("  quote: {type: text}\n", "  - {name: quote}\n  - {name: quote}\n")
    (problem,) = problems(text)
    assert problem.problem == "the input quote is there twice"
    text = GOOD.replace("  quote: {type: text}\n", "  - {name: quote, typ: x}\n")
    assert [(each.line, each.col) for each in problems(text)] == [(7, 19)]


def test_checks_go_on_beside_what_is_unknown() -> None:
    """An unknown action or an empty list of fields doesn't hide what else is wrong."""
    text = GOOD.replace("writes: [subject, body]", "writes: []").replace(
        "uses: [quote]", "uses: [x]"
    )
    more = "  - do: again\n    action: mail.snd\n    title: '{{ x }}'\n    approve: {by: sales}\n"
    more += "    with: {a: ['{{ y }}', 5]}\n"
    assert [each.problem for each in problems(text + more)] == [
        "mail.send needs `subject`, and nothing fills it",
        "mail.send needs `body`, and nothing fills it",
        "an agent must write at least one field",
        "there is no earlier step that brings a value `x`",
        "there is no action `mail.snd`",
        "nothing is called `x` here",
    ]
    text = GOOD.replace("quote.status ==", "quote.status !=").replace(
        "  - read: quote", "  - wait: quote\n    for: 1 day\n  - read: other"
    )
    assert not problems(text)


def test_what_is_wrong_twice_in_one_place_is_cut_once() -> None:
    """Checks of the rest go on when a block and something in it are wrong."""
    text = GOOD.replace("channel: sales", "trigger: {schedule: {x: 1, late: soon}}")
    text = text.replace("allow: [table.find, mail.send]", "allow: [5]").replace(
        "title: Send", "title: Send {{ x }}"
    )
    assert [each.problem for each in problems(text)] == [
        "`cron` is missing",
        "there is no key `x` here",
        "`late` 'soon' is not a duration, like 60 seconds, 4 hours or 3 days",
        "must be text",
        "nothing is called `x` here",
    ]


def test_a_name_is_a_word() -> None:
    """A list or a block before the colon is refused."""
    (problem,) = [each for each in problems(GOOD + "? [a]\n: b\n") if each.line == 25]
    assert (problem.col, problem.problem[:24]) == (3, "a name must stand before")


@pytest.mark.parametrize("title", ["{{ inputs.quote }}", "{{ inputs.quote }} again"])
def test_a_template_without_quotes_is_understood(title: str) -> None:
    """The slip everybody makes once gets the hint that helps."""
    text = GOOD.replace("title: Follow up a quote", f"title: {title}")
    assert any("needs quotes" in each.hint and each.line == 2 for each in problems(text))


def test_a_step_that_is_a_word_is_refused() -> None:
    """A list item that is no block says what a step begins with."""
    (problem,) = problems(GOOD + "  - read\n")
    assert (problem.line, problem.col) == (25, 5)
    assert "begins with one of read, draft" in problem.problem


def test_values_within_lists_are_checked() -> None:
    """A template may stand anywhere in what a step fills in."""
    more = "  - start: next-one\n    playbook: other\n    with: {a: [1, '{{ y }}']}\n"
    (problem,) = problems(GOOD + more)
    assert (problem.line, problem.col, problem.problem) == (27, 23, "nothing is called `y` here")


def test_without_names_to_choose_from_there_is_no_hint() -> None:
    """The first step has nothing to use, so nothing is suggested."""
    text = GOOD.replace("    from: table.find", "    uses: x\n    from: table.find")
    (problem,) = problems(text)
    assert (problem.line, problem.col, problem.hint) == (12, 11, "")


def test_more_kinds_of_steps_are_checked() -> None:
    """Every kind of step has its own rules beyond the schema."""
    more = """\
  - ask: which
    who: nobody
    title: "{{ quote.x }}"
    options: [a, b]
    recommended: c
  - wait: pause
    for: 500 days
  - tell: note
    text: hello
    report: quote
  - tell: numbers
    report: letter
    channel: kpi
  - do: refund
    action: bank.refund
    with: {amount: lots}
    title: x
    approve: {by: owner}
  - start: other
    playbook: other
    with: {a: "{{ nothing }}"}
"""
    found = {(each.line, each.col): each.problem for each in problems(GOOD + more)}
    assert list(found) == [
        (26, 10),
        (29, 18),
        (31, 10),
        (32, 11),
        (36, 13),
        (37, 14),
        (39, 13),
        (40, 20),
        (45, 19),
    ]
    assert COMPANY.name in found[26, 10]


CUSTOMER = 'customer: {id: "{{ quote.email }}", zone: "{{ quote.zone }}"}\nsteps:'


def test_the_customer_is_known_when_the_first_draft_opens() -> None:
    """From the inputs and from steps before it; the procedure says whose limits count."""
    book = loaded(GOOD.replace("steps:", CUSTOMER, 1))
    assert book.customer
    (line,) = [
        each for part in sop(book).sections for each in part.lines if "The customer is" in each
    ]
    assert "in their zone `{{ quote.zone }}`" in line
    without = GOOD.replace("steps:", 'customer: {id: "{{ inputs.quote }}"}\nsteps:', 1)
    assert "in their zone" not in str(sop(loaded(without)))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('customer: {id: "{{ letter.to }}"}', "brings no value"),
        ('customer: {id: "{{ nobody }}"}', "nobody"),
        ('customer: {id: "{{ quote.email }}", zone: "{{ later }}"}', "later"),
        ("customer: {}", "`id` is missing"),
    ],
)
def test_a_customer_nobody_knows_then_is_refused(written: str, problem: str) -> None:
    """A name that comes later, or from nowhere, would park every run."""
    found = problems(GOOD.replace("steps:", f"{written}\nsteps:", 1))
    assert any(problem in each.problem for each in found), found


def test_a_customer_nothing_is_drafted_for_is_refused() -> None:
    """It would mean nothing."""
    text = GOOD[: GOOD.index("steps:")] + CUSTOMER + '\n  - tell: done\n    text: "Done"\n'
    found = problems(text)
    assert any("nothing is drafted here" in each.problem for each in found), found
