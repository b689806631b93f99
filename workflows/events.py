"""What has happened: the audit vocabulary, `source:subject:action` in the past tense."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from workflows.action import Record
from workflows.run import Actor


class Event(StrEnum):
    """Every kind of audit entry. A new one needs a row in the reference."""

    RUN_STARTED = "run:run:started"
    RUN_CLAIMED = "worker:run:claimed"
    RUN_WOKEN = "timer:run:woken"
    RUN_POSTPONED = "worker:run:postponed"
    RUN_DONE = "run:run:done"
    RUN_STOPPED = "run:run:stopped"
    RUN_FAILED = "run:run:failed"
    RUN_CANCELLED = "run:run:cancelled"
    RUN_QUEUED = "run:run:queued"
    EXCEPTION_TAKEN = "run:exception:taken"
    STEP_READ = "run:step:read"
    STEP_WRITTEN = "agent:step:written"
    STEP_DECIDED = "run:step:decided"
    STEP_TOLD = "run:step:told"
    STEP_WAITED = "run:step:waited"
    DRAFT_OPENED = "agent:draft:opened"
    DRAFT_GATHERED = "run:draft:gathered"
    DRAFT_REFUSED = "run:draft:refused"
    DRAFT_EDITED = "run:draft:edited"
    DRAFT_RULED = "policy:draft:signed"
    DRAFT_ASKED = "run:draft:asked"
    DRAFT_SHADOWED = "agent:draft:shadowed"
    DRAFT_COMPARED = "run:draft:compared"
    DRAFT_UNRECORDED = "timer:draft:unrecorded"
    REVIEW_OPENED = "run:review:opened"
    REVIEW_REMINDED = "timer:review:reminded"
    REVIEW_OVERDUE = "timer:review:overdue"
    REVIEW_JUDGED = "run:review:judged"
    DRAFT_LIMITED = "run:draft:limited"
    DRAFT_RETURNED = "run:draft:returned"
    DRAFT_REWRITTEN = "agent:draft:rewritten"
    DRAFT_KEPT = "run:draft:kept"
    DRAFT_CLAIMED = "run:draft:claimed"
    DRAFT_TAKEN = "run:draft:taken"
    DRAFT_SIGNED = "run:draft:signed"
    DRAFT_HELD = "run:draft:held"
    DRAFT_UNDONE = "run:draft:undone"
    DRAFT_REJECTED = "run:draft:rejected"
    DRAFT_WITHDRAWN = "run:draft:withdrawn"
    DRAFT_REMINDED = "timer:draft:reminded"
    DRAFT_ESCALATED = "timer:draft:escalated"
    DRAFT_EXPIRED = "run:draft:expired"
    DRAFT_LEAVING = "run:draft:leaving"
    DRAFT_EXECUTED = "connector:draft:executed"
    DRAFT_FAILED = "connector:draft:failed"
    DRAFT_UNCERTAIN = "connector:draft:uncertain"
    DRAFT_RESOLVED = "run:draft:resolved"
    DRAFT_SHOWN = "slack:draft:shown"
    DRAFT_LEARNT = "run:draft:learnt"
    EXAMPLE_SWITCHED = "run:example:switched"
    URGENT_FOUND = "run:urgent:found"
    URGENT_ASKED = "run:urgent:asked"
    URGENT_CONFIRMED = "run:urgent:confirmed"
    URGENT_PAGED = "run:urgent:paged"
    URGENT_TAKEN = "run:urgent:taken"
    URGENT_DISMISSED = "run:urgent:dismissed"
    URGENT_UNANSWERED = "timer:urgent:unanswered"
    TASK_OPENED = "run:task:opened"
    TASK_REMINDED = "timer:task:reminded"
    TASK_OVERDUE = "timer:task:overdue"
    TASK_REASSIGNED = "run:task:reassigned"
    TASK_SNOOZED = "run:task:snoozed"
    TASK_CLOSED = "run:task:closed"
    PLAYBOOK_INSTALLED = "run:playbook:installed"
    PLAYBOOK_PROPOSED = "run:playbook:proposed"
    PLAYBOOK_WITHDRAWN = "run:playbook:withdrawn"
    PLAYBOOK_ACTIVATED = "run:playbook:activated"
    PLAYBOOK_DISMISSED = "run:playbook:dismissed"
    PLAYBOOK_RETURNED = "run:playbook:returned"
    PLAYBOOK_EARNED = "run:playbook:earned"
    PLAYBOOK_KEPT = "run:playbook:kept"
    PLAYBOOK_DOUBTED = "run:playbook:doubted"
    PROMPT_RETURNED = "run:prompt:returned"
    PROMPT_DOUBTED = "run:prompt:doubted"
    PLAYBOOK_PROMOTED = "run:playbook:promoted"
    PLAYBOOK_DEMOTED = "run:playbook:demoted"
    PLAYBOOK_UNREADABLE = "run:playbook:unreadable"
    INVENTORY_SCORED = "run:inventory:scored"
    INVENTORY_REMOVED = "run:inventory:removed"
    DIGEST_TOLD = "timer:digest:told"
    RETURN_TOLD = "timer:return:told"
    MODEL_ANSWERED = "agent:model:answered"
    PRESS_REFUSED = "slack:press:refused"
    SWITCH_PAUSED = "run:switch:paused"
    SWITCH_RESUMED = "run:switch:resumed"
    CUSTOMER_SILENCED = "run:customer:silenced"
    CUSTOMER_ALLOWED = "run:customer:allowed"
    SCHEDULE_FIRED = "timer:schedule:fired"
    DATABASE_RESTORED = "cli:database:restored"
    SCHEDULE_MISSED = "timer:schedule:missed"
    PAYLOAD_REDACTED = "cli:payload:redacted"
    PAYLOAD_EXPIRED = "timer:payload:redacted"


class Entry(Record):
    """One audit entry before it is chained. `body` is the part that can be erased; `head` never holds a name."""

    event: Event
    #: `run:<id>`, `playbook:<name>` or `ws:<id>`.
    chain: str
    actor: Actor
    #: `draft:<id>`, `run:<id>`, `message:<id>` ...
    object: str
    #: Short codes and hashes only: revision, payload hash, policy ids, outcome, reason code.
    head: dict[str, JsonValue] = {}
    body: dict[str, JsonValue] = {}
