"""What people do with drafts they were not asked to sign, and with the stage a playbook stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blocks import form, notice
from blocks.ids import ActionId, BlockId, CallbackId
from blocks.values import ButtonValue
from handlers import looking
from handlers.desk import DEADLINE
from handlers.payloads import on_draft
from handlers.replies import Said
from handlers.seeing import without
from workflows.answers import Refused
from workflows.commands import Demote, Judge, OpenRecord, OpenWrong, Promote, RecordSent
from workflows.errors import UnknownDraft
from workflows.run import Actor
from workflows.trust.stages import STAGES, said, stage_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, SlashCommand, Submission
    from handlers.replies import Reply
    from workflows.trust.stages import Stage


def _pressed(press: ButtonPress, *, key: str) -> dict[str, object]:
    return on_draft(press.person, key, press.value)


def record_sent(desk: Desk, press: ButtonPress) -> Reply:
    """Open the form for what somebody sent instead."""
    return desk.engine.handle(OpenRecord.model_validate(_pressed(press, key="")), DEADLINE)


def looks_right(desk: Desk, press: ButtonPress) -> Reply:
    """Say that what went by itself was right."""
    judging = {**_pressed(press, key=press.key), "right": True}
    return desk.engine.handle(Judge.model_validate(judging), DEADLINE)


def looks_wrong(desk: Desk, press: ButtonPress) -> Reply:
    """Open the form for what was wrong with it."""
    return desk.engine.handle(OpenWrong.model_validate(_pressed(press, key="")), DEADLINE)


def record(desk: Desk, submission: Submission) -> Reply:
    """Keep what somebody sent beside the silent draft."""
    value = ButtonValue.parse(submission.view.private_metadata)
    run = desk.reading.run_of_draft(value.draft_id)
    draft = run.draft if run else None
    if draft is None or draft.silent is None:
        return Refused(error=UnknownDraft())
    spec = desk.actions[draft.action]
    fields = [field for field in spec.fields if field.name in draft.silent.fields]
    typed = form.read(fields, submission.view.inputs)
    ticked: Any = submission.view.held(BlockId.NEEDED, ActionId.INPUT).get("selected_options")
    sent = {name: text for name, text in typed.items() if text is not None}
    recording = {**on_draft(submission.person, submission.key, value), "sent": sent}
    recording["needed"] = not ticked
    return desk.engine.handle(RecordSent.model_validate(recording), DEADLINE)


def wrong(desk: Desk, submission: Submission) -> Reply:
    """Say what was wrong with what went by itself."""
    value = ButtonValue.parse(submission.view.private_metadata)
    judging = {**on_draft(submission.person, submission.key, value), "right": False}
    judging["reason"] = submission.view.typed(BlockId.OWN_WORDS, ActionId.INPUT)
    return desk.engine.handle(Judge.model_validate(judging), DEADLINE)


def stage(desk: Desk, command: SlashCommand) -> Reply:
    """`/sayso stage PLAYBOOK` says where it stands; with a stage behind it, the playbook is moved there."""
    if refused := without(desk, command.user_id, "see"):
        return refused
    if not command.given:
        return Said(notice.said("Say which playbook: /sayso stage quote-follow-up"))
    name, *wanted = command.given
    book = desk.shelf.get(name)
    if book is None:
        return looking.no_such_playbook(desk, name)
    footing = desk.reading.footing(name)
    if not wanted:
        return Said(notice.said(f"{book.title} is at {said(footing, book.rollout.start)}."))
    return _moved(desk, command, stage_of(footing, book.rollout.start))


def _moved(desk: Desk, command: SlashCommand, now: Stage) -> Reply:
    """Move a playbook that stands at `now` to the stage that was typed."""
    name, wanted, *why = command.given
    found: dict[str, Stage] = {each: each for each in STAGES}
    if wanted not in found:
        return Said(notice.said(f"There is no stage {wanted[:40]}. There is {', '.join(STAGES)}."))
    about = {"actor": Actor.user(command.user_id), "key": command.key, "playbook": name}
    to = found[wanted]
    if STAGES.index(to) < STAGES.index(now):
        because = " ".join(why)[:500]
        demoting = {**about, "to": to, "why": because}
        return desk.engine.handle(Demote.model_validate(demoting), DEADLINE)
    return desk.engine.handle(Promote.model_validate({**about, "to": to, "seen": now}), DEADLINE)


#: The buttons and dialogs, and what each does.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.RECORD_SENT: record_sent,
    ActionId.LOOKS_RIGHT: looks_right,
    ActionId.LOOKS_WRONG: looks_wrong,
}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.RECORD: record,
    CallbackId.WRONG: wrong,
}
