"""What may be asked. Button, modal, slash command, reply, CLI and timer all become one of these."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from workflows.action import Record
from workflows.playbook import Playbook
from workflows.run import Actor, Authorship, Compensation, Confidence, Evidence, Outcome, Place
from workflows.text import Untrusted
from workflows.trust.stages import Maker, Stage

#: The reason that also stops every other playbook from writing to the customer.
NO_MESSAGES = "no more messages"
REASONS = ("wrong facts", "wrong tone", "wrong time", "not needed", NO_MESSAGES, "other")

#: What somebody had in front of them when they pressed; empty where nothing was drawn for them.
Shown = Literal[
    "",
    "card",
    "row",
    "full text",
    "together",
    "edit form",
    "reasons",
    "change form",
    "sign form",
    "take-over form",
    "record form",
    "wrong form",
    "words",
    "card not known",
]


class Command(Record):
    """Something a person or a timer asks for. The same `key` twice gets the first answer again."""

    actor: Actor
    key: str = ""


class StartRun(Command):
    """Start a playbook. The key makes the run id, so that one trigger starts one run."""

    playbook: str
    inputs: dict[str, JsonValue] = {}
    trigger: str = "command"
    place: Place | None = None


class OnDraft(Command):
    """A command about one revision of a draft, as its button named it."""

    draft_id: str
    revision: int
    #: First characters of the payload hash the button carried.
    payload_hash: str = ""
    #: SHA-256 of the RFC 8785 bytes of what was shown; empty when that is not known.
    card_hash: str = ""
    shown: Shown = ""


class OpenSign(OnDraft):
    """Show what would be signed, with a field for a comment; changes nothing."""


class Approve(OnDraft):
    """Sign these bytes. Money that can't be undone asks for the amount as well, typed."""

    comment: Untrusted = Untrusted("")
    amount: str = ""


class OpenEdit(OnDraft):
    """Show the edit form; changes nothing."""


class Edit(OnDraft):
    """Save a new, unsigned revision with these fields changed."""

    changes: dict[str, JsonValue]
    #: One of `REASONS`, where the person gave one.
    reason: Literal["", "wrong facts", "wrong tone", "wrong time", "not needed", "other"] = ""


class OpenChange(OnDraft):
    """Show the form for what should be different; changes nothing."""


class RequestChange(OnDraft):
    """Let the agent write the same draft again, as somebody wishes."""

    wish: Untrusted


class TakeOver(OnDraft):
    """End the draft; the person does it instead, as a task."""


class Claim(OnDraft):
    """Say that one is looking at it, so that two people don't do the same work."""


class OpenReject(OnDraft):
    """Show the reasons; changes nothing."""


class Reject(OnDraft):
    """Refuse the draft, for a reason."""

    reason: str
    comment: Untrusted = Untrusted("")


class Redraft(OnDraft):
    """Let the agent write it again after a rejection, an expiry or a failure."""


class Undo(OnDraft):
    """Hold it back while it is held; after it left, open a draft of the compensating action."""


class Resolve(OnDraft):
    """Say whether an uncertain execution happened; `no` sends it again under the same key."""

    happened: bool


class OpenRecord(OnDraft):
    """Show the form in which people say what they sent instead of a silent draft."""


class RecordSent(OnDraft):
    """Say what one sent instead of a silent draft, or that nothing was needed."""

    sent: dict[str, JsonValue] = {}
    needed: bool = True


class OpenWrong(OnDraft):
    """Show the form in which somebody says what was wrong with what went by itself."""


class Judge(OnDraft):
    """Say whether what went by itself was right."""

    right: bool
    reason: str = Field(default="", max_length=1000)


class ReviewDue(OnDraft):
    """Somebody should have looked at what went by itself, or soon. A timer says so."""


class OnTask(Command):
    """A command about work somebody has."""

    task_id: str


class Answer(OnTask):
    """Close a task, or choose an option of an ask."""

    choice: str = "done"


class Reassign(OnTask):
    """Give it to somebody else."""

    to: str


class Snooze(OnTask):
    """Let it be due so much later than it is, or than now."""

    wait: Literal["1 work hour", "1 work day", "5 work days"]


class OnUrgent(Command):
    """A command about what may be an emergency, as its message showed it."""

    run_id: str
    #: When it was found, as ISO 8601: a run can have had another one before.
    found: str


class Confirm(OnUrgent):
    """Say that it is an emergency: whoever is on call is paged."""


class StandDown(OnUrgent):
    """Say that it is none: the run goes on as before."""


class Acknowledge(OnUrgent):
    """Take it: the rest of the line is left in peace."""


class CancelRun(Command):
    """Stop a run for good; nothing of it leaves any more."""

    run_id: str


class Retry(Command):
    """Try the step again at which a run could not go on."""

    run_id: str


class MakeWay(Command):
    """Stop a run, since a newer one about the same takes its place. The engine asks it, in the start's transaction."""

    run_id: str
    #: The newer one.
    for_run: str


class Pause(Command):
    """Switch something off: `everything`, or `playbook:<name>`, `agent:<name>`, `connector:<name>`."""

    scope: str


class Resume(Command):
    """Switch it on again."""

    scope: str


class TellWaiting(Command):
    """Tell somebody what was gathered for them; it is time for a digest."""

    person: str
    #: The drafts that were gathered since they were told last.
    drafts: tuple[str, ...] = ()


class TellReturned(Command):
    """Tell somebody who is back what became of the drafts that were theirs to decide."""

    person: str
    since: datetime
    drafts: tuple[str, ...] = ()


class OnCustomer(Command):
    """A command about whoever has this address, in whichever playbook."""

    address: str = Field(min_length=1, max_length=254)


class StopContact(OnCustomer):
    """Send them no more messages; whatever waits for them withdraws itself."""


class AllowContact(OnCustomer):
    """They may be written to again."""


class SwitchExample(Command):
    """Show agents an edit as an example or not any more, or have it forgotten for good."""

    example_id: str
    to: Literal["on", "off", "removed"]


class OnWork(Command):
    """A command about a piece of work of the inventory, as it was when it was opened."""

    #: `playbook:<name>`, or `work:<id>`.
    entry: str = Field(pattern=r"^(playbook:[a-z][a-z0-9-]{1,60}|work:[0-9a-f]{16})$")
    #: The version that was shown; 0 for what nobody has scored.
    base: int = Field(default=0, ge=0)


class Assess(OnWork):
    """Score it: how far it may be handed over, and what it is worth."""

    #: What the form held, by field.
    values: dict[str, JsonValue]


class Unlist(OnWork):
    """Take it off the inventory."""


class Install(Command):
    """Take the playbooks of a folder as they are, where nothing ever was active or proposed."""

    books: tuple[Playbook, ...] = Field(exclude=True, repr=False)


class Propose(Command):
    """Take note of what a playbook's file says now."""

    playbook: str
    version: str
    book: Playbook = Field(exclude=True, repr=False)


class Suggest(Command):
    """Propose what somebody filled in: a playbook with a few things changed, or a new one."""

    playbook: str
    version: str
    #: First characters of the version the form was filled with; empty for a new playbook.
    base: str = ""
    book: Playbook = Field(exclude=True, repr=False)


class Complain(Command):
    """Tell a playbook's owners that its file can't be read."""

    playbook: str
    #: SHA-256 of what stands in the file.
    version: str
    problem: str


class OnProposal(Command):
    """A command about a proposed version, as its card showed it."""

    proposal_id: str
    #: First characters of the proposed version, and of the active one it was compared with (empty for none).
    version: str
    active: str = ""
    state: Literal["open", "dismissed"] = "open"


class Activate(OnProposal):
    """Let every run from now on start with this version."""


class Dismiss(OnProposal):
    """Leave the active version as it is."""


class RollBack(Command):
    """Return to the version before."""

    playbook: str
    #: First characters of the active version, and of the one before.
    active: str
    to: str


class Promote(Command):
    """Let a playbook go to a higher stage, or confirm the one it has for the versions of today. A person asks."""

    playbook: str
    to: Stage
    #: The stage that was shown; empty where none was.
    seen: Stage | Literal[""] = ""
    #: Hash of the evidence that was shown.
    evidence: str = ""
    #: First characters of the key of the one kind of drafts it is granted for; empty for all of them.
    only: str = ""


class Report(Command):
    """Show a playbook's owners that it has what its next stage asks for."""

    playbook: str


class HoldOff(Command):
    """Leave a playbook at its stage for now, having seen the evidence."""

    playbook: str
    #: Hash of the evidence that was shown.
    evidence: str


class FallBack(Command):
    """Return to the version before by itself, since the active one does badly."""

    playbook: str
    #: The active version, and the one before.
    active: str
    to: str
    #: How badly, in words with numbers.
    why: str = Field(max_length=500)


class ReturnPrompt(Command):
    """Write without what was learnt last, since an agent does badly with it and did well with the prompt before."""

    playbook: str
    step: str
    #: What writes now, and what wrote when it was good.
    now: Maker
    then: Maker
    #: The newest draft by each.
    now_draft: str
    then_draft: str
    #: How badly, in words with numbers.
    why: str = Field(max_length=500)


class Demote(Command):
    """Take a playbook back to a stricter stage."""

    playbook: str
    to: Stage
    why: str = Field(default="", max_length=500)


class Read(Record):
    """What a read step brought."""

    kind: Literal["read"] = "read"
    value: JsonValue
    source: str
    #: Set when an agent wrote the value.
    author: Authorship | None = None
    context: str = ""
    #: The text that `context` is the hash of, as in `Drafted`.
    shown: str = Field(default="", exclude=True, repr=False)


class Drafted(Record):
    """What an agent wrote for the fields it may write, and on what grounds."""

    kind: Literal["drafted"] = "drafted"
    fields: dict[str, JsonValue]
    why: Untrusted
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence()
    author: Authorship
    context: str
    #: Ids of the examples it was written with; a template follows none.
    learnt: tuple[str, ...] = ()
    #: The text that `context` is the hash of, to be kept with the result; it is not part of the record.
    shown: str = Field(default="", exclude=True, repr=False)


class Executed(Record):
    """What came of carrying out a signed draft."""

    kind: Literal["executed"] = "executed"
    outcome: Outcome
    #: The action that would undo it, as the connector states it; None when nothing can.
    compensation: Compensation | None = None
    #: Nothing of it happened, this time nor before; else a try whose answer was lost may still have.
    stayed: bool = False


class Failed(Record):
    """A step that could not be done, in words; a person decides what next."""

    kind: Literal["failed"] = "failed"
    problem: str
    #: Nothing is out of order: what was asked for is not there.
    absent: bool = False


class Later(Record):
    """A step that could not be done now, and when to try again (seconds from now)."""

    kind: Literal["later"] = "later"
    problem: str
    after: float
    #: An earlier try was begun and nobody knows what came of it, so it may have happened all the same.
    begun: bool = False


class Held(Record):
    """A step that was not begun because something is paused; resuming wakes the run."""

    kind: Literal["held"] = "held"
    problem: str
    #: What was switched off when the worker looked.
    scope: str
    #: An earlier worker had begun it, so it may have happened all the same.
    begun: bool = False
    #: It was to leave, and nothing of it has happened.
    stayed: bool = False


class StepDone(Command):
    """The result of a run's one outstanding work step, reported by the worker that holds `fence`."""

    run_id: str
    seq: int
    fence: int
    result: Read | Drafted | Executed | Failed | Later | Held


class Due(Command):
    """The run's time has come. `fresh` holds the records read again just before an effect leaves."""

    run_id: str
    seq: int
    fence: int
    fresh: dict[str, JsonValue] = {}
    #: Why the records could not be read again; the effect then waits.
    problem: str = ""


class Signal(Command):
    """Something a waiting run listens for has been seen."""

    run_id: str
    name: str
    value: JsonValue = None
