"""The owner's form: choose what is to change, fill it in, see at once what would be different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks import form, modal, notice, ownerform, proposal, sop
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from handlers import looking
from handlers.desk import DEADLINE
from handlers.replies import Opened, Said, Turned, Wrong, sentence
from handlers.seeing import without
from workflows.answers import FieldErrors, Recorded, Refused
from workflows.commands import Suggest
from workflows.errors import NotShipped, PlaybookError, Refusal, StaleForm, UnknownPlaybook
from workflows.loading import UnreadableFile
from workflows.run import Actor
from workflows.shelf import closest
from workflows.versions.ownerform import at_fields, fresh, part, parts, rewritten, written
from workflows.versions.proposing import may_suggest
from workflows.versions.version import SHOWN, goes_on_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from handlers.replies import Reply
    from workflows.playbook import Playbook
    from workflows.versions.ownerform import Part


def change(desk: Desk, press: ButtonPress) -> Reply:
    """Ask what of a playbook is to change."""
    return opened(desk, press.person, press.action.chosen)


def opened(desk: Desk, person: str, name: str) -> Reply:
    """Open the choice of what is to change, for who may change it."""
    book = _filled_with(desk, name)
    if refused := _refused(desk, person, desk.shelf.get(name)):
        return refused
    if book is None:
        return Refused(error=UnknownPlaybook(name=name, hint=""))
    waits = looking.change_waits(desk, book)
    return Opened(ownerform.parts(book, parts(book.source), waits=waits))


def _refused(desk: Desk, person: str, book: Playbook | None) -> Refused | None:
    try:
        may_suggest(Actor.user(person), book, desk.directory.company())
    except Refusal as refusal:
        return Refused(error=refusal)
    return None


def _filled_with(desk: Desk, name: str) -> Playbook | None:
    """Return the version a form is filled with: the one that waits, else the active one."""
    reading = desk.reading
    version = goes_on_from(reading.standing(name), reading.newest_proposal(name))
    return reading.version(version) if version else None


def choose(desk: Desk, submission: Submission) -> Reply:
    """Show the fields of what was chosen."""
    name = submission.view.private_metadata
    chosen = submission.view.chosen(block_id(BlockId.PLAYBOOK, name), ActionId.INPUT)
    book = _filled_with(desk, name)
    found = part(book.source, chosen) if book else None
    if refused := _refused(desk, submission.person, desk.shelf.get(name)):
        return refused
    if book is None or found is None:
        return Refused(error=StaleForm())
    metadata = f"{name}|{book.version[:SHOWN]}|{found.key}"
    return Turned(ownerform.fields(book, found, metadata))


def propose(desk: Desk, submission: Submission) -> Reply:
    """Write what was changed into the playbook's text, read it whole, and propose it."""
    name, base, key = submission.view.private_metadata.split("|", 2)
    book = _filled_with(desk, name)
    found = part(book.source, key) if book else None
    if book is None or found is None or book.version[:SHOWN] != base:
        return Refused(error=StaleForm())
    writes, wrong = found.writes(_typed(submission, found))
    if wrong:
        return Wrong({field: f"This {problem}." for field, problem in wrong.items()})
    if not writes:
        return Turned(
            modal.said("Nothing was changed, so nothing was proposed.", title="As it was")
        )
    try:
        text = rewritten(book.source, writes)
    except Refusal as refusal:
        return Refused(error=refusal)
    return _suggested(desk, submission, found, text, name, base)


def _typed(submission: Submission, found: Part) -> dict[str, Any]:
    return form.read([knob.field for knob in found.knobs], submission.view.inputs)


def _suggested(
    desk: Desk, submission: Submission, found: Part, text: str, name: str, base: str
) -> Reply:
    """Propose a text, or say what is wrong with it where it was typed."""
    try:
        book = desk.texts.read(name, text)
    except PlaybookError as error:
        problems = error.problems if isinstance(error, UnreadableFile) else ()
        return Wrong(at_fields(text, found.knobs, problems), error.sentence)
    command = Suggest(
        actor=Actor.user(submission.person),
        key=submission.key,
        playbook=book.playbook,
        version=book.version,
        base=base,
        book=book,
    )
    answer = desk.engine.handle(command, DEADLINE)
    if isinstance(answer, FieldErrors):
        return Wrong({field: f"This {words}." for field, words in answer.errors.items()})
    if not isinstance(answer, Recorded) or sentence(answer):
        return answer
    made = desk.reading.newest_proposal(book.playbook)
    seen = desk.change(made.id) if made else None
    return Turned(proposal.dialog(seen)) if seen else answer


# --- A new playbook ---


def begin(desk: Desk, press: ButtonPress) -> Reply:
    """Ask which playbook that ships the new one is to take its steps from."""
    return begun(desk, press.person)


def begun(desk: Desk, person: str, name: str = "") -> Reply:
    """Open the choice of what ships, or the form at once where it was named."""
    if refused := _refused(desk, person, None):
        return refused
    shipped = {book.playbook: book for book in desk.texts.shipped()}
    if not name:
        return Opened(ownerform.shipped(list(shipped.values())))
    if name not in shipped:
        return Refused(error=NotShipped(name=name, hint=closest(name, list(shipped))))
    return Opened(_new(shipped[name]))


def _new(base: Playbook) -> dict[str, Any]:
    return ownerform.new(base, fresh(base.source))


def choose_base(desk: Desk, submission: Submission) -> Reply:
    """Show the form of a playbook that takes its steps from what was chosen."""
    return begun(desk, submission.person, submission.view.chosen(BlockId.PLAYBOOK, ActionId.INPUT))


def create(desk: Desk, submission: Submission) -> Reply:
    """Propose the playbook that was filled in."""
    base = submission.view.private_metadata
    shipped = {book.playbook: book for book in desk.texts.shipped()}
    if base not in shipped:
        return Refused(error=NotShipped(name=base, hint=""))
    found = fresh(shipped[base].source)
    typed = _typed(submission, found)
    writes, _ = found.writes(typed)
    lines: dict[str, Any] = {"extends": base}
    for path, value in writes.items():
        block, last = lines, path[-1]
        for key in path[:-1]:
            block = block.setdefault(str(key), {})
        block[str(last)] = value
    name = str(lines.get("playbook", ""))
    return _suggested(desk, submission, found, written(lines), name, "")


# --- The checklist ---


def show_checklist(desk: Desk, press: ButtonPress) -> Reply:
    """Show a playbook as a checklist for people."""
    return checklist(desk, press.person, press.action.chosen)


def checklist(desk: Desk, person: str, name: str) -> Reply:
    """Show a playbook as a checklist, to people of the company."""
    if refused := without(desk, person, "see"):
        return refused
    book = desk.shelf.get(name)
    if book is None:
        return Said(notice.said("That playbook is not there any more."))
    return Said(sop.checklist(book))


#: Its buttons and its dialogs.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.CHANGE_PLAYBOOK: change,
    ActionId.NEW_PLAYBOOK: begin,
    ActionId.SHOW_CHECKLIST: show_checklist,
}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.CHANGE_PART: choose,
    CallbackId.CHANGE_FORM: propose,
    CallbackId.NEW_FROM: choose_base,
    CallbackId.NEW_FORM: create,
}
