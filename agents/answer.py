"""What a model answered, read from the raw body without trusting any of its shape."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from workflows.action import Record
from workflows.text import normalised

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.ports import JsonObject

_NAME = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
_MOST_TOKENS = 1_000_000_000
#: Places a JSON object may begin at that are tried before giving up.
_BRACES = 50


class Usage(Record):
    """Tokens of one call; None where the provider did not say."""

    tokens_in: int | None = None
    cached: int = 0
    tokens_out: int | None = None


class Answer(Record):
    """One answer. `text` is what the model wrote, `raw` the whole body."""

    text: str
    refused: bool
    #: `stop`, `length`, `content_filter`, or whatever else the server says.
    finish: str
    tool_call: bool
    #: The model the server says it used; empty when it doesn't say so plainly.
    model: str
    response_id: str
    usage: Usage
    raw: str


def answer(raw: str) -> Answer | None:
    """Read a chat completion; None when the body holds no choice at all."""
    body = _object(loaded(raw))
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        return None
    choice = _object(choices[0])
    message = _object(choice.get("message"))
    return Answer(
        text=_content(message.get("content")),
        refused=bool(message.get("refusal")),
        finish=_name(choice.get("finish_reason")),
        tool_call=bool(message.get("tool_calls") or message.get("function_call")),
        model=_name(body.get("model")),
        response_id=_name(body.get("id")),
        usage=_usage(_object(body.get("usage"))),
        raw=raw,
    )


def loaded(text: str) -> JsonValue:
    """Return the JSON value `text` is; None when it is none, holds NaN, or names a key twice."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def first_object(text: str) -> JsonObject | None:
    """Return the JSON object in an answer: the whole text, or the first one after thoughts and fences."""
    whole = loaded(text)
    if isinstance(whole, dict):
        return whole
    spoken = text.rpartition("</think>")[2].partition("<think>")[0]
    starts = [found.start() for found in re.finditer(r"\{", spoken)][:_BRACES]
    for start in starts:
        try:
            return cast("JsonObject", _DECODER.raw_decode(spoken, start)[0])
        except (ValueError, RecursionError):
            continue
    return None


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key stands there twice"
        raise ValueError(msg)
    return found


def _no_constant(name: str) -> JsonValue:
    msg = f"{name} is no JSON"
    raise ValueError(msg)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _content(value: JsonValue) -> str:
    """Return the text of a message; some servers send it in parts."""
    if isinstance(value, list):
        return "".join(_content(_object(part).get("text")) for part in value)
    return str(normalised(value)) if isinstance(value, str) else ""


def _name(value: JsonValue) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _usage(usage: JsonObject) -> Usage:
    details = _object(usage.get("prompt_tokens_details"))
    return Usage(
        tokens_in=_count(usage.get("prompt_tokens")),
        cached=_count(details.get("cached_tokens")) or 0,
        tokens_out=_count(usage.get("completion_tokens")),
    )


def _count(value: JsonValue) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MOST_TOKENS else None
