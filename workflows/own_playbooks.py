"""Sayso's own playbooks: what it gives people to do about itself. No folder holds them and nobody can change them.

They run like any other, so that a task of theirs is reminded of, handed over, audited and replayed like any other.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from workflows.playbook import Playbook

if TYPE_CHECKING:
    from workflows.action import Field
    from workflows.ports import JsonObject

INCIDENT, FOLLOW_UP = "sayso-incident", "sayso-follow-up"
#: What an action after an incident may be.
KINDS = ("Action", "Runbook change")
#: Playbooks of people can't begin like this.
PREFIX = "sayso-"
_HEAD: dict[str, Any] = {
    "owner": "platform",
    "level": 2,
    "trigger": {"command": False},
    "allow": [],
}
_BOOKS: dict[str, dict[str, Any]] = {
    INCIDENT: {
        "title": "Look into what could not go on",
        "goal": "What broke is mended, and what we learnt is written down.",
        "inputs": {
            "run": {},
            "about": {"type": "long_text", "required": False},
            "why": {"type": "long_text", "required": False},
        },
        "subject": "{{ inputs.about }} (incident of run {{ inputs.run }})",
        "mode": "single",
        "steps": [
            {
                "task": "look",
                "who": "platform",
                "title": "Look into what could not go on: {{ inputs.about }}. {{ inputs.why }}",
                "within": "1 work day",
            }
        ],
    },
    FOLLOW_UP: {
        "title": "Do what an incident taught us",
        "goal": "It does not happen a second time.",
        "inputs": {
            "run": {},
            "what": {"label": "What is to be done?", "max": 300},
            "kind": {"type": "choice", "options": list(KINDS), "default": KINDS[0]},
            "who": {"type": "person", "label": "Who does it?"},
            "due": {"type": "date", "label": "Until when?"},
        },
        "subject": "{{ inputs.what }} (after run {{ inputs.run }})",
        "steps": [
            {
                "task": "act",
                "who": "{{ inputs.who }}",
                "title": "{{ inputs.kind }}: {{ inputs.what }}",
                "due": "{{ inputs.due }}",
            }
        ],
    },
}


@cache
def book(name: str) -> Playbook | None:
    """Return one of Sayso's own playbooks; None for any other name."""
    written = _BOOKS.get(name)
    if written is None:
        return None
    source = json.dumps({"playbook": name, **_HEAD, **written}, indent=1)
    values: JsonObject = json.loads(source)
    version = hashlib.sha256(source.encode()).hexdigest()
    return Playbook.model_validate({**values, "version": version, "source": source})


def follow_up_fields() -> tuple[Field, ...]:
    """Return what is asked for an action after an incident; which run that was is known."""
    asked = book(FOLLOW_UP)
    return tuple(field for field in asked.inputs if field.name != "run") if asked else ()


def is_own(name: str) -> bool:
    """Whether this is one of Sayso's own playbooks."""
    return name in _BOOKS
