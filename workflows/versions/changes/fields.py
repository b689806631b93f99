"""Every field of the schema and how it is compared; what stands in none of these tables nobody would see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workflows import playbook as schema
from workflows.action import Field, Record
from workflows.durations import words as duration
from workflows.playbook import step_kind, step_name
from workflows.prose import exception_line, step_line
from workflows.trust.rollout import Back
from workflows.versions.changes.rules import (
    Change,
    Kind,
    Pair,
    Part,
    Rule,
    each,
    every,
    guard,
    held,
    identity,
    mapping,
    one_of_two,
    ordered,
)
from workflows.versions.changes.signing import alone, assigns, signed_by, thresholds, within
from workflows.versions.changes.trust import BACK, ROLLOUT, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.playbook import AnyStep

_SIGNS: Part = "who signs"
_STARTS: Part = "when it starts"
_DOES: Part = "what it may do"


def differences(where: str, old: Record, new: Record) -> Iterator[Change]:
    """Compare two records of a kind, field by field; `where` is what the words begin with."""
    for name, rule in FIELDS[type(old)].items():
        pair = Pair(where=where, name=name, old=old, new=new)
        if pair.before != pair.after:
            yield from rule(pair)


def _nested(pair: Pair) -> Iterator[Change]:
    yield from differences(pair.where, pair.before, pair.after)


def _schedule(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    if before and after:
        yield from differences(f"{pair.where}by itself: ", before, after)
    elif after:
        yield pair.change(f"now starts by itself at `{after.cron}`", "wider", _STARTS)
    else:
        yield pair.change(f"no longer starts by itself at `{before.cron}`", "tighter", _STARTS)


def _inputs(pair: Pair) -> Iterator[Change]:
    before = {field.name: field for field in pair.before}
    after = {field.name: field for field in pair.after}
    for name in dict.fromkeys([*before, *after]):
        if name in before and name in after:
            yield from differences(f"input {name}: ", before[name], after[name])
        else:
            asks = "no longer asks" if name in before else "now asks"
            yield pair.change(f"{asks} for {name}", "neither")
    if set(before) == set(after) and list(before) != list(after):
        yield pair.change("asks for its inputs in another order", "neither")


#: What a start means beside another run about the same, from the strictest mode to the loosest.
_MODES = {
    "single": "another about the same is refused while one is open",
    "queued": "another about the same waits until the open one is over",
    "restart": "a newer one about the same takes the place of the open one",
    "parallel": "several about the same may be open at a time",
}


def _mode(pair: Pair) -> Iterator[Change]:
    order = list(_MODES)
    wider = order.index(pair.after) > order.index(pair.before)
    yield pair.change(_MODES[pair.after], "wider" if wider else "tighter")


def _exceptions(pair: Pair) -> Iterator[Change]:
    """Say what comes and what goes: a way that only stops is a guard, any other leads somewhere new."""
    for path in pair.after:
        if path not in pair.before:
            words = f"otherwise: {exception_line(path)}"
            yield pair.change(words, "tighter" if path.then == "stop" else "wider", _DOES)
    for path in pair.before:
        if path not in pair.after:
            words = f"no longer otherwise: {exception_line(path)}"
            yield pair.change(words, "wider" if path.then == "stop" else "tighter", _DOES)
    if {*pair.before} == {*pair.after}:
        yield pair.change("looks for exceptions in another order", "wider", _DOES)


#: What a step is that comes, and one that goes: where a stop or somebody's say is gone, there is more room.
_COME: dict[str, Kind] = {"ask": "tighter", "task": "tighter", "wait": "neither"}
_GONE: dict[str, Kind] = {
    "draft": "tighter",
    "do": "tighter",
    "start": "tighter",
    "tell": "neither",
}


def _steps(pair: Pair) -> Iterator[Change]:
    before = {step_name(step): step for step in pair.before}
    after = {step_name(step): step for step in pair.after}
    for name, step in before.items():
        if type(after.get(name)) is not type(step):
            yield _went(name, step)
    for name, step in after.items():
        if type(before.get(name)) is type(step):
            yield from differences(f"{name}: ", before[name], step)
        else:
            yield from _came(name, step)
    kept = [name for name in before if name in after]
    now = [name for name in after if name in before]
    if kept != now:
        words = f"the order of steps: {', '.join(kept)} → {', '.join(now)}"
        yield pair.change(words, "wider", _DOES)


def _came(name: str, step: AnyStep) -> Iterator[Change]:
    kind = _COME.get(step_kind(step), "wider")
    yield Change(words=f"new step {name}: {step_line(step)}", kind=kind, part=_DOES)
    if isinstance(step, schema.DraftStep | schema.DoStep):
        words = f"{name}: signed by {step.approve.quorum} of {' or '.join(step.approve.by)}"
        yield Change(words=words, kind="wider", part=_SIGNS)


def _went(name: str, step: AnyStep) -> Change:
    kind = _GONE.get(step_kind(step), "wider")
    return Change(words=f"step {name} is gone: {step_line(step)}", kind=kind, part=_DOES)


# --- The tables ---

_text = partial(every, kind="neither")
_doubt = partial(every, kind="wider", part=_DOES)
_doubt_aside = partial(_doubt, label="passed over unless something leads to it:")
_uses = partial(
    each, come="the agent is shown {}", gone="the agent is no longer shown {}", part=_DOES
)
_acts_if = partial(guard, label="only if")
#: A person's say that is asked for under a condition alone can be passed over.
_asks_if = partial(guard, label="only if", added="wider")
_SIGNED: dict[str, Rule] = {
    "when": _acts_if,
    "action": partial(_doubt, label="action"),
    "with_": mapping,
    "title": partial(_text, label="title of the card"),
    "amount": partial(_doubt, label="amount that limits are for"),
    "facts": partial(
        each, come="the card now says: {}", gone="the card no longer says: {}", more="neither"
    ),
    "approve": _nested,
    "still": partial(guard, label="withdrawn unless"),
}
_FOR_PEOPLE: dict[str, Rule] = {
    "when": _asks_if,
    "who": partial(every, label="asks", kind="wider", part=_SIGNS),
    "title": partial(_text, label="title"),
    "within": partial(_text, label="is due within"),
}


def _flag(words: tuple[str, str, str]) -> Rule:
    """Return the rule of what is on, off or as the company says; `words` says these three in this order."""

    def rule(pair: Pair) -> Iterator[Change]:
        # As the company says may be either, so whatever is not switched off may be wider.
        kind: Kind = "tighter" if pair.after is False else "wider"
        yield pair.change(words[(True, False, None).index(pair.after)], kind, _DOES)

    return rule


FIELDS: dict[type[Record], dict[str, Rule]] = {
    schema.Playbook: {
        "playbook": identity,
        "title": partial(_text, label="title"),
        "goal": partial(_text, label="goal"),
        "owner": partial(every, label="owner", kind="wider", part=_SIGNS),
        "level": partial(ordered, label="level", more="wider", part=_DOES),
        "channel": partial(_doubt, label="channel of its cards"),
        "private": partial(
            one_of_two, wider=False, words=("may be seen by everybody", "is seen by few")
        ),
        "inputs": _inputs,
        "trigger": _nested,
        "subject": partial(_doubt, label="what a run is about:"),
        "customer": partial(_doubt, label="whose limits count:"),
        "once_per": partial(guard, label="only once for each"),
        "mode": _mode,
        "kind": partial(
            each,
            come="needs the controls of {}",
            gone="no longer needs the controls of {}",
            more="tighter",
        ),
        "exceptions": _exceptions,
        "extends": partial(_text, label="extends"),
        "fixed": mapping,
        "flags": _nested,
        "schema_": partial(_text, label="schema"),
        "conditions": partial(
            each, come="applies only when `{}`", gone="no longer needs `{}`", more="tighter"
        ),
        "allow": partial(each, come="may now `{}`", gone="may no longer `{}`", part=_DOES),
        "steps": _steps,
        "success": partial(_text, label="success"),
        "rollout": _nested,
        "alone": alone,
        "sample": partial(
            ordered, label="a person first sees", more="tighter", part=_SIGNS, say=share
        ),
        "review": partial(_text, label="review"),
        "version": identity,
        "source": identity,
    },
    schema.Rollout: {
        "start": partial(
            one_of_two,
            wider="assist",
            words=("begins with people who sign", "begins silently, in shadow"),
            part=_SIGNS,
        ),
        **ROLLOUT,
        "back_when": _nested,
    },
    Back: BACK,
    schema.Trigger: {
        "command": partial(
            one_of_two,
            wider=True,
            words=("people may start it", "people may no longer start it"),
            part=_STARTS,
        ),
        "schedule": _schedule,
    },
    schema.Schedule: {
        "cron": partial(every, label="starts at", kind="wider", part=_STARTS),
        "zone": partial(every, label="time zone", kind="wider", part=_STARTS),
        "missed": partial(
            one_of_two,
            wider="latest",
            words=("a missed start is made up for", "a missed start is skipped"),
            part=_STARTS,
        ),
        "late": partial(ordered, label="at most late", more="wider", part=_STARTS, say=duration),
    },
    schema.Approve: {
        "by": partial(each, come="{} may now sign", gone="{} may no longer sign", part=_SIGNS),
        "quorum": partial(ordered, label="signatures", more="tighter", part=_SIGNS),
        "above": thresholds,
        "within": partial(within, label="can be signed for"),
        "assign": assigns,
        "escalate": partial(
            each,
            come="{} may sign too when it is late",
            gone="{} is not asked when it is late",
            part=_SIGNS,
        ),
        "rule": signed_by,
        "confidence": partial(
            ordered, label="by itself from", more="tighter", part=_SIGNS, say=share
        ),
        "review": partial(every, label="looked at within", kind="wider", part=_SIGNS),
        "hold": partial(ordered, label="held back", more="tighter", part=_SIGNS, say=held),
        "edit": partial(
            each, come="{} may be edited before signing", gone="{} may not be edited", part=_SIGNS
        ),
    },
    schema.ReadStep: {
        "aside": _doubt_aside,
        "read": identity,
        "when": _acts_if,
        "from_": partial(_doubt, label="reads"),
        "agent": partial(_doubt, label="agent"),
        "with_": mapping,
        "uses": _uses,
        "require": partial(
            each, come="stops if {} is missing", gone="goes on without {}", more="tighter"
        ),
    },
    schema.DraftStep: {
        "aside": _doubt_aside,
        "draft": identity,
        "agent": partial(_doubt, label="agent"),
        "writes": partial(
            each, come="the agent may now write {}", gone="the agent may not write {}", part=_DOES
        ),
        "uses": _uses,
        **_SIGNED,
    },
    schema.DoStep: {"do": identity, "aside": _doubt_aside, **_SIGNED},
    schema.AskStep: {
        "aside": _doubt_aside,
        "ask": identity,
        "options": partial(every, label="choices", kind="wider"),
        "recommended": partial(_text, label="recommends"),
        "because": partial(_text, label="recommends it because"),
        **_FOR_PEOPLE,
    },
    schema.TaskStep: {
        "task": identity,
        "aside": _doubt_aside,
        "due": partial(_text, label="due on"),
        **_FOR_PEOPLE,
    },
    schema.WaitStep: {
        "aside": _doubt_aside,
        "wait": identity,
        "when": _asks_if,
        "for_": partial(_text, label="waits"),
        "signal": partial(every, label="goes on at the signal", kind="wider"),
    },
    schema.DecideStep: {
        "aside": _doubt_aside,
        "decide": identity,
        "when": _asks_if,
        "if_": partial(_doubt, label="goes by"),
        "then": partial(_doubt, label="if so"),
        "otherwise": partial(_doubt, label="if not"),
        "say": partial(_text, label="says"),
    },
    schema.TellStep: {
        "aside": _doubt_aside,
        "tell": identity,
        "when": _acts_if,
        "text": partial(_text, label="says"),
        "report": partial(_text, label="report"),
        "channel": partial(_doubt, label="channel"),
    },
    schema.StartStep: {
        "aside": _doubt_aside,
        "start": identity,
        "when": _acts_if,
        "playbook": partial(_doubt, label="starts"),
        "with_": mapping,
    },
    schema.Flags: {
        "learn_from_edits": _flag(
            (
                "agents learn from edits",
                "agents don't learn from edits",
                "agents learn from edits if the company's file says so",
            )
        ),
        "sign_together": _flag(
            (
                "may be signed together with others",
                "is signed one by one",
                "may be signed together with others unless the company's file says no",
            )
        ),
        "plain_words": _flag(
            (
                "plain words in a thread decide",
                "only buttons decide, no plain words",
                "plain words in a thread decide unless the company's file says no",
            )
        ),
    },
    Field: {
        "name": identity,
        "type": partial(every, label="type", kind="wider"),
        "label": partial(_text, label="label"),
        "hint": partial(_text, label="hint"),
        "required": partial(
            one_of_two, wider=False, words=("may stay empty", "has to be filled in")
        ),
        "default": partial(every, label="unless said otherwise", kind="wider"),
        "options": partial(each, come="{} can be chosen", gone="{} can't be chosen"),
        "max": partial(ordered, label="at most", more="wider"),
    },
}
