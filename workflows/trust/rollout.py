"""How a playbook comes to be trusted, as its file says it: what is asked before a stage, and when it goes back."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Setting

from workflows.action import Record
from workflows.durations import Duration

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?) ?%")
_DRAFTS = re.compile(r"([0-9]{1,5}) drafts?")
_WEEK = 7 * 86400.0


def _share(value: object) -> object:
    if not isinstance(value, str) or not value.strip().endswith("%"):
        return value
    match = _SHARE.fullmatch(value.strip())
    if match is None:
        msg = f"{value!r} is not a share, like 95%"
        raise ValueError(msg)
    return float(match[1]) / 100


def _drafts(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _DRAFTS.fullmatch(value.strip())
    if match is None:
        msg = f"{value!r} is not a number of drafts, like 30 drafts"
        raise ValueError(msg)
    return int(match[1])


#: `95%`; kept from 0 to 1.
Share = Annotated[
    float,
    BeforeValidator(_share),
    Setting(ge=0, le=1),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95%", "20%"]}),
]
#: `30 drafts`.
Drafts = Annotated[
    int,
    BeforeValidator(_drafts),
    Setting(ge=0),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["30 drafts"]}),
]


class Back(Record):
    """When a playbook that does something by itself goes back to where people sign."""

    #: More of them than this were rejected, taken over, held back or undone.
    overrides: Share = 0.10
    #: More of them than this could not be carried out, were in doubt or found wrong, or are runs that could not go on.
    errors: Share = 0.03
    #: Looked at in so many, those something became of last.
    over: Drafts = Setting(default=30, ge=1)


class Baseline(Record):
    """How the work went before: what figures are compared with."""

    #: Minutes of a person's time for each.
    minutes: float = Setting(gt=0)
    #: How many of a hundred went wrong.
    errors: Share
    #: How that was found: "timed with a stopwatch", "from last year's tickets".
    method: str = Setting(min_length=3, max_length=200)
    #: On how many that stands.
    n: int = Setting(ge=1)
    #: The day the measuring began, like `2026-09-01`.
    first: date = Setting(alias="from")
    #: The day it ended.
    last: date = Setting(alias="to")


class Rollout(Record):
    """What a playbook has to show before it may do more, and when it goes back by itself."""

    #: The stage it begins at: `shadow` drafts silently, `assist` lets people sign.
    start: Literal["shadow", "assist"] = "assist"
    #: At least so long in shadow; what begins in assist has people sign for so much longer.
    shadow: Duration = 2 * _WEEK
    #: At least so long in each stage after that.
    levels: Duration = 4 * _WEEK
    #: At least so many of the decisions were to send it as it was or with a small edit, and stayed so.
    success: Share = 0.95
    #: At least so many were decided.
    at_least: Drafts = Setting(default=30, alias="at least")
    #: Whom something may reach without a signature: customers something was carried out for before, or everybody.
    audience: Literal["", "known customers", "everybody"] = ""
    #: Of all that runs are about, so many are among them.
    share: Share | None = None
    #: When it goes back to where people sign, by itself.
    back_when: Back = Setting(default=Back(), alias="back when")
    #: Without one it stays in shadow, or where people sign.
    baseline: Baseline | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether it is said for whom something may go by itself."""
        return bool(self.audience) or self.share is not None
