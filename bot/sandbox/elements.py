"""Walking Block Kit: every element, what a person may put in it, and Slack's `state.values`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.records import an_object, objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.records import Json


@dataclass(frozen=True, kw_only=True)
class Slot:
    """How one kind of element reports what a person chose."""

    #: The field in an action and in `state.values`.
    field: str
    #: The field of the element that holds what it starts with.
    initial: str
    #: "text", "option", "options" or "list".
    shape: str = "text"


_OPTION = Slot(field="selected_option", initial="initial_option", shape="option")
_OPTIONS = Slot(field="selected_options", initial="initial_options", shape="options")
_VALUE = Slot(field="value", initial="initial_value")


def _named(noun: str) -> dict[str, Slot]:
    one = Slot(field=f"selected_{noun}", initial=f"initial_{noun}")
    many = Slot(field=f"selected_{noun}s", initial=f"initial_{noun}s", shape="list")
    return {f"{noun}s_select": one, f"multi_{noun}s_select": many}


#: Element types that keep a value.
SLOTS: dict[str, Slot] = {
    "static_select": _OPTION,
    "external_select": _OPTION,
    "radio_buttons": _OPTION,
    "checkboxes": _OPTIONS,
    "multi_static_select": _OPTIONS,
    "multi_external_select": _OPTIONS,
    "datepicker": Slot(field="selected_date", initial="initial_date"),
    "timepicker": Slot(field="selected_time", initial="initial_time"),
    "datetimepicker": Slot(field="selected_date_time", initial="initial_date_time"),
    "plain_text_input": _VALUE,
    "number_input": _VALUE,
    "email_text_input": _VALUE,
    "url_text_input": _VALUE,
    "rich_text_input": Slot(field="rich_text_value", initial="initial_value"),
    "file_input": Slot(field="files", initial="initial_files", shape="list"),
    **_named("user"),
    **_named("conversation"),
    **_named("channel"),
}

#: Element types that act and keep nothing.
BUTTONS = frozenset({"button", "overflow", "feedback_buttons", "icon_button", "workflow_button"})


def _children(block: Json) -> list[Json]:
    found: list[Json] = []
    for key in ("elements", "actions"):
        listed: Any = block.get(key)
        if isinstance(listed, list):
            found += listed
    found += [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return found


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element with the block it sits in, nested blocks too."""
    for block in blocks:
        for element in _children(block):
            if element.get("type") in SLOTS or element.get("type") in BUTTONS:
                yield block, element
        for key in ("child_blocks", "elements"):
            if block.get("type") in {"container", "carousel"}:
                yield from elements(objects(block.get(key)))


def _options(element: Json) -> list[Json]:
    grouped: list[Json] = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for g in grouped for o in g["options"])]


def _option(element: Json, chosen: Any) -> Json | None:  # noqa: ANN401 - any form value
    if chosen is None or isinstance(chosen, dict):
        return cast("Json | None", chosen)
    for option in _options(element):
        if chosen in (option["value"], option["text"]["text"]):
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(chosen)}, "value": str(chosen)}
    known = ", ".join(o["value"] for o in _options(element))
    msg = f"There is no option {chosen!r} in {element.get('action_id')}; there are: {known}."
    raise ValueError(msg)


def chosen(element: Json, given: Any) -> Json:  # noqa: ANN401 - any form value
    """Return the field an element reports for `given`: an option's value, a text, a list of either.

    Raises `ValueError` when the element has no such option.
    """
    slot = SLOTS[element["type"]]
    if slot.shape == "option":
        return {slot.field: _option(element, given)}
    if slot.shape == "options":
        listed = cast("list[Any]", given) if isinstance(given, list) else [given]
        return {slot.field: [_option(element, one) for one in listed]}
    if slot.shape == "list":
        return {slot.field: given if isinstance(given, list) else [given]}
    if element["type"] == "datetimepicker" and given is not None:
        return {slot.field: int(given)}
    return {slot.field: given if given is None or isinstance(given, dict) else str(given)}


def _start(element: Json) -> Any:  # noqa: ANN401 - any form value
    slot = SLOTS[element["type"]]
    return element.get(slot.initial, [] if slot.shape in {"options", "list"} else None)


def given_for(entered: Json, block: Json, element: Json) -> tuple[bool, Any]:
    """Find what a person entered for an element: by block then action id, or by action id alone."""
    action_id, block_id = element.get("action_id", ""), block.get("block_id", "")
    inner = an_object(entered.get(block_id))
    if action_id in inner:
        return True, inner[action_id]
    if action_id in entered:
        return True, entered[action_id]
    return False, None


def values(blocks: list[Json], entered: Json) -> Json:
    """Return Slack's `state.values` for what a person entered, over what the blocks start with."""
    state: Json = {}
    for block, element in elements(blocks):
        if element["type"] not in SLOTS:
            continue
        has, given = given_for(entered, block, element)
        value = chosen(element, given if has else _start(element))
        row = state.setdefault(block.get("block_id", ""), {})
        row[element.get("action_id", "")] = {"type": element["type"], **value}
    return state


def unfinished(blocks: list[Json], state: Json) -> dict[str, str]:
    """Return what Slack's own client says of a form before it is sent, by block id."""
    wrong: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element: Json = block["element"]
        answer: Json = state.get(block["block_id"], {}).get(element["action_id"], {})
        said = answer.get(SLOTS[element["type"]].field)
        sentence = _complaint(element, said, optional=bool(block.get("optional")))
        if sentence:
            wrong[block["block_id"]] = sentence
    return wrong


def _complaint(element: Json, said: Any, *, optional: bool) -> str:  # noqa: ANN401 - any form value
    if said is None or said in ("", []):
        return "" if optional else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_complaint(element, str(said))
    if element["type"] == "email_text_input" and "@" not in str(said):
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and "://" not in str(said):
        return "Please enter a valid URL."
    return _length_complaint(element, said)


def _length_complaint(element: Json, said: Any) -> str:  # noqa: ANN401 - any form value
    if element["type"] != "plain_text_input":
        return ""
    least, most = int(element.get("min_length", 0)), int(element.get("max_length", 3000))
    if len(said) < least:
        return f"Must be at least {least} characters."
    return f"Must be at most {most} characters." if len(said) > most else ""


def _number_complaint(element: Json, said: str) -> str:
    try:
        number = float(said)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed", False) and number != int(number):
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Must be {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Must be {element['max_value']} or less."
    return ""
