"""Short answers: help, refusals, tasks, what a run said or is doing, what the audit log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import contents, elements, history, home, rich, standing
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import Block, sentence
from blocks.values import value_of
from workflows.run import DraftState, RunState
from workflows.text import Untrusted
from workflows.undoing import is_on_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blocks.history import Logged
    from workflows.action import ActionSpec
    from workflows.company import Person
    from workflows.errors import WorkflowError
    from workflows.ports import Finding
    from workflows.run import Draft, Run, Task

_TOLD = 2800
_WHY = 400
_TIMELINE = 12
_LISTED = 20
_FACT = 200
_FACTS = 15
_SENTENCE = 600

_STATES = {
    RunState.WORKING: "is being worked on",
    RunState.WAITING: "waits for a person",
    RunState.HOLDING: "is signed and waits to leave",
    RunState.UNCERTAIN: "needs somebody to look what happened",
    RunState.DONE: "is done",
    RunState.FAILED: "could not go on",
    RunState.CANCELLED: "was stopped",
}
_HELP = (
    ("/playbook", "start a playbook; without a name you pick one from the list"),
    ("/sayso queue", "what waits for you; the Home tab shows the same"),
    ("/sayso status", "what is happening with a run, and how it came there"),
    ("/sayso audit", "who signed what, when and why"),
    ("/sayso change", "change a playbook with a form; its owner activates the change"),
    ("About a run", "/sayso kpi, cancel, replied, nocontact, contact"),
    ("About a playbook", "/sayso new, stage, trust, delegate, pause, resume"),
    ("What is counted", "/sayso inventory, learnt, deciding"),
)


def helped(unknown: str = "", meant: str = "") -> Block:
    """Return what one can do here, and buttons; first what was not understood."""
    blocks: list[Block] = []
    text = sentence("Sayso: agents draft, you sign. Type /playbook to start one.")
    if unknown:
        text = sentence("/sayso {} is no command. Here is what you can do.", unknown)
        hint = f" Did you mean /sayso {meant}?" if meant else ""
        words = f"/sayso {unknown} is no command.{hint}"
        blocks.append(elements.plain_section(BlockId.TITLE, words))
    lines = [[rich.text(command, bold=True), rich.text(f"  {words}")] for command, words in _HELP]
    buttons = [
        elements.button(ActionId.START, "Start a playbook", "pick", primary=True),
        elements.button(ActionId.SHOW_QUEUE, "Show my queue", "queue"),
        elements.button(ActionId.SHOW_AUDIT, "Show the audit log", "audit"),
    ]
    blocks.append(rich.block(BlockId.NOTE, rich.bullets(lines)))
    blocks.append(elements.actions(BlockId.BUTTONS, *buttons))
    return elements.message(text, blocks)


def refused(error: WorkflowError) -> Block:
    """Return what happened, why, and the next step; only the person who pressed sees it."""
    return said(error.sentence)


def said(words: str | Untrusted) -> Block:
    """Return one plain paragraph."""
    text = sentence("{}", words, part_limit=_SENTENCE)
    return elements.message(text, [elements.plain_section(BlockId.NOTE, words)])


def pieces(text: Untrusted) -> list[Untrusted]:
    """Split a text into pieces that each fit a message, between lines or words where there are any."""
    left = text.raw
    found: list[Untrusted] = []
    while len(left) > _TOLD:
        end = max(left.rfind("\n", 0, _TOLD), left.rfind(" ", 0, _TOLD)) + 1 or _TOLD
        found.append(Untrusted(left[:end]))
        left = left[end:]
    return [*found, Untrusted(left)]


def told(text: Untrusted, run: Run) -> Block:
    """Return what a run says in a channel: its text as it is, and which run says it."""
    said_by = f"{run.playbook} · run {run.id}"
    blocks = [
        rich.block(block_id(BlockId.BODY, run.id), rich.section(*rich.runs(text, limit=_TOLD))),
        elements.context(block_id(BlockId.FOOTER, run.id), said_by),
    ]
    return elements.message(sentence("{}", text, part_limit=_SENTENCE), blocks)


#: Why somebody hears of a task, in words.
_NUDGES = {
    "reminder": "half of the time is over",
    "overdue": "overdue",
    "handed over": "handed over to you",
}


def reminder(draft: Draft, signers: Sequence[Person]) -> Block:
    """Return the one reminder at half time: who can sign what, until when; once decided, that it is."""
    if draft.state is not DraftState.OPEN:
        done = sentence("No reminder any more: {} is {}.", draft.title, draft.state.value)
        line = [*rich.runs(draft.title, limit=_WHY), rich.text(f" is {draft.state.value}.")]
        return elements.message(done, [_paragraph(draft, line)])
    line = [part for person in signers for part in (rich.person(person.id), rich.text(" "))]
    line += [*rich.runs(draft.title, limit=_WHY), rich.text(" waits for you, until ")]
    line += [rich.date(draft.expires_at), rich.text(". The card is above.")]
    return elements.message(sentence("Still to sign: {}.", draft.title), [_paragraph(draft, line)])


def passed_on(draft: Draft, asked: Sequence[Person]) -> Block:
    """Return the message to those a late draft was passed on to; once decided, that it is."""
    if draft.state is not DraftState.OPEN:
        return reminder(draft, asked)
    line = [part for person in asked for part in (rich.person(person.id), rich.text(" "))]
    line += [rich.text("nobody has signed in time: "), *rich.runs(draft.title, limit=_WHY)]
    line += [rich.text(". You can sign it too, until "), rich.date(draft.expires_at)]
    line += [rich.text("; then it expires and nothing is sent. The card is above.")]
    text = sentence("Passed on to you, nobody has signed in time: {}.", draft.title)
    return elements.message(text, [_paragraph(draft, line)])


def _paragraph(draft: Draft, line: list[Block]) -> Block:
    return rich.block(block_id(BlockId.NOTE, "remind", draft.id, draft.state), rich.section(*line))


def task(shown: Task, taken: Draft | None = None, spec: ActionSpec | None = None) -> Block:
    """Return a task as a message: who should do what until when, or who answered what.

    `taken` is the draft that was taken over by it: its text is there to copy.
    """
    lead = [rich.person(shown.owner), rich.text("  ")]
    key = (BlockId.ROW, "task", shown.id, shown.owner, shown.state)
    if shown.state == "done":
        closed = rich.text(f" · {shown.answer or 'dropped'}")
        by = [rich.text(" by "), standing.who(shown.ending.by)] if shown.ending else []
        line = [*lead, *rich.runs(shown.title, limit=_WHY), closed, *by]
        text = sentence("Done: {}.", shown.title)
        return elements.message(text, [rich.block(block_id(*key), rich.section(*line))])
    section = rich.section(*lead, *home.task_line(shown))
    copied = _to_copy(shown, taken, spec) if taken else []
    blocks = [rich.block(block_id(*key), section), *copied, home.task_buttons(shown)]
    return elements.message(sentence("A task for you: {}.", shown.title), blocks)


def _to_copy(shown: Task, taken: Draft, spec: ActionSpec | None) -> list[Block]:
    """Return what was drafted, to copy from: short fields in lines, long ones begun if they are very long."""
    parts = contents.parts(taken.current.payload, spec)
    whole = contents.is_whole(parts)
    lines: list[Block] = [rich.section(rich.text("Drafted, to copy from; nothing was sent:"))]
    for part in parts:
        label = rich.text(f"{part.label}  ", bold=True)
        if part.long:
            text = part.elements(None if whole else contents.PREVIEW)
            lines += [rich.section(label), rich.quote(*text)]
        else:
            lines.append(rich.section(label, *part.elements(contents.SHORT)))
    found = [rich.block(block_id(BlockId.BODY, "task", shown.id), *lines)]
    if not whole:
        button = elements.button(ActionId.REVIEW, "Full text", value_of(taken), about=taken.title)
        found.append(elements.actions(block_id(BlockId.PAGES, "task", shown.id), button))
    return found


def nudge(shown: Task, said: Mapping[str, str]) -> Block:
    """Return a message about a task to whoever must hear of it: a reminder, that it is overdue or theirs now.

    `said` is why, to whom, and how the task stood then. One that was moved since says so instead.
    """
    person, why = said.get("person", ""), _NUDGES.get(said.get("why", ""), "")
    line = [rich.person(person), rich.text("  "), *rich.runs(shown.title, limit=_WHY)]
    stood = (said.get("owner", ""), said.get("due", ""))
    stands = (shown.owner, shown.due_at.isoformat() if shown.due_at else "")
    if shown.state == "done":
        line.append(rich.text(" is closed."))
        text = sentence("Nothing to do any more: {}.", shown.title)
    else:
        line += [rich.text(", due "), rich.date(shown.due_at)] if shown.due_at else []
        if person != shown.owner:
            line += [rich.text(" · it is with "), rich.person(shown.owner)]
        line += [rich.text(f" · {why}")] if stood == stands and why else []
        text = sentence("{}: {}.", why.capitalize() or "A task", shown.title)
    key = block_id(BlockId.NOTE, "nudge", shown.id, *stands, shown.state)
    return elements.message(text, [rich.block(key, rich.section(*line))])


def status(run: Run, entries: Sequence[Logged] = ()) -> Block:
    """Return where a run stands, why it waits, and the last steps of how it came there."""
    queued = run.state is RunState.WAITING and not (run.step or run.urgent)
    state = "waits its turn" if queued else _STATES[run.state]
    line = [rich.text(f"{run.playbook}  ", bold=True), *rich.runs(run.subject, limit=_WHY)]
    at_step = f" {state}, at the step {run.step}" if run.step else f" {state}"
    line.append(rich.text(f"{at_step}: " if run.why else f"{at_step}."))
    if run.why:
        line += rich.runs(run.why, limit=_WHY)
    key = (run.id, run.seq, run.state)
    blocks = [rich.block(block_id(BlockId.TITLE, *key), rich.section(*line))]
    if entries:
        lines = [history.line(one, named=False) for one in entries[-_TIMELINE:]]
        blocks.append(rich.block(block_id(BlockId.STEPS, *key), rich.bullets(lines)))
    started = f"run {run.id} · version {run.version[:12]} · started by {run.trigger}"
    blocks.append(elements.context(block_id(BlockId.FOOTER, *key), started))
    if run.state is RunState.FAILED and not is_on_card(run):
        again = elements.button(ActionId.RETRY, "Try again", run.id, about=run.subject)
        blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), again))
    text = sentence("{} for {} {}.", run.playbook, run.subject, state)
    if run.why and run.state.ended:
        text = sentence(
            "{} for {} {}: {}", run.playbook, run.subject, state, run.why, part_limit=_WHY
        )
    return elements.message(text, blocks)


def why(draft: Draft) -> Block:
    """Return all a draft rests on: its reason, every fact with its source, how sure, who wrote it."""
    line = [rich.text("Why  ", bold=True), *rich.runs(draft.why, limit=_WHY)]
    key = (draft.id, draft.revision)
    blocks = [rich.block(block_id(BlockId.WHY, *key), rich.section(*line))]
    facts = [
        [*rich.runs(fact.fact, limit=_FACT), *standing.source(fact)]
        for fact in draft.evidence[:_FACTS]
    ]
    if facts:
        blocks.append(rich.block(block_id(BlockId.FACTS, *key), rich.bullets(facts)))
    blocks.append(rich.block(block_id(BlockId.NOTE, *key), rich.bullets(_grounds(draft))))
    past = elements.button(ActionId.SHOW_RUN, "History", draft.run_id, about=draft.title)
    blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), past))
    return elements.message(sentence("Why: {}.", draft.title), blocks)


def _grounds(draft: Draft) -> list[list[Block]]:
    sure, author = draft.confidence, draft.author
    history_ = f"{sure.accepted} of {sure.total} like this went out unchanged"
    lines = [
        history_ if sure.total else "No draft like this was decided before",
        *[f"Look twice: {gate}" for gate in sure.gates],
        f"Needs {draft.needs.words}",
        *_learnt(draft),
        author.label,
        f"Agent {author.agent} · model {author.model} · instructions {author.prompt_version}",
    ]
    if draft.needs.cites:
        lines.insert(-2, f"By policy {', '.join(draft.needs.cites)}")
    return [rich.runs(line, limit=_FACT) for line in lines[:_LISTED]]


def _learnt(draft: Draft) -> list[str]:
    """Return how many edits of earlier drafts it was written with, if any."""
    count = len(draft.learnt)
    edits = f"{count} edit{'' if count == 1 else 's'}"
    return [f"Learnt from {edits} of earlier drafts"] if count else []


def audit(entries: Sequence[Logged], asked: str) -> Block:
    """Return the newest entries that fit what was asked for, newest first."""
    if not entries:
        return said(f"The audit log has nothing about {asked or 'this'} yet.")
    newest = list(reversed(entries[-_LISTED:]))
    lines = [history.line(one, named=True) for one in newest]
    shown = f"{len(newest)} of {len(entries)} entries" if len(entries) > _LISTED else "all entries"
    footer = f"{shown} · the whole log: sayso audit export, checked by sayso audit verify"
    blocks = [
        rich.block(BlockId.STEPS, rich.bullets(lines)),
        elements.context(BlockId.FOOTER, footer),
    ]
    return elements.message(sentence("The audit log about {}.", asked or "everything"), blocks)


def findings(found: Sequence[Finding]) -> Block:
    """Return what the doctor found: each thing, why, and the fix; sound ones in one line."""
    bad = [finding for finding in found if not finding.ok]
    text = f"{len(bad)} of {len(found)} checks need attention." if bad else "Every check is sound."
    blocks = [elements.plain_section(BlockId.TITLE, text)]
    lines = [_finding(finding) for finding in bad[:_LISTED]]
    if lines:
        blocks.append(rich.block(BlockId.STEPS, rich.bullets(lines)))
    return elements.message(sentence("{}", text), blocks)


def _finding(finding: Finding) -> list[Block]:
    line = [*rich.runs(finding.what, limit=_WHY // 4)]
    for text in (finding.why, finding.fix):
        line += [rich.text(" · "), *rich.runs(text, limit=_WHY // 4)] if text else []
    return line
