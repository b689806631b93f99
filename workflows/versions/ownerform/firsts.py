"""Who is asked first, as lines of a form: `customer *@bigco.com, above 1000.00 USD: Ida`, or just `in turn`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.ports import JsonObject

_KEYS = ("customer", "above", "channel")
_RULE = re.compile(rf"(?P<when>(?:{'|'.join(_KEYS)}) .+?): *(?P<to>.+)")
_OR = " or "


def shown_firsts(rules: JsonValue) -> str:
    """Return what stands under `assign`, a line for each rule."""
    each = cast("list[JsonValue]", rules) if isinstance(rules, list) else [rules]
    return "\n".join(_shown(rule) for rule in each)


def _shown(rule: JsonValue) -> str:
    if not isinstance(rule, dict):
        return str(rule)
    told = ((key, rule[key]) for key in _KEYS if rule.get(key))
    when = ", ".join(f"{key} {_joined(value)}" for key, value in told)
    return f"{when}: {rule['to']}" if when else str(rule["to"])


def _joined(value: JsonValue) -> str:
    return _OR.join(str(each) for each in value) if isinstance(value, list) else str(value)


def firsts_of(text: str) -> str | list[str | JsonObject]:
    """Return the YAML value of what was typed; one line alone stays a text. Raises `ValueError` in words."""
    rules = [_rule(line.strip()) for line in text.splitlines() if line.strip()]
    if not rules:
        return ""
    return rules[0] if len(rules) == 1 and isinstance(rules[0], str) else rules


def _rule(line: str) -> str | JsonObject:
    match = _RULE.fullmatch(line)
    if match is None:
        return line
    rule: JsonObject = {}
    for part in match["when"].split(", "):
        key, _, value = part.partition(" ")
        if key not in _KEYS or not value:
            msg = f"has a line that is not like above 1000.00 USD: finance: {line[:60]}"
            raise ValueError(msg)
        names = value.split(_OR)
        rule[key] = cast("JsonValue", names) if len(names) > 1 else value
    return {**rule, "to": match["to"].strip()}
