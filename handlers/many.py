"""Drafts that are alike: opened in one dialog, and each ticked one signed by a command of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import many, modal, notice
from blocks.ids import ActionId, BlockId
from blocks.values import ButtonValue
from handlers import seen
from handlers.desk import DEADLINE
from handlers.payloads import on_draft
from handlers.replies import Opened, Said, Turned
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Reject
from workflows.errors import NotRecorded
from workflows.run import DraftState
from workflows.text import Untrusted

if TYPE_CHECKING:
    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from handlers.replies import Reply

#: Why the others were set aside.
ANOTHER = "another message to this customer was signed instead"


def show(desk: Desk, press: ButtonPress) -> Reply:
    """Open the dialog, with as many as may be signed together."""
    most = desk.directory.company().together.most
    those = many.groups(desk.waiting(press.person), most).get(press.action.chosen)
    if not those:
        return Said(notice.said("Those have been decided meanwhile. Nothing was done."))
    return Opened(many.dialog(those))


def sign(desk: Desk, submission: Submission) -> Reply:
    """Sign what was ticked, and say what was not signed and why."""
    answers = [_sign(desk, submission, named) for named in _ticked(submission)]
    signed, refused = answers.count(""), [answer for answer in answers if answer]
    words = f"{signed} signed." if signed else "Nothing was signed."
    return Turned(modal.said(" ".join([words, *refused]), title="Signed together"))


def only_this(desk: Desk, press: ButtonPress) -> Reply:
    """Sign one of several drafts to a customer and set the others aside; nothing is, where that one is not signed."""
    chosen, *others = press.values
    shown = seen.pressed(desk, press)
    answer = desk.engine.handle(Approve.model_validate(_of(press, chosen) | shown), DEADLINE)
    run = answer.run if isinstance(answer, Recorded) else None
    if run is None or run.draft is None or run.draft.state is DraftState.OPEN:
        return answer
    aside = {**shown, "reason": "not needed", "comment": Untrusted(ANOTHER)}
    refused = [
        sentence
        for named in others
        if (sentence := _set_aside(desk, Reject.model_validate(_of(press, named) | aside)))
    ]
    return Said(notice.said(" ".join(["Signed.", *refused]))) if refused else answer


def _of(asked: ButtonPress | Submission, named: ButtonValue) -> dict[str, object]:
    return on_draft(asked.person, f"{asked.key}:{named.draft_id}", named)


def _set_aside(desk: Desk, command: Reject) -> str:
    """Set one aside; return why not, in words, or nothing."""
    try:
        answer = desk.engine.handle(command, DEADLINE)
    except NotRecorded as error:
        return f"One was not set aside: {error.sentence}"
    return f"One was not set aside: {answer.error.sentence}" if isinstance(answer, Refused) else ""


def _ticked(submission: Submission) -> list[ButtonValue]:
    ticks = [block for block in submission.view.inputs if block.startswith(f"{BlockId.TICK}:")]
    return [
        ButtonValue.parse(block.removeprefix(f"{BlockId.TICK}:"))
        for block in ticks
        if submission.view.held(block, ActionId.INPUT).get("selected_options")
    ]


def _sign(desk: Desk, submission: Submission, named: ButtonValue) -> str:
    """Sign one of them; return why not, in words, or nothing."""
    about = _of(submission, named) | seen.one_of_many(desk, str(named))
    try:
        answer = desk.engine.handle(Approve.model_validate(about), DEADLINE)
    except NotRecorded as error:
        return f"One was not: {error.sentence}"
    return f"One was not: {answer.error.sentence}" if isinstance(answer, Refused) else ""
