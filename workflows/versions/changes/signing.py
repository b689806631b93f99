"""What a changed `approve` changes: who signs, how many, above which amounts, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows.prose import rule_line
from workflows.versions.changes.rules import every

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.playbook import Above, Approve, Assign
    from workflows.versions.changes.rules import Change, Kind, Pair


def within(pair: Pair, *, label: str) -> Iterator[Change]:
    """Compare until when it can be signed: longer is wider, and so is sooner where others are asked then."""
    before, after = pair.before, pair.after
    shorter = before.unit == after.unit and after.count < before.count
    asks = bool(_rule(pair).escalate)
    kind = "tighter" if shorter and not asks else "wider"
    yield from every(pair, label=label, kind=kind, part="who signs")


def thresholds(pair: Pair) -> Iterator[Change]:
    """Compare above which amounts others sign, or more of them."""
    gone: list[Above] = [row for row in pair.before if row not in pair.after]
    come: list[Above] = [row for row in pair.after if row not in pair.before]
    if not gone and not come:
        yield _change(pair, "who signs above which amount stands in another order", "wider")
    for before in gone:
        after = next((row for row in come if _is_same(before, row)), None)
        if after is None:
            yield _change(pair, f"no longer {_by(before)} above {before.amount}", "wider")
            continue
        come.remove(after)
        yield _moved(pair, before, after)
    for row in come:
        kind = "tighter" if _is_stricter(row, _rule(pair)) else "wider"
        yield _change(pair, f"{_by(row)} above {row.amount}", kind)


def assigns(pair: Pair) -> Iterator[Change]:
    """Compare who is asked first; it is no right, so no change of it is wider."""
    gone, come = _firsts(pair.before, pair.after), _firsts(pair.after, pair.before)
    if len(pair.before) <= 1 and len(pair.after) <= 1:
        before, after = (found[0] if found else "not set" for found in (gone, come))
        yield _change(pair, f"asks first {before} → {after}", "neither")
        return
    for line in come:
        yield _change(pair, f"now asks first {line}", "neither")
    for line in gone:
        yield _change(pair, f"no longer asks first {line}", "neither")
    if not gone and not come:
        yield _change(pair, "who is asked first stands in another order", "neither")


def _firsts(rules: tuple[Assign, ...], others: tuple[Assign, ...]) -> list[str]:
    """Return in words the rules that the others lack; exact, where those say the same and mean another."""
    there = {rule_line(rule) for rule in others}
    lines = {rule: rule_line(rule) for rule in rules if rule not in others}
    return [f"{line} (`{rule.to}`)" if line in there else line for rule, line in lines.items()]


#: How a step is signed, from the strictest to the freest; in words.
_RULES = {
    "draft only": "nothing is sent, people copy it",
    "each time": "people sign each time",
    "audit later": "may go by itself once that is earned, and is looked at later",
    "alone": "may go by itself once that is earned",
}


def signed_by(pair: Pair) -> Iterator[Change]:
    """Compare how a step is signed."""
    order = list(_RULES)
    wider = order.index(pair.after) > order.index(pair.before)
    yield _change(pair, _RULES[pair.after], "wider" if wider else "tighter")


def alone(pair: Pair) -> Iterator[Change]:
    """Compare within what things go by themselves: any bound higher, or the first one there is, is wider."""
    before, after = pair.before, pair.after
    if after is None:
        yield _change(pair, "nothing goes by itself any more", "tighter")
        return
    words = f"by itself at most {after.count} a day, {after.amount} in all"
    lower = (
        before is not None
        and after.count <= before.count
        and after.amount.currency == before.amount.currency
        and after.amount.minor <= before.amount.minor
    )
    yield _change(pair, words, "tighter" if lower else "wider")


def _rule(pair: Pair) -> Approve:
    return cast("Approve", pair.new)


def _is_same(before: Above, after: Above) -> bool:
    """Whether one row is the other with only its amount or only its people changed."""
    return (before.by, before.quorum) == (after.by, after.quorum) or before.amount == after.amount


def _moved(pair: Pair, before: Above, after: Above) -> Change:
    if before.amount == after.amount:
        fewer = set(after.by) <= set(before.by) and after.quorum >= before.quorum
        words = f"above {after.amount}: {_by(before)} → {_by(after)}"
        return _change(pair, words, "tighter" if fewer else "wider")
    same_money = before.amount.currency == after.amount.currency
    lower = same_money and after.amount.minor < before.amount.minor
    words = f"{_by(after)} above {before.amount} → {after.amount}"
    return _change(
        pair, words, "tighter" if lower and _is_stricter(after, _rule(pair)) else "wider"
    )


def _is_stricter(row: Above, rule: Approve) -> bool:
    """Whether nobody signs above the amount who does not sign below it, but the owner, and no fewer."""
    return set(row.by) <= {*rule.by, "owner"} and row.quorum >= rule.quorum


def _by(row: Above) -> str:
    return f"{row.quorum} of {' or '.join(row.by)}"


def _change(pair: Pair, words: str, kind: Kind) -> Change:
    return pair.change(words, kind, "who signs")
