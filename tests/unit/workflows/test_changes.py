"""What a changed playbook changes, in words, and whether it gets wider powers. When in doubt it does."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.unit.workflows.builders import mailing, playbook, reading, refunding
from tests.unit.workflows.history import EASY
from tests.unit.workflows.trusting import BOUNDS
from workflows import playbook as schema
from workflows.action import Field, Money, Record
from workflows.durations import Span
from workflows.trust.rollout import Baseline
from workflows.versions.changes import beginning, changes, is_wider, unchanged
from workflows.versions.changes.fields import FIELDS

Json = dict[str, Any]
#: Records that are compared as one value: whatever of them differs is seen.
WHOLE = {
    Span,
    Money,
    schema.Alone,
    schema.Success,
    schema.CustomerOf,
    schema.ExceptionPath,
    Baseline,
}
#: Compared by hand, row by row, since what one means depends on the rule it stands in.
BY_HAND = {
    schema.Above: {"amount", "by", "quorum"},
    schema.Assign: {"customer", "above", "channel", "to"},
}


def _reachable(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """Return every record a field of `model` can hold, whatever it is wrapped in."""
    found.add(model)
    for field in model.model_fields.values():
        for each in _types(field.annotation):
            if each not in found and issubclass(each, BaseModel):
                _reachable(each, found)
    return found


def _types(annotation: object) -> list[type]:
    if isinstance(annotation, type):
        return [annotation]
    return [found for part in get_args(annotation) for found in _types(part)]


def test_every_field_of_the_schema_is_compared() -> None:
    """A field nobody compares could be changed without the owner seeing it."""
    reached = _reachable(schema.Playbook, set())
    assert {schema.DraftStep, schema.Schedule, schema.Above, Field, Span} <= reached
    for model in reached - WHOLE:
        named = BY_HAND.get(model) or set(FIELDS[model])  # type: ignore[call-overload,index] -- all are records
        assert named == set(model.model_fields), model.__name__
    assert set(FIELDS) <= reached


ASK: Json = {"ask": "which", "who": "sales", "title": "Which?", "options": ["a", "b"]}
TASK: Json = {"task": "call", "who": "sales", "title": "Call"}
WAIT: Json = {"wait": "pause", "for": "3 days", "signal": "answered"}
DECIDE: Json = {"decide": "way", "if": "true", "then": "next", "otherwise": "stop", "say": "No"}
TELL: Json = {"tell": "all", "text": "Done", "channel": "sales"}
START: Json = {"start": "more", "playbook": "welcome", "with": {"a": "1"}}
SUMMARY: Json = {"read": "summary", "agent": "analyst", "uses": ["quote"]}
TOP: Json = {
    "conditions": ["inputs.quote != ''"],
    "trigger": {"command": True, "schedule": {"cron": "0 8 * * mon", "late": "12 hours"}},
    "once_per": "{{ inputs.quote }}",
    "mode": "single",
    "inputs": {"quote": {"type": "choice", "options": ["a", "b"], "max": 40, "default": "a"}},
    "success": {"metric": "answers", "target": "60 %"},
}
RULE: Json = {
    "by": ["sales", "finance"],
    "quorum": 2,
    "above": [{"amount": "500.00 USD", "by": "owner", "quorum": 2}],
    "within": "4 work hours",
    "escalate": ["finance"],
    "hold": "60 seconds",
    "edit": ["subject", "body"],
}


def _steps(**swapped: Json) -> list[Json]:
    """Return a step of every kind, some with other fields; a field of None is left out."""
    all_of = [
        reading("quote", require=["email"], when="true"),
        SUMMARY,
        mailing("letter", approve=RULE, uses=["quote"], still="true", facts=["a"], amount="1 USD"),
        refunding("refund", when="true"),
        ASK | {"when": "true"},
        TASK,
        WAIT,
        DECIDE,
        TELL,
        START,
    ]
    found = [{**step, **swapped.get(next(iter(step.values())), {})} for step in all_of]
    return [{name: value for name, value in step.items() if value is not None} for step in found]


def _book(top: Json | None = None, **swapped: Json) -> schema.Playbook:
    given = {**TOP, **(top or {})}
    return playbook(*_steps(**swapped), **{k: v for k, v in given.items() if v is not None})


def _rule(**changed: Any) -> dict[str, Json]:
    return {"letter": {"approve": {**RULE, **changed}}}


def _input(**changed: Any) -> Json:
    return {"inputs": {"quote": {**TOP["inputs"]["quote"], **changed}}}


def _schedule(**changed: Any) -> Json:
    return {"trigger": {"command": True, "schedule": {**TOP["trigger"]["schedule"], **changed}}}


def _above(**changed: Any) -> dict[str, Json]:
    return _rule(above=[{**RULE["above"][0], **changed}])


def _rollout(**changed: Any) -> schema.Playbook:
    return _book({"rollout": changed})


OLD = _book()
#: What is changed, whether that is wider, and the words it is said in.
KNOBS: list[tuple[schema.Playbook, str, str]] = [
    (_book({"title": "Ask"}), "neither", "title Follow up → Ask"),
    (_book({"goal": "Win"}), "neither", "goal No quote is forgotten → Win"),
    (_book({"owner": "finance"}), "wider", "owner sales → finance"),
    (_book({"level": 4}), "wider", "level 3 → 4"),
    (_book({"level": 2}), "tighter", "level 3 → 2"),
    (_book({"channel": "kpi"}), "wider", "channel of its cards sales → kpi"),
    (_book({"subject": "x"}), "wider", "what a run is about: [quote] → x"),
    (_book({"once_per": None}), "wider", "no longer only once for each `{{ inputs.quote }}`"),
    (_book({"mode": "parallel"}), "wider", "several about the same may be open at a time"),
    (_book({"mode": "queued"}), "wider", "another about the same waits until the open one is over"),
    (
        _book({"exceptions": [{"on": "late", "then": "stop", "say": "Nobody."}]}),
        "tighter",
        "otherwise: ",
    ),
    (
        _book({"exceptions": [{"on": "late", "then": "next"}]}),
        "wider",
        "otherwise: ",
    ),
    (_book({"conditions": []}), "wider", "no longer needs `inputs.quote != ''`"),
    (_book({"allow": ["mail.send", "pay.refund"]}), "tighter", "may no longer `table.find`"),
    (_book({"success": None}), "neither", "success answers, 60 % → not set"),
    (_book({"customer": {"id": "x"}}), "wider", "whose limits count: not set → x"),
    (_book({"review": "every week"}), "neither", "review every quarter → every week"),
    (_rollout(shadow="1 day"), "wider", "in shadow for 14 days → 1 day"),
    (_rollout(levels="8 weeks"), "tighter", "at each stage for 28 days → 56 days"),
    (_rollout(success="90%"), "wider", "good decisions for a promotion 95 % → 90 %"),
    (_rollout(**{"at least": "9 drafts"}), "wider", "decisions for a promotion 30 → 9"),
    (_rollout(audience="everybody"), "wider", "by itself for not set → everybody"),
    (_rollout(share="20%"), "wider", "by itself for a share of not set → 20 %"),
    (_rollout(baseline=EASY["baseline"]), "wider", "baseline not set → 12.0"),
    (
        _rollout(**{"back when": {"overrides": "20%"}}),
        "wider",
        "goes back above overrides of 10 % → 20 %",
    ),
    (_rollout(**{"back when": {"errors": "1%"}}), "tighter", "goes back above errors of 3 % → 1 %"),
    (_rollout(**{"back when": {"over": "50 drafts"}}), "wider", "looks back at drafts: 30 → 50"),
    (_book({"trigger": {"command": True}}), "tighter", "no longer starts by itself at"),
    (
        _book({**_schedule(), "trigger": {**_schedule()["trigger"], "command": False}}),
        "tighter",
        "people may no longer start it",
    ),
    (_book(_schedule(cron="0 8 * * tue")), "wider", "by itself: starts at 0 8 * * mon → 0 8"),
    (
        _book(_schedule(zone="Europe/Madrid")),
        "wider",
        "by itself: time zone not set → Europe/Madrid",
    ),
    (_book(_schedule(missed="skip")), "tighter", "by itself: a missed start is skipped"),
    (_book(_schedule(late="1 hours")), "tighter", "by itself: at most late 12 hours → 1 hour"),
    (_book({"inputs": {}}), "neither", "no longer asks for quote"),
    (
        _book({"inputs": {"when": {"type": "date"}, **TOP["inputs"]}}),
        "neither",
        "now asks for when",
    ),
    (_book(_input(type="text")), "wider", "input quote: type choice → text"),
    (_book(_input(label="No.")), "neither", "input quote: label not set → No."),
    (_book(_input(hint="As written")), "neither", "input quote: hint not set → As written"),
    (_book(_input(required=False)), "wider", "input quote: may stay empty"),
    (_book(_input(default="b")), "wider", "input quote: unless said otherwise a → b"),
    (_book(_input(options=["a", "b", "c"])), "wider", "input quote: c can be chosen"),
    (_book(_input(max=50)), "wider", "input quote: at most 40 → 50"),
    (_book(_input(max=None)), "wider", "input quote: at most 40 → not set"),
    (_book(**_rule(by=["sales", "finance", "kpi"])), "wider", "letter: kpi may now sign"),
    (_book(**_rule(by=["sales"])), "tighter", "letter: finance may no longer sign"),
    (_book(**_rule(quorum=1)), "wider", "letter: signatures 2 → 1"),
    (_book(**_rule(within="5 work hours")), "wider", "letter: can be signed for 4 work hours → 5"),
    (_book(**_rule(within="3 work hours")), "wider", "letter: can be signed for 4 work hours → 3"),
    (
        _book(**_rule(escalate=["finance", "kpi"])),
        "wider",
        "letter: kpi may sign too when it is late",
    ),
    (_book(**_rule(hold="30 seconds")), "wider", "letter: held back 60 s → 30 s"),
    (_book(**_rule(hold="0 seconds")), "wider", "letter: held back 60 s → not at all"),
    (_book(**_rule(hold="3 hours")), "tighter", "letter: held back 60 s → 3 hours"),
    (_book(**_rule(edit=["body"])), "tighter", "letter: subject may not be edited"),
    (_book(**_rule(assign="in turn")), "neither", "letter: asks first not set → each of them in t"),
    (
        _book(**_rule(assign=[{"above": "9.00 USD", "to": "sales"}])),
        "neither",
        "letter: asks first not set → above 9.00 USD: sales",
    ),
    (_book(**_rule(above=[])), "wider", "letter: no longer 2 of owner above 500.00 USD"),
    (
        _book(**_above(amount="600.00 USD")),
        "wider",
        "letter: 2 of owner above 500.00 USD → 600.00 USD",
    ),
    (
        _book(**_above(amount="400.00 USD")),
        "tighter",
        "letter: 2 of owner above 500.00 USD → 400.00 USD",
    ),
    (
        _book(**_above(amount="400.00 EUR")),
        "wider",
        "letter: 2 of owner above 500.00 USD → 400.00 EUR",
    ),
    (_book(**_above(quorum=1)), "wider", "letter: above 500.00 USD: 2 of owner → 1 of owner"),
    (_book(**_above(quorum=3)), "tighter", "letter: above 500.00 USD: 2 of owner → 3 of owner"),
    (_book(**_above(by="kpi")), "wider", "letter: above 500.00 USD: 2 of owner → 2 of kpi"),
    (
        _book(**_rule(above=[*RULE["above"], {"amount": "9.00 USD", "by": "sales", "quorum": 2}])),
        "tighter",
        "letter: 2 of sales above 9.00 USD",
    ),
    (
        _book(**_rule(above=[*RULE["above"], {"amount": "9.00 USD", "by": "kpi", "quorum": 2}])),
        "wider",
        "letter: 2 of kpi above 9.00 USD",
    ),
    (_book(quote={"from": "table.all"}), "wider", "quote: reads table.find → table.all"),
    (
        _book(quote={"with": {"id": "{{ inputs.quote }}", "x": "2"}}),
        "wider",
        "quote: x not set → `2`",
    ),
    (_book(quote={"require": []}), "wider", "quote: goes on without email"),
    (_book(quote={"when": None}), "wider", "quote: no longer only if `true`"),
    (_book(quote={"when": "false"}), "wider", "quote: only if `true` → `false`"),
    (_book(summary={"agent": "support"}), "wider", "summary: agent analyst → support"),
    (_book(summary={"uses": []}), "tighter", "summary: the agent is no longer shown quote"),
    (
        _book(letter={"approve": RULE, "agent": "support"}),
        "wider",
        "letter: agent writer → support",
    ),
    (_book(letter={"approve": RULE, "action": "pay.refund"}), "wider", "letter: action mail.send"),
    (
        _book(letter={"approve": RULE, "with": {"to": "x@y.example"}}),
        "wider",
        "letter: to `jo@example.com` → `x@",
    ),
    (
        _book(letter={"approve": RULE, "writes": ["body"]}),
        "tighter",
        "letter: the agent may not write subject",
    ),
    (_book(letter={"approve": RULE, "title": "Hi"}), "neither", "letter: title of the card"),
    (
        _book(letter={"approve": RULE, "amount": "2 USD"}),
        "wider",
        "letter: amount that limits are for",
    ),
    (
        _book(letter={"approve": RULE, "facts": ["a", "b"]}),
        "neither",
        "letter: the card now says: b",
    ),
    (
        _book(letter={"approve": RULE, "still": None}),
        "wider",
        "letter: no longer withdrawn unless `true`",
    ),
    (
        _book(letter={"approve": RULE, "still": "false"}),
        "wider",
        "letter: withdrawn unless `true` → `false`",
    ),
    (_book(refund={"when": None}), "wider", "refund: no longer only if `true`"),
    (_book(which={"when": None}), "tighter", "which: no longer only if `true`"),
    (_book(which={"who": "kpi"}), "wider", "which: asks sales → kpi"),
    (_book(which={"title": "Who?"}), "neither", "which: title Which? → Who?"),
    (_book(which={"options": ["a", "c"]}), "wider", "which: choices a, b → a, c"),
    (_book(which={"recommended": "a"}), "neither", "which: recommends not set → a"),
    (
        _book(call={"within": "2 work days"}),
        "neither",
        "call: is due within 1 work day → 2 work days",
    ),
    (_book(call={"when": "true"}), "wider", "call: only if `true`"),
    (_book(pause={"for": "2 days"}), "neither", "pause: waits 3 days → 2 days"),
    (_book(pause={"signal": "called"}), "wider", "pause: goes on at the signal answered → called"),
    (_book(way={"if": "false"}), "wider", "way: goes by true → false"),
    (_book(way={"then": "refund"}), "wider", "way: if so next → refund"),
    (_book(way={"otherwise": "next"}), "wider", "way: if not stop → next"),
    (_book(way={"say": "Never"}), "neither", "way: says No → Never"),
    (_book(all={"text": "Well"}), "neither", "all: says Done → Well"),
    (_book(all={"report": "quote"}), "neither", "all: report not set → quote"),
    (_book(all={"channel": "kpi"}), "wider", "all: channel sales → kpi"),
    (_book(more={"playbook": "other"}), "wider", "more: starts welcome → other"),
    (_book(more={"with": {"a": "2"}}), "wider", "more: a `1` → `2`"),
    (_book({"rollout": {"start": "shadow"}}), "tighter", "begins silently, in shadow"),
    (_book({"alone": BOUNDS}), "wider", "by itself at most 3 a day, 500.00 USD in all"),
    (_book({"sample": "10%"}), "tighter", "a person first sees 0 % → 10 %"),
    (_book(**_rule(rule="alone")), "wider", "letter: may go by itself once that is earned"),
    (
        _book(**_rule(rule="audit later")),
        "wider",
        "letter: may go by itself once that is earned, and",
    ),
    (_book(**_rule(rule="draft only")), "tighter", "letter: nothing is sent, people copy it"),
    (_book(**_rule(confidence="95%")), "tighter", "letter: by itself from 90 % → 95 %"),
    (
        _book(**_rule(review="1 work day")),
        "wider",
        "letter: looked at within 2 work days → 1 work day",
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (BOUNDS, None, "tighter"),
        (BOUNDS, {**BOUNDS, "count": 2}, "tighter"),
        (BOUNDS, {**BOUNDS, "count": 4}, "wider"),
        (BOUNDS, {**BOUNDS, "amount": "500.01 USD"}, "wider"),
        (BOUNDS, {**BOUNDS, "amount": "1.00 EUR"}, "wider"),
        (BOUNDS, {"amount": "1.00 USD", "count": 4}, "wider"),
    ],
)
def test_what_may_go_by_itself_is_judged_whole(before: Json, after: Json | None, kind: str) -> None:
    """Whichever bound rises, it is wider."""
    found = changes(_book({"alone": before}), _book({"alone": after}))
    assert [change.kind for change in found] == [kind]


@pytest.mark.parametrize(("new", "kind", "words"), KNOBS, ids=[words for _, _, words in KNOBS])
def test_each_knob_is_seen_and_judged(new: schema.Playbook, kind: str, words: str) -> None:
    """One change, said as an owner would, with the side it falls on."""
    found = changes(OLD, new)
    assert [change.kind for change in found] == [kind], found
    assert found[0].words.startswith(words)


@pytest.mark.parametrize(("new", "kind", "words"), KNOBS, ids=[words for _, _, words in KNOBS])
def test_the_way_back_is_never_a_loophole(new: schema.Playbook, kind: str, words: str) -> None:
    """What was tighter is wider on the way back, and nothing that matters is silent."""
    assert words
    back = changes(new, OLD)
    assert back
    if kind == "tighter":
        assert is_wider(back)
    if kind == "neither":
        assert {change.kind for change in back} == {"neither"}


@pytest.mark.parametrize(
    "step", _steps(), ids=[next(iter(step)) + str(n) for n, step in enumerate(_steps())]
)
def test_a_step_that_comes_or_goes_is_seen(step: Json) -> None:
    """A new effect is wider, a new stop is not; a stop that goes is."""
    rest = [each for each in _steps() if each != step]
    come = changes(playbook(*rest, **TOP), OLD)
    gone = changes(OLD, playbook(*rest, **TOP))
    kind = next(name for name in schema.KINDS if name in step)
    assert is_wider(come) is (kind not in {"ask", "task", "wait"})
    assert is_wider(gone) is (kind not in {"draft", "do", "start", "tell"})
    assert f"new step {step[kind]}" in come[0].words
    assert f"step {step[kind]} is gone" in gone[0].words


def test_a_step_of_another_kind_is_one_that_goes_and_one_that_comes() -> None:
    """Under the same name."""
    book = playbook({"task": "letter", "who": "sales", "title": "Write"})
    words = [change.words for change in changes(playbook(mailing()), book)]
    assert any("step letter is gone" in each for each in words)
    assert any("new step letter" in each for each in words)


def test_another_order_of_steps_is_wider() -> None:
    """A question that comes after what it was asked for is none."""
    (only,) = changes(playbook(ASK, mailing()), playbook(mailing(), ASK))
    assert (only.kind, only.words) == ("wider", "the order of steps: which, letter → letter, which")


def test_another_order_of_inputs_and_of_thresholds_is_seen() -> None:
    """The first means nothing; the second may."""
    two: Json = {"a": {}, "b": {}}
    (only,) = changes(_book({"inputs": two}), _book({"inputs": dict(reversed(two.items()))}))
    assert (only.kind, only.words) == ("neither", "asks for its inputs in another order")
    rows = [{"amount": "1.00 USD", "by": "sales"}, {"amount": "2.00 USD", "by": "owner"}]
    (one,) = changes(_book(**_rule(above=rows)), _book(**_rule(above=rows[::-1])))
    assert one.kind == "wider"


def test_a_value_that_is_put_in_as_nothing_is_seen() -> None:
    """A field that is there and empty is another thing than one that is not there."""
    assert changes(_book(), _book(more={"with": {"a": "1", "b": None}}))


def test_less_time_is_tighter_where_nobody_else_is_asked_then() -> None:
    """With nobody to pass it on to, sooner only means that it expires sooner."""
    alone = _rule(escalate=[])
    sooner = _rule(escalate=[], within="1 work hours")
    assert [c.kind for c in changes(_book(**alone), _book(**sooner))] == ["tighter"]


def test_a_difference_beyond_what_is_shown_is_said() -> None:
    """Two long texts that begin alike are not the same."""
    (only,) = changes(_book({"goal": "x" * 200}), _book({"goal": "x" * 199 + "y"}))
    assert only.words.startswith("goal written anew: `xxx")


def test_two_templates_that_read_alike_are_shown_as_they_are_written() -> None:
    """A mail that goes to somebody else in some cases must not look the same."""
    to = [{"with": {"to": f"{{{{ quote.{field} }}}}"}} for field in ("email", "email or inputs.to")]
    (one,) = changes(playbook(mailing(**to[0])), playbook(mailing(**to[1])))
    assert one.words == "letter: to `{{ quote.email }}` → `{{ quote.email or inputs.to }}`"
    titles = ["{{ quote.email }}", "{{ quote.email | lower }}"]
    (two,) = changes(*(playbook(mailing(title=title)) for title in titles))
    assert two.words.endswith("`{{ quote.email }}` → `{{ quote.email | lower }}`")


def test_a_playbook_that_was_not_there_is_all_new() -> None:
    """Everything it may do is wider than nothing."""
    found = beginning(OLD)
    assert found[0].words == "works at level 3"
    assert is_wider(found)
    assert "may now `mail.send`" in [change.words for change in found]
    assert "now starts by itself at `0 8 * * mon`" in [change.words for change in found]
    assert "letter: signed by 2 of sales or finance" in [change.words for change in found]


def test_what_has_no_change_is_said_to_have_none() -> None:
    """The owner asks first who signs, what it may do and when it starts."""
    assert unchanged(()) == ("who signs", "what it may do", "when it starts")
    assert unchanged(changes(OLD, _book(**_rule(quorum=1)))) == ("what it may do", "when it starts")


def test_the_words_of_the_example_in_the_plan() -> None:
    """Wait 3 to 2 days; approver unchanged; wider: may now refund."""
    found = changes(
        _book({"allow": ["table.find"]}),
        _book({"allow": ["table.find", "pay.refund"]}, pause={"for": "2 days"}),
    )
    assert [(c.kind, c.words) for c in found] == [
        ("wider", "may now `pay.refund`"),
        ("neither", "pause: waits 3 days → 2 days"),
    ]
    assert "who signs" in unchanged(found)


NAMES = st.lists(st.sampled_from(["sales", "finance", "kpi", "owner"]), min_size=1, unique=True)
RULES = st.fixed_dictionaries(
    {
        "by": NAMES,
        "quorum": st.integers(1, 4),
        "escalate": NAMES,
        "hold": st.integers(0, 300).map(lambda n: f"{n} seconds"),
        "edit": st.lists(st.sampled_from(["subject", "body"]), unique=True),
    }
)
BOOKS = st.builds(
    lambda rule, level, allow, cents: playbook(
        mailing(
            approve={**rule, "above": [{"amount": f"{cents}.00 USD", "by": "owner", "quorum": 4}]}
        ),
        level=level,
        allow=["table.find", *allow],
    ),
    RULES,
    st.integers(1, 4),
    st.lists(st.sampled_from(["mail.send", "pay.refund"]), unique=True),
    st.integers(1, 900),
)
SWAPPED = {"wider": "tighter", "tighter": "wider", "neither": "neither"}


@given(BOOKS)
def test_nothing_is_different_from_itself(book: schema.Playbook) -> None:
    """Whatever it says."""
    assert changes(book, book) == ()


@given(BOOKS, BOOKS)
def test_ordered_knobs_fall_on_the_other_side_on_the_way_back(
    one: schema.Playbook, other: schema.Playbook
) -> None:
    """Wider and tighter change places, and as many are said."""
    there = sorted(change.kind for change in changes(one, other))
    back = sorted(SWAPPED[change.kind] for change in changes(other, one))
    assert there == back


def test_whatever_is_compared_is_a_record() -> None:
    """The tables name the schema's own classes."""
    assert all(issubclass(model, Record) for model in FIELDS)


_FIRST: list[Any] = [{"customer": "*@b.com", "to": "Lee"}, "{{ quote.owner }}", "in turn"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("in turn", "", ["asks first each of them in turn → not set"]),
        ("{{ quote.owner }}", "in turn", ["asks first [quote owner] → each of them in turn"]),
        (
            "{{ quote.owner }}",
            "{{ quote.owner | lower }}",
            ["asks first [quote owner] (`{{ quote.owner }}`) → [quote owner] (`{{ quote.owner | lower }}`)"],
        ),
        (
            _FIRST,
            [{"customer": "*@c.com", "to": "Lee"}, *_FIRST[1:]],
            [
                "now asks first for the customer `*@c.com`: Lee",
                "no longer asks first for the customer `*@b.com`: Lee",
            ],
        ),
        (_FIRST[1:], _FIRST, ["now asks first for the customer `*@b.com`: Lee"]),
        (_FIRST, _FIRST[::-1], ["who is asked first stands in another order"]),
        (_FIRST, [], [
            "no longer asks first for the customer `*@b.com`: Lee",
            "no longer asks first [quote owner]",
            "no longer asks first each of them in turn",
        ]),
    ],
)  # fmt: skip
def test_who_is_asked_first_is_compared_rule_by_rule(
    before: Any, after: Any, words: list[str]
) -> None:
    """Being asked first is no right, so no change of it is wider."""
    found = changes(_book(**_rule(assign=before)), _book(**_rule(assign=after)))
    assert [change.words for change in found] == [f"letter: {each}" for each in words]
    assert {change.kind for change in found} == {"neither"}
