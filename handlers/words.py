"""Plain words in a card's thread: a few exact short forms in English, and nothing that could mean two things.

Whatever is not one of these forms to the letter is not understood. Nobody signs by accident: a word
more, a quote, a question or a negation, and it is no approval.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from workflows.commands import NO_MESSAGES, REASONS, Approve, Claim, Reject, RequestChange, TakeOver
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.commands import OnDraft

    #: A kind of command, and the words in it.
    Understood = tuple[type[OnDraft], dict[str, object]]

#: What is understood, for whoever wrote something else.
FORMS = (
    "approve",
    "approve 480.00 USD",
    "no, wrong amount",
    "change: shorter please",
    "take over",
    "claim",
)
_FLAGS = re.ASCII | re.IGNORECASE
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")
_APPROVE = re.compile(r"(?:approved?|yes|ok|okay)[.!]?", _FLAGS)
_AMOUNT = re.compile(
    r"approved? (?P<amount>(?:[A-Z]{3} ?)?-?[0-9][0-9 ,.'\u2019\u00a0\u202f]*(?: ?[A-Z]{3})?)",
    _FLAGS,
)
_REJECT = re.compile(r"(?:no|reject)[,:] *(?P<why>[^\r\n]+)", _FLAGS)
_CHANGE = re.compile(r"changes?:[ \r\n]*(?P<wish>[^ \r\n].*)", _FLAGS | re.DOTALL)
_TAKE = re.compile(r"take over[.!]?", _FLAGS)
_CLAIM = re.compile(r"claim[.!]?", _FLAGS)
#: Words that decide: in a reason for rejecting they make it unclear what is meant.
_DECIDES = re.compile(
    r"\b(?:approved?|yes|ok|okay|sign|send|go ahead|changes?|take over|claim|wait)\b", _FLAGS
)
_SPACES = re.compile(r"[ \t]+")
_BLANK = " \t\r\n"


def understood(text: str) -> Understood | None:
    """Return what a mention of the bot asks for; None when that is not plain. `text` is as Slack sends it."""
    mentions = _MENTION.findall(text)
    if len(mentions) != 1 or not text.lstrip().startswith(mentions[0]):
        return None
    after = unescape(text.lstrip().removeprefix(mentions[0]))
    return _meaning(_SPACES.sub(" ", after).strip(_BLANK).lstrip(",:").strip(_BLANK))


def _meaning(said: str) -> Understood | None:
    if _APPROVE.fullmatch(said):
        return Approve, {}
    if amount := _AMOUNT.fullmatch(said):
        return Approve, {"amount": amount["amount"]}
    if _TAKE.fullmatch(said):
        return TakeOver, {}
    if _CLAIM.fullmatch(said):
        return Claim, {}
    if change := _CHANGE.fullmatch(said):
        return RequestChange, {"wish": Untrusted(change["wish"])}
    no = _REJECT.fullmatch(said)
    return _rejection(no["why"].strip()) if no else None


def _rejection(why: str) -> Understood | None:
    if _DECIDES.search(why):
        return None
    plain = why.rstrip(".!").lower()
    if plain == NO_MESSAGES:
        return None  # it holds for every playbook: that is the button's
    if plain in REASONS:
        return Reject, {"reason": plain}
    return Reject, {"reason": "other", "comment": Untrusted(why)}
