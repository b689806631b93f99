"""The records a run is made of. Frozen: a rule returns a new one, it never changes one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import JsonValue, computed_field, model_validator

from workflows.action import Money, Record, Risk
from workflows.durations import Span, Within
from workflows.errors import NotSigned
from workflows.text import Untrusted, canonical, digest
from workflows.trust.stages import ALONE, ALONE_RULES, BY_RULE, NEVER_ALONE, Rule, Stage
from workflows.urgent.urgency import Urgent


class RunState(StrEnum):
    """Where a run stands; `waiting` and `uncertain` wait for a person, the last three are ends."""

    WORKING = "working"
    WAITING = "waiting"
    HOLDING = "holding"
    UNCERTAIN = "uncertain"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to the run any more."""
        return self in {RunState.DONE, RunState.FAILED, RunState.CANCELLED}


class DraftState(StrEnum):
    """Where a draft stands. Approved and executed are two states, shown as two."""

    OPEN = "open"
    REWRITING = "rewriting"
    SIGNED = "signed"
    HOLDING = "holding"
    EXECUTING = "executing"
    EXECUTED = "executed"
    REJECTED = "rejected"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    #: Drafted silently while people do it as always; then kept beside what they did.
    SHADOW = "shadow"
    KEPT = "kept"


#: In these nothing has left, and the draft can be taken back.
AT_REST = frozenset({DraftState.OPEN, DraftState.REWRITING, DraftState.HOLDING, DraftState.SHADOW})


class Actor(Record):
    """Who did it: a person by Slack id, an agent by name, the system, or a timer."""

    kind: Literal["user", "agent", "system", "timer"]
    id: str

    @classmethod
    def user(cls, person_id: str) -> Self:
        """Return the actor for a person."""
        return cls(kind="user", id=person_id)


SYSTEM = Actor(kind="system", id="sayso")
#: Whoever sits at the machine; its owner can do more than this already.
OPERATOR = Actor(kind="system", id="command-line")
TIMER = Actor(kind="timer", id="clock")


class Place(Record):
    """A Slack channel (or DM) id, and the thread in it when there is one."""

    channel: str
    thread_ts: str = ""


class Threshold(Record):
    """Above `amount` (exclusive) these people sign instead, so many of them."""

    amount: Money
    by: tuple[str, ...]
    quorum: int = 1


class ApprovalRule(Record):
    """Who may sign a step's draft, how many, until when, and what they may change. Times in seconds."""

    by: tuple[str, ...]
    quorum: int = 1
    above: tuple[Threshold, ...] = ()
    within: Within = Span(count=4 * 3600.0)
    #: Who is asked besides when nobody has signed in time.
    escalate: tuple[str, ...] = ()
    hold: float = 60.0
    edit: tuple[str, ...] = ()
    kind: Rule = "each time"
    #: At the stage `threshold`: the share of drafts like it that must have gone out unchanged.
    confidence: float = 0.9
    #: Until when what left by rule is looked at.
    review: Within = Span(count=2, unit="work days")


class Needs(Record):
    """The policy's verdict on one revision: who can sign it, how many must, and the rule that says so."""

    by: tuple[str, ...]
    quorum: int
    #: In words, for the card: "one of sales", "two of finance (above 5,000.00 USD)".
    words: str
    #: Ids of the policy rows that decided, for the audit log.
    cites: tuple[str, ...] = ()


class Evidence(Record):
    """One fact a draft rests on, and the record or policy it comes from."""

    fact: Untrusted
    #: Where it was read: `table.quotes/Q-1043`, `POL-7@2`.
    source: str
    url: str = ""


class Confidence(Record):
    """How often drafts like this one went out unchanged, and the gates that failed. Never the model's own number."""

    accepted: int = 0
    total: int = 0
    gates: tuple[str, ...] = ()


class Authorship(Record):
    """What wrote a draft. `label` is the sentence every card shows of it."""

    agent: str
    #: The model the provider said it used, or `offline/templates@<hash>`.
    model: str
    prompt_version: str
    label: str
    response_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    #: Millionths of a US dollar.
    cost_micros: int = 0
    price_version: str = ""
    estimated: bool = False


class Revision(Record):
    """One numbered version of a draft's payload; its hash is over the RFC 8785 bytes and always fits."""

    n: int
    payload: dict[str, JsonValue]
    author: Actor
    at: datetime
    payload_hash: str = ""

    @model_validator(mode="before")
    @classmethod
    def _hashed(cls, values: dict[str, object]) -> dict[str, object]:
        actual = digest(values["payload"])  # pyright: ignore[reportArgumentType] -- checked as JSON next
        if values.get("payload_hash") not in {None, "", actual}:
            msg = "payload_hash is not the hash of this payload"
            raise ValueError(msg)
        return {**values, "payload_hash": actual}


class Signature(Record):
    """One person's yes to the bytes of one revision."""

    n: int
    actor: str
    payload_hash: str
    at: datetime
    #: Hash of the card, row or dialog as it was shown when the button was pressed; empty when not known.
    card_hash: str = ""


class Outcome(Record):
    """What came of an execution. `unknown` means the system did not say; nobody repeats it by itself."""

    status: Literal["done", "rejected", "retryable", "unknown"]
    #: The outside system's own reference for what happened.
    receipt: str = ""
    message: str = ""
    #: What undoing needs: the old value, the provider's id.
    facts: dict[str, JsonValue] = {}


class Compensation(Record):
    """The action that would undo an outcome, as a new payload to sign."""

    action: str
    payload: dict[str, JsonValue]
    #: "Send a correction of ..." for the card.
    title: Untrusted


class Ending(Record):
    """How a draft ended or was decided: by whom, when, why."""

    by: Actor
    at: datetime
    reason: str = ""
    comment: Untrusted = Untrusted("")
    #: Where an exception led the run after it; then nothing of it is drafted again. Empty when it ended there.
    led_to: str = ""


class Wish(Record):
    """What somebody wants different in a draft, and what came of it."""

    by: Actor
    at: datetime
    words: Untrusted
    #: The revision it was about.
    about: int
    #: The revision the agent wrote for it; 0 as long as there is none.
    made: int = 0
    #: Why nothing came of it, in words.
    problem: str = ""


class Comment(Record):
    """What somebody said with their signature on revision `n`."""

    by: str
    n: int
    words: Untrusted


class Likeness(Record):
    """One field of a silent draft beside what a person sent."""

    name: str
    #: The same after white space and case, or the same amount.
    same: bool
    #: How alike the words are, 0 to 100; of what is no text, all or nothing.
    percent: int


class Silent(Record):
    """What became of a draft that nobody was shown: what a person did instead, and how alike the two are."""

    #: The fields a person fills in when they say what they sent.
    fields: tuple[str, ...]
    #: What they sent; None as long as nobody has said, and where nothing was needed.
    sent: dict[str, JsonValue] | None = None
    likeness: tuple[Likeness, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every field is the same."""
        return bool(self.likeness) and all(each.same for each in self.likeness)


class Review(Record):
    """What left by rule is looked at afterwards, until a time."""

    due_at: datetime
    #: When it is reminded of next, or found late; None once somebody has said.
    next_at: datetime | None
    verdict: Literal["", "right", "wrong"] = ""
    #: Why it was wrong, and who said so when.
    reason: str = ""
    by: str = ""
    at: datetime | None = None


class Claimed(Record):
    """Somebody is looking at a draft; until then nobody else decides it."""

    by: str
    until: datetime


class Draft(Record):
    """One proposed action. The newest revision is what can be signed; older signatures count no more."""

    id: str
    run_id: str
    step: str
    state: DraftState
    #: `mail.send`
    action: str
    #: Verb, object, who is affected: "Send a follow-up for quote Q-1043 to Lark Bakery".
    title: Untrusted
    risk: Risk
    amount: Money | None = None
    rule: ApprovalRule
    needs: Needs
    revisions: tuple[Revision, ...]
    signatures: tuple[Signature, ...] = ()
    comments: tuple[Comment, ...] = ()
    #: What people wanted the agent to write differently, oldest first.
    wishes: tuple[Wish, ...] = ()
    #: Why a revision was edited, by its number: one of the reasons people tap.
    edited_for: dict[int, str] = {}
    #: What the revision before needed, in words, when the newest needs something else.
    needed: str = ""
    claim: Claimed | None = None
    why: Untrusted = Untrusted("")
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence()
    author: Authorship
    #: The stage its playbook stood at when it opened.
    stage: Stage = "assist"
    #: On what grounds a rule signed the newest revision, in words; empty where none did.
    ruled: str = ""
    #: Why a person is asked although such drafts may go by themselves.
    asked: str = ""
    silent: Silent | None = None
    review: Review | None = None
    #: Content hash of everything the agent was shown; the text is kept under it.
    context: str = ""
    #: Ids of the examples it was written with.
    learnt: tuple[str, ...] = ()
    #: Person id of who is asked first; empty where everybody who could sign is.
    assigned: str = ""
    opened_at: datetime
    #: Half time, when those who can sign are reminded once.
    remind_at: datetime
    #: When it is passed on to `rule.escalate`, and after that when it expires.
    expires_at: datetime
    #: When it was passed on, because nobody had signed in time.
    escalated_at: datetime | None = None
    leaves_at: datetime | None = None
    #: When the last signature that was needed came; None while any is missing.
    signed_at: datetime | None = None
    #: When what was signed was held back or undone last; None where it never was.
    undone_at: datetime | None = None
    #: Digests of the customer it is about and of the address it reaches; empty where there is none.
    customer: str = ""
    address: str = ""
    #: The customer's time zone; empty is the company's.
    zone: str = ""
    #: Whose public holidays the customer keeps; empty is what company.yml says of customers.
    country: str = ""
    region: str = ""
    #: Where it is shown instead of in a card of its own: `digest`, or the id of another draft to the same customer.
    shown_in: str = ""
    #: Something was carried out for its customer before it was opened.
    known: bool = False
    ending: Ending | None = None
    #: What came of it; while it is held, why the last try came to nothing.
    outcome: Outcome | None = None
    #: How often the newest revision was tried in vain, known not to have happened.
    tries: int = 0
    #: What undoing would be; None when nothing undoes it.
    compensation: Compensation | None = None
    #: The draft this one compensates, when it is an undo.
    undoes: str = ""

    @computed_field
    @property
    def revision(self) -> int:
        """The number of the newest revision."""
        return self.revisions[-1].n

    @property
    def current(self) -> Revision:
        """The newest revision."""
        return self.revisions[-1]

    @property
    def key(self) -> str:
        """The idempotency key of its execution; undo, retry and "send again" keep it."""
        return f"draft:{self.id}:{self.revision}"

    @property
    def signers(self) -> tuple[str, ...]:
        """The distinct people whose signature is on exactly the newest revision's bytes, in order."""
        good = [s.actor for s in self.signatures if self._signs_current(s)]
        return tuple(dict.fromkeys(good))

    def _signs_current(self, signature: Signature) -> bool:
        return (signature.n, signature.payload_hash) == (self.revision, self.current.payload_hash)

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, values: dict[str, object]) -> dict[str, object]:
        known = {name: value for name, value in values.items() if name != "revision"}
        opened, expires = known.get("opened_at"), known.get("expires_at")
        if isinstance(opened, datetime) and isinstance(expires, datetime):
            # Rows of older versions have no time to remind at: it was half time on any clock.
            known.setdefault("remind_at", opened + (expires - opened) / 2)
        return known


def _by_people_or_allowed(draft: Draft) -> bool:
    """Whether people signed it, or a rule that may: nothing drafted in shadow, no money, law or employees."""
    if draft.stage == "shadow":
        return False
    if not any(name.startswith(BY_RULE) for name in draft.signers):
        return True
    return (
        draft.stage in ALONE
        and draft.rule.kind in ALONE_RULES
        and draft.risk not in NEVER_ALONE
        and draft.needs.quorum == 1
    )


@dataclass(frozen=True, slots=True, init=False)
class SignedDraft:
    """The exact bytes enough people signed. An executor takes nothing else, and `of` alone makes one."""

    draft_id: str
    action: str
    #: The idempotency key of the execution.
    key: str
    #: The canonical bytes of the payload.
    body: bytes
    payload_hash: str
    signers: tuple[str, ...]
    #: When the last of them signed.
    at: datetime

    def __init__(self) -> None:
        """Refuse: use `SignedDraft.of(draft)`."""
        raise NotSigned

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the signed form of `draft`. Raises `NotSigned` unless its quorum signed these very bytes."""
        body = canonical(draft.current.payload)
        hashed = hashlib.sha256(body).hexdigest()
        enough = draft.needs.quorum >= 1 and len(draft.signers) >= draft.needs.quorum
        if (
            not (enough and _by_people_or_allowed(draft))
            or draft.state is not DraftState.EXECUTING
            or hashed != draft.current.payload_hash
        ):
            raise NotSigned
        at = max(s.at for s in draft.signatures)
        values = (draft.id, draft.action, draft.key, body, hashed, draft.signers, at)
        signed = object.__new__(cls)
        for name, value in zip(cls.__slots__, values, strict=True):
            object.__setattr__(signed, name, value)
        return signed


class Task(Record):
    """Work for a person, with an owner and a due date; an `ask` is a task with options to choose from."""

    id: str
    run_id: str
    step: str
    owner: str
    title: Untrusted
    #: The draft that was taken over by it, to copy from; empty for other work.
    draft_id: str = ""
    opened_at: datetime | None = None
    #: Half time, when its owner is reminded once.
    remind_at: datetime | None = None
    due_at: datetime | None = None
    options: tuple[str, ...] = ()
    #: The option that is suggested, and why.
    recommended: str = ""
    because: Untrusted = Untrusted("")
    #: Of how many answers to this question, with this option suggested, so many took it; counted when it was asked.
    answers: int = 0
    followed: int = 0
    answer: str = ""
    state: Literal["open", "done"] = "open"
    #: Who closed it, and when.
    ending: Ending | None = None


class Run(Record):
    """One execution of one playbook version for one subject. A run is always at a step."""

    id: str
    ws: str
    playbook: str
    #: Content hash of the playbook text this run is pinned to.
    version: str
    step: str
    #: Counts the work steps begun and the waits; a late report about an older one is refused.
    seq: int = 1
    state: RunState
    #: The only wake-up: None waits for a person, a time wakes it then.
    due_at: datetime | None = None
    #: Raised by every claim; only the newest claim may report.
    fence: int = 0
    #: Claims in a row without a result.
    attempts: int = 0
    subject: Untrusted
    #: Hash of what tells which runs of its playbook are about the same; empty where nobody asks.
    once: str = ""
    inputs: dict[str, JsonValue]
    #: What each step brought, by step name.
    results: dict[str, JsonValue] = {}
    #: Where what was read comes from, by step name.
    sources: dict[str, str] = {}
    started_by: Actor
    trigger: str
    created_at: datetime
    place: Place | None = None
    #: The exceptions taken so far, by their place in the playbook, from 1.
    exceptions: tuple[int, ...] = ()
    #: The customer replied while something could not be stopped any more; it is taken up when that is over.
    replied: bool = False
    #: What that reply said, where an emergency may stand in it.
    heard: JsonValue = None
    #: What may be an emergency; None where nothing was.
    urgent: Urgent | None = None
    #: What was found and was no emergency, by exception and word.
    calm: tuple[str, ...] = ()
    draft: Draft | None = None
    task: Task | None = None
    #: Why it waits, failed or stopped, in words.
    why: str = ""
