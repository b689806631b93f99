"""What happened, in words: the audit vocabulary as people read it, one line per entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import rich
from blocks.standing import who
from workflows.events import Event

if TYPE_CHECKING:
    from datetime import datetime

    from blocks.text import Block
    from workflows.events import Entry

#: Every event in the past tense, to stand after the name of who did it.
WORDS = {
    Event.RUN_STARTED: "started it",
    Event.RUN_CLAIMED: "took it up",
    Event.RUN_WOKEN: "woke it",
    Event.RUN_POSTPONED: "postponed it",
    Event.RUN_DONE: "finished it",
    Event.RUN_STOPPED: "stopped it",
    Event.RUN_FAILED: "could not go on",
    Event.RUN_CANCELLED: "cancelled it",
    Event.RUN_QUEUED: "put it behind another about the same",
    Event.EXCEPTION_TAKEN: "took the exception",
    Event.STEP_READ: "read records",
    Event.STEP_WRITTEN: "wrote a summary",
    Event.STEP_DECIDED: "chose the way on",
    Event.STEP_TOLD: "said it in Slack",
    Event.STEP_WAITED: "waits",
    Event.DRAFT_OPENED: "drafted it",
    Event.DRAFT_GATHERED: "gathered it",
    Event.DRAFT_REFUSED: "refused a draft",
    Event.DRAFT_EDITED: "edited it",
    Event.DRAFT_RETURNED: "asked for changes",
    Event.DRAFT_REWRITTEN: "wrote it again",
    Event.DRAFT_KEPT: "left it as it was",
    Event.DRAFT_CLAIMED: "is looking at it",
    Event.DRAFT_TAKEN: "took it over",
    Event.DRAFT_SIGNED: "signed it",
    Event.DRAFT_RULED: "signed it by rule",
    Event.DRAFT_ASKED: "asked people after all",
    Event.DRAFT_SHADOWED: "drafted it silently",
    Event.DRAFT_COMPARED: "recorded what was sent",
    Event.DRAFT_UNRECORDED: "closed it; nobody recorded what was sent",
    Event.REVIEW_OPENED: "asked for a look at it",
    Event.REVIEW_REMINDED: "reminded of the look at it",
    Event.REVIEW_OVERDUE: "found that nobody had looked at it",
    Event.REVIEW_JUDGED: "looked at it",
    Event.DRAFT_LIMITED: "asked others, since a limit is used up",
    Event.DRAFT_HELD: "holds it before it leaves",
    Event.DRAFT_UNDONE: "held it back",
    Event.DRAFT_REJECTED: "rejected it",
    Event.DRAFT_WITHDRAWN: "withdrew it",
    Event.DRAFT_REMINDED: "reminded of it",
    Event.DRAFT_ESCALATED: "passed it on",
    Event.DRAFT_EXPIRED: "let it expire",
    Event.DRAFT_LEAVING: "let it leave",
    Event.DRAFT_EXECUTED: "carried it out",
    Event.DRAFT_FAILED: "could not carry it out",
    Event.DRAFT_UNCERTAIN: "does not know whether it happened",
    Event.DRAFT_RESOLVED: "said what happened",
    Event.DRAFT_SHOWN: "opened it",
    Event.DRAFT_LEARNT: "made the edit an example",
    Event.EXAMPLE_SWITCHED: "changed what is learnt from the edit",
    Event.URGENT_FOUND: "found what may be an emergency",
    Event.URGENT_ASKED: "asked whether it is an emergency",
    Event.URGENT_CONFIRMED: "said that it is an emergency",
    Event.URGENT_PAGED: "paged whoever is on call",
    Event.URGENT_TAKEN: "took the emergency on",
    Event.URGENT_DISMISSED: "said that it is no emergency",
    Event.URGENT_UNANSWERED: "gave up, since nobody answered",
    Event.TASK_OPENED: "gave a task",
    Event.TASK_REMINDED: "reminded of the task",
    Event.TASK_OVERDUE: "found the task overdue",
    Event.TASK_REASSIGNED: "handed the task over",
    Event.TASK_SNOOZED: "put the task off",
    Event.TASK_CLOSED: "closed the task",
    Event.PLAYBOOK_INSTALLED: "installed it",
    Event.PLAYBOOK_PROPOSED: "proposed a changed version",
    Event.PLAYBOOK_WITHDRAWN: "let go of a changed version",
    Event.PLAYBOOK_ACTIVATED: "activated a version",
    Event.PLAYBOOK_DISMISSED: "put a changed version off",
    Event.PLAYBOOK_RETURNED: "returned to the version before",
    Event.PLAYBOOK_EARNED: "showed what it has earned",
    Event.PLAYBOOK_KEPT: "left it at its stage for now",
    Event.PLAYBOOK_DOUBTED: "asked whether to return to the version before",
    Event.PROMPT_RETURNED: "returned to the prompt before",
    Event.PROMPT_DOUBTED: "told that an agent does badly with another prompt",
    Event.PLAYBOOK_PROMOTED: "promoted it",
    Event.PLAYBOOK_DEMOTED: "demoted it",
    Event.PLAYBOOK_UNREADABLE: "could not read its file",
    Event.INVENTORY_SCORED: "scored a piece of work",
    Event.INVENTORY_REMOVED: "took a piece of work off the inventory",
    Event.DIGEST_TOLD: "told what waits",
    Event.RETURN_TOLD: "told what was handled meanwhile",
    Event.MODEL_ANSWERED: "got an answer from the model",
    Event.PRESS_REFUSED: "pressed and was refused",
    Event.SWITCH_PAUSED: "switched it off",
    Event.SWITCH_RESUMED: "switched it on",
    Event.CUSTOMER_SILENCED: "stopped messages to a customer",
    Event.CUSTOMER_ALLOWED: "allowed messages to a customer again",
    Event.SCHEDULE_FIRED: "started on schedule",
    Event.SCHEDULE_MISSED: "missed its schedule",
    Event.DATABASE_RESTORED: "restored a backup",
    Event.PAYLOAD_REDACTED: "had texts erased",
    Event.PAYLOAD_EXPIRED: "erased texts that were kept long enough",
}
_OBJECT = 60
_REASON = 120
_DETAILS = ("why", "wish", "problem", "reason", "message", "comment")


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An audit entry and when it was written."""

    at: datetime
    entry: Entry


def words(event: Event) -> str:
    """Return an event in words; one that has none yet is shown by its own name."""
    return WORDS.get(event, event.value)


def line(logged: Logged, *, named: bool) -> list[Block]:
    """Return when, who and what, with its reason; `named` adds which run or draft it was."""
    entry = logged.entry
    found = [
        rich.date(logged.at, "{date_short} {time}"),
        rich.text("  "),
        who(entry.actor),
        rich.text(f" {words(entry.event)}"),
    ]
    if named:
        found += [rich.text(" · "), *rich.runs(entry.object, limit=_OBJECT)]
    details = [str(entry.body[key]) for key in _DETAILS if entry.body.get(key)]
    if details:
        found += [rich.text(": "), *rich.runs(details[0], limit=_REASON)]
    return found
