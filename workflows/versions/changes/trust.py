"""How what a playbook asks for before it may do more is compared: asking for less is wider."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workflows.durations import words as duration
from workflows.trust.figures import percent
from workflows.versions.changes.rules import every, ordered

if TYPE_CHECKING:
    from workflows.versions.changes.rules import Rule


def share(part: float | None) -> str:
    """Return a share of a playbook in words, exactly: nobody writes one with more places."""
    return "not set" if part is None else percent(part, 2)


#: Asked for before a promotion.
ROLLOUT: dict[str, Rule] = {
    "shadow": partial(ordered, label="in shadow for", more="tighter", say=duration),
    "levels": partial(ordered, label="at each stage for", more="tighter", say=duration),
    "success": partial(ordered, label="good decisions for a promotion", more="tighter", say=share),
    "at_least": partial(ordered, label="decisions for a promotion", more="tighter"),
    "audience": partial(every, label="by itself for", kind="wider", part="what it may do"),
    "share": partial(
        every, label="by itself for a share of", kind="wider", part="what it may do", say=share
    ),
    "baseline": partial(every, label="baseline", kind="wider"),
}
#: What sends it back.
BACK: dict[str, Rule] = {
    "overrides": partial(ordered, label="goes back above overrides of", more="wider", say=share),
    "errors": partial(ordered, label="goes back above errors of", more="wider", say=share),
    "over": partial(ordered, label="looks back at drafts:", more="wider"),
}
