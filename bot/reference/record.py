"""Every kind of audit entry, from `workflows.events`."""

from __future__ import annotations

from bot.reference.markdown import code, table
from bot.reference.markdown import page as whole
from bot.reference.wording import EVENTS
from workflows.events import Event

_INTRO = """\
An event is `source:subject:action`, the action in the past tense. The source is who brought it about: `run` (a person's
or Sayso's decision in a run), `worker`, `timer`, `agent`, `connector` or `slack`. Entries of a run are in the chain
`run:<id>`; those of a schedule in `playbook:<name>`; those of the whole workspace in `ws:<id>`.

`sayso audit search --event` takes a whole event or its last word. [The audit log](../audit-log.md) says how entries are
chained and verified."""


def page() -> str:
    """Return the page. Raises `KeyError` for an event that nobody has described."""
    rows = [[code(event.value), EVENTS[event]] for event in Event]
    return whole("Audit events", _INTRO, table(["Event", "Written when"], rows))
