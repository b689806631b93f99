"""What the engine answers. `handlers.replies` alone turns it into an acknowledgement and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workflows.errors import Refusal
    from workflows.run import Run


#: The dialogs a draft has.
View = Literal["edit", "reject", "change", "sign", "record", "wrong"]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """It is in the database. `run` is as it stands now; `sentence` is what the person is told, if anything."""

    run: Run | None = None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """It was refused, and the refusal is on the record."""

    error: Refusal


@dataclass(frozen=True, kw_only=True)
class Show:
    """Something to look at: open this view of the run's draft."""

    view: View
    run: Run


@dataclass(frozen=True, kw_only=True)
class FieldErrors:
    """What is wrong, by field; nothing was saved."""

    errors: dict[str, str]


Answer = Recorded | Refused | Show | FieldErrors
