"""The draft card: a view of one row, in every state it can be in.

The order never changes: what, risk, exactly what leaves, why, how sure, who and until when,
buttons. A text that can't be shown whole has no Approve on its card, only "Review full text".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import contents, elements, revised, rich, silent, standing
from blocks.domains import links, mixed_script
from blocks.ids import ActionId, BlockId, More
from blocks.text import Block, Mrkdwn, joined, moment, mrkdwn, people, sentence
from blocks.values import tagged, value_of
from workflows.action import ActionSpec, Risk
from workflows.durations import words as duration
from workflows.policy import must_type_amount
from workflows.run import Draft, DraftState
from workflows.steps import FIXED_TEXT

if TYPE_CHECKING:
    from blocks.contents import Part
    from workflows.policy import Absent
    from workflows.text import Untrusted

#: What a risk class is called on a card.
RISK_WORDS = {
    Risk.READ: "Read only",
    Risk.INTERNAL: "Internal",
    Risk.CUSTOMER: "Customer",
    Risk.PUBLIC: "Public",
    Risk.INVENTORY: "Inventory",
    Risk.EMPLOYEE: "Employee",
    Risk.LEGAL: "Legal",
    Risk.MONEY: "Money",
}
#: States in which the effect is still to come.
_AHEAD = frozenset({DraftState.OPEN, DraftState.REWRITING, DraftState.SIGNED, DraftState.HOLDING})
_QUIET = frozenset({Risk.READ, Risk.INTERNAL})
_GRAVE = frozenset({Risk.MONEY, Risk.LEGAL, Risk.EMPLOYEE})
_TITLE = 300
_WHY = 300
_FACTS = 3
_FACT = 150
_WARNINGS = 3
_AWAY = 3
#: Below this level of a playbook nothing can be signed.
_SIGNING_LEVEL = 3


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a card must say that is not in its draft."""

    #: The playbook's delegation level, 1 to 4; below 3 a draft can be copied, not signed.
    level: int = 3
    #: The company is one person, who signs what they started.
    solo: bool = False
    #: The playbook says what happens when the customer replies first.
    replies: bool = False
    #: Who of those who could sign is away, and who may in their place.
    away: tuple[Absent, ...] = ()


DEFAULT = Setting()


def card(draft: Draft, spec: ActionSpec | None, setting: Setting = DEFAULT) -> Block:
    """Return the message (`text` and `blocks`) that shows `draft` as it stands."""
    if draft.state is DraftState.SHADOW:
        return silent.card(draft)
    if draft.state is DraftState.KEPT and draft.silent:
        return silent.kept(draft, draft.silent)
    shown = contents.parts(draft.current.payload, spec)
    title = rich.text(draft.title, bold=True, limit=_TITLE)
    blocks = [
        rich.block(standing.named(draft, BlockId.TITLE), rich.section(title)),
        elements.context(standing.named(draft, BlockId.NOTE, "risk"), _risk(draft, spec)),
        *_leaving(draft, shown),
        *revised.changes(draft, spec),
    ]
    if draft.state is DraftState.OPEN:
        blocks += _open(draft, spec, setting, whole=contents.is_whole(shown))
    else:
        whole = contents.is_whole(shown)
        blocks += standing.blocks(draft, whole=whole, replies=setting.replies)
    return elements.message(_sentence(draft), blocks)


def _sentence(draft: Draft) -> Mrkdwn:
    state = standing.WORDS[draft.state]
    if draft.amount is None:
        return sentence("{}: {}.", state, draft.title)
    return sentence("{}: {} ({}).", state, draft.title, str(draft.amount))


def _risk(draft: Draft, spec: ActionSpec | None) -> Mrkdwn:
    amount = mrkdwn("*{}*", str(draft.amount)) if draft.amount else mrkdwn("")
    ahead = draft.state in _AHEAD
    undoing = _undoing(draft, spec) if ahead else mrkdwn("")
    return joined([amount, mrkdwn("{}", RISK_WORDS[draft.risk]), undoing])


def _undoing(draft: Draft, spec: ActionSpec | None) -> Mrkdwn:
    hold = draft.rule.hold
    held = mrkdwn("can be held back {}", duration(hold)) if hold else mrkdwn("leaves at once")
    undo = spec.undo if spec else ""
    after = mrkdwn("to undo it later: {}", undo) if undo else mrkdwn("can't be undone after that")
    return joined([held, after])


def _leaving(draft: Draft, shown: tuple[Part, ...]) -> list[Block]:
    """Return the fields that leave: short ones in lines, long ones as quotes, then warnings."""
    whole = contents.is_whole(shown)
    short = [part for part in shown if not part.long][: contents.SHORT_FIELDS]
    long = [part for part in shown if part.long]
    blocks: list[Block] = []
    if short:
        lines = [_line(part) for part in short]
        blocks.append(rich.block(standing.named(draft, BlockId.FACTS), *lines))
    for at, part in enumerate(long if whole else long[:2]):
        blocks.append(_quoted(draft, part, at, whole=whole, labelled=len(long) > 1))
    notes = _warnings(shown)
    if not whole:
        notes = [_not_whole(shown), *notes]
    if notes:
        blocks.append(elements.context(standing.named(draft, BlockId.NOTE, "text"), *notes))
    return blocks


def _line(part: Part) -> Block:
    label = rich.text(f"{part.label}  ", bold=True)
    return rich.section(label, *part.elements(contents.SHORT))


def _quoted(draft: Draft, part: Part, at: int, *, whole: bool, labelled: bool) -> Block:
    quote = rich.quote(*part.elements(None if whole else contents.PREVIEW))
    label = [rich.section(rich.text(part.label, bold=True))] if labelled else []
    return rich.block(standing.named(draft, BlockId.BODY, str(at)), *label, quote)


def _not_whole(shown: tuple[Part, ...]) -> Mrkdwn:
    count, on = contents.length(shown), len(contents.pages(shown))
    pages = "1 page" if on == 1 else f"{on} pages"
    return mrkdwn("{} characters on {}: read it whole to sign it", f"{count:,}", pages)


def _warnings(shown: tuple[Part, ...]) -> list[str]:
    """Return what to look at twice: unusual domains, and where links in the text really lead."""
    addresses = [part.text for part in shown if "@" in part.text and not part.long]
    found = [warning for address in addresses if (warning := mixed_script(address))]
    hosts = list(dict.fromkeys(host for part in shown for host in links(part.text)))
    found += [warning for host in hosts if (warning := mixed_script(host))]
    if hosts:
        found.append(f"Links lead to: {', '.join(hosts)}")
    if any("⟦U+" in part.text for part in shown):
        found.append("Invisible characters are shown as ⟦U+…⟧")
    return found[:_WARNINGS] if len(found) <= _WARNINGS else [*found[:_WARNINGS], "and more"]


def _open(draft: Draft, spec: ActionSpec | None, setting: Setting, *, whole: bool) -> list[Block]:
    buttons = _buttons(draft, spec, setting, whole=whole)
    return [
        *revised.not_again(draft),
        *_why(draft),
        elements.context(standing.named(draft, BlockId.NOTE, "sure"), *_sure(draft)),
        elements.context(
            standing.named(draft, BlockId.NOTE, "who"),
            _who_and_when(draft, setting),
            *([f"Asked: {draft.asked}"] if draft.asked else []),
            *_away(setting),
        ),
        *revised.said(draft),
        elements.actions(standing.named(draft, BlockId.BUTTONS), *buttons),
    ]


def _why(draft: Draft) -> list[Block]:
    facts = draft.evidence[:_FACTS]
    if not draft.why.raw and not facts:
        return []
    line = [rich.text("Why  ", bold=True)]
    if draft.why.raw:
        line += rich.runs(draft.why, limit=_WHY)
    for at, fact in enumerate(facts):
        lead = "; " if at else _between(draft.why)
        line += [rich.text(lead)] if lead else []
        line += [*rich.runs(fact.fact, limit=_FACT), *standing.source(fact)]
    if len(draft.evidence) > _FACTS:
        line.append(rich.text(f"; and {len(draft.evidence) - _FACTS} more under ⋯"))
    return [rich.block(standing.named(draft, BlockId.WHY), rich.section(*line))]


def _between(why: Untrusted) -> str:
    """Return what stands between the reason and the first fact: a sentence ends itself."""
    if not why.raw:
        return ""
    return " " if why.raw.rstrip().endswith((".", "!", "?")) else "; "


def _sure(draft: Draft) -> list[Mrkdwn | str]:
    sure = draft.confidence
    count = mrkdwn("{} of {} like this went out unchanged", sure.accepted, sure.total)
    line: list[Mrkdwn | str] = [count if sure.total else mrkdwn("the first of its kind")]
    line += [f"look twice: {gate}" for gate in sure.gates[:_WARNINGS]]
    cited = [fact.source for fact in draft.evidence if fact.source.startswith("POL-")]
    return [*line, *([" · ".join(cited[:_FACTS])] if cited else []), draft.author.label]


def _who_and_when(draft: Draft, setting: Setting) -> Mrkdwn:
    if setting.level < _SIGNING_LEVEL:
        if draft.rule.kind == "draft only":
            return mrkdwn("Draft only: nothing is sent from here. Copy the text to use it")
        return mrkdwn("Level {}: this playbook only drafts. Copy the text to use it", setting.level)
    needed = people(draft.needs.words)
    who = standing.signed_so_far(draft) or mrkdwn("Needs {}", needed)
    if draft.assigned and draft.assigned not in draft.signers:
        who = joined([mrkdwn("For {} first", people(draft.assigned)), who])
    due = _due(draft)
    solo = mrkdwn("one-person company: you may sign what you started")
    return joined([who, due, solo if setting.solo else mrkdwn("")])


def _away(setting: Setting) -> list[Mrkdwn | str]:
    lines: list[Mrkdwn | str] = []
    for absent in setting.away[:_AWAY]:
        line = mrkdwn("{} is away ({})", people(absent.person), absent.why)
        for_them = mrkdwn("{} may sign in their place", people(absent.stand_in))
        lines.append(joined([line, for_them if absent.stand_in else mrkdwn("")]))
    more = len(setting.away) - _AWAY
    return [*lines, *([f"{more} more are away"] if more > 0 else [])]


def _due(draft: Draft) -> Mrkdwn:
    if draft.escalated_at:
        words = "not signed in time, passed on to {}; expires {}"
        return mrkdwn(words, people(" and ".join(draft.rule.escalate)), moment(draft.expires_at))
    reminded = moment(draft.remind_at, "{time}")
    return mrkdwn("due {} (reminder {})", moment(draft.expires_at), reminded)


def _buttons(
    draft: Draft, spec: ActionSpec | None, setting: Setting, *, whole: bool
) -> list[Block]:
    value = value_of(draft)
    buttons: list[Block] = []
    may_sign = whole and setting.level >= _SIGNING_LEVEL
    if may_sign:
        buttons.append(_approve(draft, spec, value))
    if not whole:
        review = "Review full text"
        buttons.append(
            elements.button(ActionId.REVIEW, review, value, about=draft.title, primary=True)
        )
    return [
        *buttons,
        elements.button(ActionId.EDIT, "Edit", value, about=draft.title),
        elements.button(ActionId.REJECT, "Reject", value, about=draft.title),
        *([standing.replied(draft)] if setting.replies else []),
        _more(draft, value, may_sign=may_sign),
    ]


def _approve(draft: Draft, spec: ActionSpec | None, value: str) -> Block:
    approve = elements.button(ActionId.APPROVE, "Approve", value, about=draft.title, primary=True)
    if not is_final(draft, spec) or must_type_amount(draft, spec):
        return approve  # typing the amount is question enough
    amount = f" {draft.amount}" if draft.amount else ""
    return elements.confirmed(
        approve, title=f"This can't be undone.{amount}", text=draft.title, yes="Approve"
    )


def is_final(draft: Draft, spec: ActionSpec | None) -> bool:
    """Whether signing can't be taken back, so that it is worth a second question."""
    if (spec and spec.undo) or draft.risk in _QUIET:
        return False
    return draft.risk in _GRAVE or draft.rule.hold == 0


def _more(draft: Draft, value: str, *, may_sign: bool) -> Block:
    """Return what else can be done; at most five choices fit."""
    words = {More.CLAIM: "I'm looking at it", More.TAKE: "Take over …", More.WHY: "Why this?"}
    if may_sign:
        words = {More.COMMENT: "Approve with a comment …", **words}
    if draft.author.agent != FIXED_TEXT.agent:
        words = {More.CHANGE: "Request changes …", **words}
    options = [elements.option(text, tagged(choice, value)) for choice, text in words.items()]
    return elements.overflow(ActionId.MORE, *options)
