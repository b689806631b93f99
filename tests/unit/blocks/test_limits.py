"""Every limit of Block Kit at its edge and one beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import limits

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


def text(n: int, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * n}


def rich(n: int) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs(n)}]}


def runs(n: int) -> list[Json]:
    return [{"type": "text", "text": "x" * min(3000, n - at)} for at in range(0, n, 3000)]


def section(n: int = 1, **fields: Any) -> Json:
    return {"type": "section", "text": text(n, "mrkdwn"), **fields}


def button(**fields: Any) -> Json:
    return {"type": "button", "text": text(1), "action_id": "a", **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def buttons(n: int) -> list[Json]:
    return [button(action_id=str(i)) for i in range(n)]


def options(n: int) -> list[Json]:
    return [{"text": text(1), "value": str(i)} for i in range(n)]


def menu(kind: str = "static_select", **fields: Any) -> Json:
    return {"type": kind, "action_id": "a", **fields}


def entry(element: Json, **fields: Any) -> Json:
    return {"type": "input", "label": text(1), "element": element, **fields}


def typed(**fields: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "a", **fields}


def confirm(**fields: Any) -> Json:
    asked = {"title": text(1), "text": text(1), "confirm": text(1), "deny": text(1)}
    return actions(button(confirm={**asked, **fields}))


def message(*blocks: Json, **fields: Any) -> Json:
    return {"text": "A sentence.", "blocks": list(blocks), **fields}


def modal(*blocks: Json, **fields: Any) -> Json:
    view = {"type": "modal", "title": text(1), "blocks": list(blocks) or [section()]}
    return {**view, "submit": text(1), **fields}


def home(*blocks: Json, **fields: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **fields}


def table(rows: int, columns: int = 1, cell: str = "x", **fields: Any) -> Json:
    line = [{"type": "raw_text", "text": cell}] * columns
    return {"type": "data_table", "caption": "c", "rows": [line] * rows, **fields}


def chart(
    *, series: int = 1, points: int = 1, name: str = "s", label: str = "", **fields: Any
) -> Json:
    weeks = [label or f"W{i}" for i in range(points)]
    data = [{"label": week, "value": 1} for week in weeks]
    drawn = [{"name": f"{name}{i or ''}", "data": data} for i in range(series)]
    axis = {"categories": weeks, **fields}
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "line", "series": drawn, "axis_config": axis},
    }


def pie(segments: int, value: float = 1, label: str = "l") -> Json:
    parts = [{"label": label, "value": value}] * segments
    chart_of = {"type": "pie", "segments": parts}
    return {"type": "data_visualization", "title": "t", "chart": chart_of}


def context(n: int) -> Json:
    return {"type": "context", "elements": [text(1)] * n}


def container(n: int, **fields: Any) -> Json:
    return {
        "type": "container",
        "title": text(1),
        "child_blocks": [{"type": "divider"}] * n,
        **fields,
    }


def image(**fields: Any) -> Json:
    return {"type": "image", "image_url": "u", "alt_text": "a", **fields}


def video(**fields: Any) -> Json:
    held = {"alt_text": "a", "title": text(1), "video_url": "u", "thumbnail_url": "u"}
    return {"type": "video", **held, **fields}


def xs(n: int) -> str:
    return "x" * n


EDGES: list[tuple[str, int, Callable[[int], Json], str]] = [
    ("blocks of a message", 50, lambda n: message(*[section()] * n), "too_many"),
    ("blocks of a modal", 100, lambda n: modal(*[section()] * n), "too_many"),
    ("blocks of a Home tab", 100, lambda n: home(*[section()] * n), "too_many"),
    ("text of a message", 4000, lambda n: {"text": xs(n)}, "too_long"),
    ("markdown_text", 12000, lambda n: {"markdown_text": xs(n)}, "too_long"),
    (
        "characters of a message",
        9000,
        lambda n: message(section(3000), section(3000), rich(n - 6000)),
        "msg_blocks_too_long",
    ),
    (
        "characters of markdown blocks",
        12000,
        lambda n: message({"type": "markdown", "text": xs(12000)}, *_markdown(n - 12000)),
        "markdown_too_long",
    ),
    ("attachments", 100, lambda n: {"text": "t", "attachments": [{}] * n}, "too_many"),
    ("block_id", 255, lambda n: message(section(block_id=xs(n))), "too_long"),
    ("action_id", 255, lambda n: message(actions(button(action_id=xs(n)))), "too_long"),
    ("callback_id", 255, lambda n: modal(callback_id=xs(n)), "too_long"),
    ("external_id", 255, lambda n: modal(external_id=xs(n)), "too_long"),
    ("private_metadata", 3000, lambda n: modal(private_metadata=xs(n)), "too_long"),
    ("modal title", 24, lambda n: modal(title=text(n)), "too_long"),
    ("modal submit", 24, lambda n: modal(submit=text(n)), "too_long"),
    ("modal close", 24, lambda n: modal(close=text(n)), "too_long"),
    ("button value", 2000, lambda n: message(actions(button(value=xs(n)))), "too_long"),
    ("button text", 75, lambda n: message(actions(button(text=text(n)))), "too_long"),
    ("button url", 3000, lambda n: message(actions(button(url=xs(n)))), "too_long"),
    (
        "accessibility_label",
        75,
        lambda n: message(actions(button(accessibility_label=xs(n)))),
        "too_long",
    ),
    ("agent_prompt", 4000, lambda n: message(actions(button(agent_prompt=xs(n)))), "too_long"),
    (
        "visible_to_user_ids",
        10,
        lambda n: message(actions(button(visible_to_user_ids=["U1"] * n))),
        "too_many",
    ),
    ("elements of actions", 25, lambda n: message(actions(*buttons(n))), "too_many"),
    ("elements of context", 10, lambda n: message(context(n)), "too_many"),
    ("alert text", 200, lambda n: modal({"type": "alert", "text": text(n)}), "too_long"),
    ("card title", 150, lambda n: message({"type": "card", "title": text(n)}), "too_long"),
    ("card body", 200, lambda n: message({"type": "card", "body": text(n)}), "too_long"),
    (
        "cards of a carousel",
        10,
        lambda n: message(
            {"type": "carousel", "elements": [{"type": "card", "title": text(1)}] * n}
        ),
        "too_many",
    ),
    ("children of a container", 10, lambda n: message(container(n)), "too_many"),
    ("container title", 150, lambda n: message(container(1, title=text(n))), "too_long"),
    ("container subtitle", 150, lambda n: message(container(1, subtitle=text(n))), "too_long"),
    ("header", 150, lambda n: message({"type": "header", "text": text(n)}), "too_long"),
    ("image_url", 3000, lambda n: message(image(image_url=xs(n))), "too_long"),
    ("alt_text", 2000, lambda n: message(image(alt_text=xs(n))), "too_long"),
    ("image title", 2000, lambda n: message(image(title=text(n))), "too_long"),
    ("section text", 3000, lambda n: message(section(n)), "too_long"),
    (
        "section field",
        3000,
        lambda n: message({"type": "section", "fields": [text(n)]}),
        "too_long",
    ),
    (
        "fields of a section",
        10,
        lambda n: message({"type": "section", "fields": [text(1)] * n}),
        "too_many",
    ),
    ("input label", 2000, lambda n: modal(entry(typed(), label=text(n))), "too_long"),
    ("input hint", 2000, lambda n: modal(entry(typed(), hint=text(n))), "too_long"),
    ("placeholder", 150, lambda n: modal(entry(typed(placeholder=text(n)))), "too_long"),
    ("max_length", 3000, lambda n: modal(entry(typed(max_length=n))), "range"),
    ("initial_value", 3000, lambda n: modal(entry(typed(initial_value=xs(n)))), "too_long"),
    (
        "initial_value in max_length",
        7,
        lambda n: modal(entry(typed(initial_value=xs(n), max_length=7))),
        "initial",
    ),
    ("video title", 200, lambda n: message(video(title=text(n))), "too_long"),
    ("video author", 50, lambda n: message(video(author_name=xs(n))), "too_long"),
    ("options", 100, lambda n: message(actions(menu(options=options(n)))), "too_many"),
    (
        "option groups",
        100,
        lambda n: message(
            actions(
                menu(
                    option_groups=[
                        {"label": text(1), "options": [{"text": text(1), "value": str(i)}]}
                        for i in range(n)
                    ]
                )
            )
        ),
        "too_many",
    ),
    (
        "option text",
        75,
        lambda n: message(actions(menu(options=[{"text": text(n), "value": "v"}]))),
        "too_long",
    ),
    (
        "option value",
        150,
        lambda n: message(actions(menu(options=[{"text": text(1), "value": xs(n)}]))),
        "too_long",
    ),
    (
        "overflow options",
        5,
        lambda n: message(actions(menu("overflow", options=options(n)))),
        "too_many",
    ),
    (
        "checkboxes",
        10,
        lambda n: message(actions(menu("checkboxes", options=options(n)))),
        "too_many",
    ),
    (
        "radio buttons",
        10,
        lambda n: message(actions(menu("radio_buttons", options=options(n)))),
        "too_many",
    ),
    ("confirm title", 100, lambda n: message(confirm(title=text(n))), "too_long"),
    ("confirm text", 300, lambda n: message(confirm(text=text(n))), "too_long"),
    ("confirm button", 30, lambda n: message(confirm(confirm=text(n))), "too_long"),
    ("deny button", 30, lambda n: message(confirm(deny=text(n))), "too_long"),
    ("table rows", 101, lambda n: message(table(n)), "too_many"),
    ("table columns", 20, lambda n: message(table(2, n)), "columns"),
    ("page_size", 100, lambda n: message(table(2, page_size=n)), "range"),
    ("row header", 2, lambda n: message(table(2, 3, row_header_column_index=n)), "range"),
    (
        "characters of cells",
        10_000,
        lambda n: message(table(2, 1, xs(n // 2)), *([table(2, 1, "x")] if n % 2 else [])),
        "cells_too_long",
    ),
    ("old table rows", 100, lambda n: message(_old_table(n)), "too_many"),
    ("charts of a message", 2, lambda n: message(*[chart()] * n), "too_many"),
    ("old tables of a message", 1, lambda n: message(*[_old_table()] * n), "too_many"),
    ("chart title", 50, lambda n: message({**chart(), "title": xs(n)}), "too_long"),
    ("chart series", 6, lambda n: message(chart(series=n)), "too_many"),
    ("chart points", 20, lambda n: message(chart(points=n)), "too_many"),
    ("series name", 20, lambda n: message(chart(name=xs(n))), "too_long"),
    ("category", 20, lambda n: message(chart(label=xs(n))), "too_long"),
    ("axis label", 50, lambda n: message(chart(x_label=xs(n))), "too_long"),
    ("pie segments", 6, lambda n: message(pie(n)), "too_many"),
    ("segment label", 20, lambda n: message(pie(1, label=xs(n))), "too_long"),
]


def _markdown(n: int) -> list[Json]:
    return [{"type": "markdown", "text": xs(n)}] if n else []


def _old_table(rows: int = 1) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * rows}


@pytest.mark.parametrize(
    ("edge", "build", "code"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES]
)
def test_a_limit_holds_at_its_edge_and_not_beyond(
    edge: int, build: Callable[[int], Json], code: str
) -> None:
    """The last size Slack takes is taken; one more is named."""
    assert code not in {problem.code for problem in limits.check(build(edge))}
    assert code in {problem.code for problem in limits.check(build(edge + 1))}


SOUND: list[tuple[str, Json]] = [
    ("message", message(section(), actions(button()))),
    ("text alone", {"text": "Hello."}),
    ("modal", modal(entry(typed(initial_value="x")))),
    ("home", home(section())),
    ("rich text", message(rich(10))),
    ("chart and table", message(chart(), table(2), pie(2))),
    ("section with a menu", message(section(accessory=menu(options=options(2))))),
    ("picture in a section", message(section(accessory=image()))),
    ("collapsible container", message(container(1, is_collapsible=True))),
    ("pickers", modal(entry({"type": "datepicker", "initial_date": "2026-11-23"}))),
    ("time", modal(entry({"type": "timepicker", "initial_time": "16:30"}))),
    ("whole number", modal(entry({"type": "number_input", "is_decimal_allowed": False}))),
    (
        "chosen option",
        message(actions(menu(options=options(2), initial_option=options(2)[1]))),
    ),
    (
        "chosen boxes",
        message(actions(menu("checkboxes", options=options(2), initial_options=options(1)))),
    ),
    (
        "numbers in cells",
        message(
            {
                "type": "data_table",
                "caption": "c",
                "rows": [
                    [{"type": "raw_text", "text": "head"}],
                    [{"type": "raw_number", "value": 1.5, "text": "1.50"}],
                    [rich(3)],
                ],
            }
        ),
    ),
]


@pytest.mark.parametrize("payload", [s[1] for s in SOUND], ids=[s[0] for s in SOUND])
def test_what_slack_takes_has_no_problem(payload: Json) -> None:
    """The checker refuses nothing that is sound."""
    assert limits.check(payload) == []


UNSOUND: list[tuple[str, Json, str]] = [
    ("no text", {"blocks": [section()]}, "no_text"),
    ("blank text", {"text": " "}, "no_text"),
    ("markdown beside text", {"markdown_text": "x", "text": "x"}, "one_of"),
    ("blocks not a list", {"text": "x", "blocks": "x"}, "type"),
    ("block not an object", message("x"), "type"),  # type: ignore[arg-type] -- wrong on purpose
    ("unknown block", message({"type": "sparkle"}), "unknown_type"),
    ("block without type", message({}), "unknown_type"),
    ("element in the wrong block", message(actions(typed())), "unknown_type"),
    ("unknown field", message(actions(button(disabled=True))), "unknown_field"),
    ("empty text", message(section(0)), "empty"),
    ("text not a string", message(section(text={"type": "mrkdwn", "text": 1})), "type"),
    ("text not an object", message(section(text="x")), "type"),
    ("header in mrkdwn", message({"type": "header", "text": text(1, "mrkdwn")}), "unknown_type"),
    ("section without text", message({"type": "section"}), "missing"),
    ("button without text", message(actions({"type": "button"})), "missing"),
    ("style", message(actions(button(style="green"))), "choice"),
    ("alert in a message", message({"type": "alert", "text": text(1)}), "surface"),
    ("chart in a modal", modal(chart()), "surface"),
    ("table in Home", home(table(2)), "surface"),
    ("card in Home", home({"type": "card", "title": text(1)}), "surface"),
    ("file input in a message", message(entry({"type": "file_input"})), "surface"),
    ("alert level", modal({"type": "alert", "text": text(1), "level": "loud"}), "choice"),
    ("empty card", message({"type": "card"}), "missing"),
    (
        "container with divider and fold",
        message(container(1, is_collapsible=True, has_header_divider=True)),
        "one_of",
    ),
    ("width", message(container(1, width="huge")), "choice"),
    ("file source", message({"type": "file", "external_id": "x", "source": "local"}), "choice"),
    ("two pictures", message(image(slack_file={"id": "F1"})), "one_of"),
    ("empty actions", message(actions()), "too_few"),
    ("list that is none", message({"type": "actions", "elements": "x"}), "type"),
    ("empty Home", home(), "too_few"),
    ("home with a title", home(section(), title=text(1)), "unknown_field"),
    ("modal without title", {"type": "modal", "blocks": [section()]}, "missing"),
    ("modal without blocks", {"type": "modal", "title": text(1)}, "missing"),
    ("inputs without submit", modal(entry(typed()), submit=None), "missing"),
    (
        "two focused inputs",
        modal(entry(typed(focus_on_load=True)), entry(typed(focus_on_load=True))),
        "focus",
    ),
    ("large view", modal(*[section(3000)] * 90), "view_too_large"),
    (
        "block_id twice",
        message(section(block_id="a"), section(block_id="a")),
        "duplicate_block_id",
    ),
    ("action_id twice", message(actions(button(), button())), "duplicate_action_id"),
    ("initial option", message(actions(menu(options=options(1), initial_option={}))), "initial"),
    ("option value twice", message(actions(menu(options=options(1) * 2))), "duplicate_value"),
    ("options and groups", message(actions(menu(options=[], option_groups=[]))), "one_of"),
    ("max_length of text", modal(entry(typed(max_length="9"))), "range"),
    ("initial date", modal(entry({"type": "datepicker", "initial_date": "23.11."})), "initial"),
    ("initial time", modal(entry({"type": "timepicker", "initial_time": "4pm"})), "initial"),
    ("rows of no lists", message(table(2) | {"rows": ["x", "y"]}), "type"),
    ("rows missing", message({"type": "data_table", "caption": "c"}), "missing"),
    ("rows uneven", message(table(2) | {"rows": [_old_table()["rows"][0], []]}), "uneven"),
    ("one row", message(table(1)), "too_few"),
    ("cell type", message(table(2) | {"rows": [[{"type": "x"}]] * 2}), "unknown_type"),
    ("rich header", message(table(2) | {"rows": [[rich(1)]] * 2}), "header"),
    ("empty cell", message(table(2, 1, "")), "empty"),
    (
        "number of no value",
        message(table(2) | {"rows": [[{"type": "raw_number", "value": "1"}]] * 2}),
        "type",
    ),
    (
        "number of no text",
        message(table(2) | {"rows": [[{"type": "raw_number", "value": 1, "text": ""}]] * 2}),
        "empty",
    ),
    ("chart of no kind", message({**chart(), "chart": {"type": "radar"}}), "choice"),
    ("chart of nothing", message({**chart(), "chart": "line"}), "choice"),
    ("pie of nothing", message(pie(0)), "too_many"),
    ("pie of zero", message(pie(1, value=0)), "range"),
]


@pytest.mark.parametrize(("payload", "code"), [u[1:] for u in UNSOUND], ids=[u[0] for u in UNSOUND])
def test_what_slack_refuses_is_named(payload: Json, code: str) -> None:
    """Each refusal of Slack has its problem."""
    assert code in {problem.code for problem in limits.check(payload)}


def test_series_must_differ_and_follow_the_categories() -> None:
    """Two series of one name, a missing point and a value that is no number are named."""
    drawn = chart(series=2, points=2)
    for one in drawn["chart"]["series"]:
        one["name"] = "same"
    drawn["chart"]["series"][0]["data"] = [{"label": "W0", "value": "1"}]
    codes = {problem.code for problem in limits.check(message(drawn))}
    assert {"duplicate_name", "labels", "type"} <= codes


def test_a_problem_says_where_it_is() -> None:
    """The pointer leads to the field."""
    found = limits.check(
        message(section(), actions(button(), button(text=text(76), action_id="b")))
    )
    assert [problem.pointer for problem in found] == ["/blocks/1/elements/1/text"]
    assert str(found[0]) == "/blocks/1/elements/1/text: 76 characters; at most 75 (too_long)"


def test_blocks_alone_are_checked_for_their_surface() -> None:
    """The local workspace checks blocks without the message around them."""
    assert limits.check_blocks([section()], "message") == []
    assert [p.code for p in limits.check_blocks([chart()], "home")] == ["surface"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["type", "text", "blocks", "elements", "rows", "chart", "options", "label",
                         "series", "axis_config", "initial_option", "block_id", "max_length"]),
        inner | st.sampled_from(["section", "actions", "modal", "data_table", "line", "plain_text",
                                 "data_visualization", "static_select", "plain_text_input"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["type", "text", "blocks", "attachments"]), JSON))
def test_no_payload_breaks_the_checker(payload: Json) -> None:
    """Whatever is posted, the answer is a list of problems."""
    assert isinstance(limits.check(payload), list)
