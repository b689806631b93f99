"""An audit entry as a line on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blocks.history import words
from bot.cli.plain import line, moment, plain, who

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.company import Company
    from workflows.events import Entry
    from workflows.ports import JsonObject

#: What of a body says most in a line, the first that is there.
_TELLING = ("sentence", "reason", "message", "comment", "title", "why", "text", "subject")


def told(at: datetime, entry: Entry, company: Company | None) -> str:
    """Return when, who, what, about what, and the most telling words of the body."""
    said = next((entry.body[name] for name in _TELLING if entry.body.get(name)), "")
    parts = [
        moment(at),
        who(entry.actor, company),
        words(entry.event),
        f"[{line(entry.object, 60)}]",
    ]
    return "  ".join(parts) + (f"  {line(str(said))}" if said else "")


def body_of(body: JsonObject) -> str:
    """Return a body in full, indented, texts with their lines."""
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return "\n".join(f"    {row}" for row in plain(text).splitlines())
