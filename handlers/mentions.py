"""A mention of the bot in the thread of a card: plain words become the same command as the card's buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from blocks import contents, notice
from handlers import words
from handlers.desk import DEADLINE
from handlers.payloads import Mention
from handlers.replies import sentence
from workflows.answers import Recorded, Show
from workflows.commands import Approve
from workflows.errors import NotRecorded
from workflows.run import Actor

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from handlers.desk import Desk
    from workflows.answers import Answer
    from workflows.commands import OnDraft
    from workflows.run import Draft, Revision, Run

#: Words that come later than this are not acted on: whoever wrote them has long looked elsewhere.
LATE = timedelta(minutes=5)
#: A revision counts as seen when it was there for so long before somebody wrote: it must be drawn first.
DRAWN = timedelta(seconds=3)

_ELSEWHERE = "I understand plain words in the thread of a draft's card. /sayso help shows what else there is."
_SEVERAL = "Several drafts wait in this thread. Press the button on the card you mean."
_TOO_LATE = "This came too late to be acted on. Nothing was done; look at the card."
_NOT_WHOLE = "The card can't show all of this text. Press Review full text on it, and approve on the last page."
_AMOUNT = "This is money that nothing brings back. Write approve with the amount on the card, like: approve 12.00 USD."
_DONE = "Recorded. The card shows what comes of it."


def app_mention(desk: Desk, event: dict[str, Any]) -> None:
    """Do what somebody says in the thread of a card, and tell them alone what came of it."""
    mention = Mention.model_validate(event)
    if mention.bot_id or not mention.user:
        return
    try:
        said = _answer(desk, mention)
    except NotRecorded as error:
        said = error.sentence
    desk.whisper(mention.channel, mention.user, mention.thread_ts, notice.said(said))


def _answer(desk: Desk, mention: Mention) -> str:
    if not mention.thread_ts:
        return _ELSEWHERE
    runs = desk.reading.in_thread(mention.channel, mention.thread_ts)
    if len(runs) != 1:
        return _SEVERAL if runs else _ELSEWHERE
    meant = words.understood(mention.text)
    if meant is None:
        return f"I understand only these words here, in English: {' · '.join(words.FORMS)}. Nothing was done."
    if desk.clock.now() - mention.at > LATE:
        return _TOO_LATE
    return _done(desk, mention, runs[0], *meant)


def _done(
    desk: Desk, mention: Mention, run: Run, kind: type[OnDraft], asked: dict[str, object]
) -> str:
    draft = run.draft
    if draft is None:
        return _ELSEWHERE
    parts = contents.parts(draft.current.payload, desk.actions.get(draft.action))
    if kind is Approve and not contents.is_whole(parts):
        return _NOT_WHOLE
    command = kind.model_validate({**_about(desk, mention, draft), **asked})
    return _told(desk.engine.handle(command, DEADLINE))


def _about(desk: Desk, mention: Mention, draft: Draft) -> dict[str, object]:
    """Return who, and which revision stood there when they wrote; the rule refuses an older one."""
    revision = seen(draft, mention.at)
    shown = desk.reading.card_hash(draft.id, mention.channel, mention.thread_ts, "")
    return {
        "actor": Actor.user(mention.user),
        "key": f"words:{mention.channel}:{mention.ts}:{mention.user}",
        "draft_id": draft.id,
        "revision": revision.n,
        "payload_hash": revision.payload_hash,
        "card_hash": shown if revision == draft.current else "",
        "shown": "words",
    }


def seen(draft: Draft, at: datetime) -> Revision:
    """Return the newest revision somebody can have seen who wrote at that time; the first opened the thread."""
    there = [each for each in draft.revisions[1:] if each.at + DRAWN <= at]
    return there[-1] if there else draft.revisions[0]


def _told(answer: Answer) -> str:
    if isinstance(answer, Show):
        return _AMOUNT
    return sentence(answer) or (_DONE if isinstance(answer, Recorded) else "")
