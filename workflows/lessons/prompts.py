"""Back to the last good prompt of an agent, where it does badly with its newest one: as far as edits made it another.

What came with the program, or with another model, nobody can take back here; then its playbook's owners are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.commands import ReturnPrompt
from workflows.errors import NotAllowed
from workflows.events import Entry, Event
from workflows.lessons.unlearning import put
from workflows.ports import Post
from workflows.run import SYSTEM
from workflows.shelf import LookedUp
from workflows.text import digest
from workflows.trust.criteria import passed
from workflows.trust.decided import Decided
from workflows.trust.figures import figures, newest
from workflows.versions.choosable import places
from workflows.versions.version import SHOWN, owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from workflows.company import Company
    from workflows.lessons.examples import Example
    from workflows.playbook import Playbook
    from workflows.ports import Tx
    from workflows.trust.evidence import Past
    from workflows.trust.rollout import Back
    from workflows.trust.stages import Maker

Written = list[Decided]


def back(book: Playbook, drafts: Iterable[Decided]) -> Iterator[ReturnPrompt]:
    """Ask for the last good prompt of each step that does badly with its newest. `drafts`: the newest first."""
    bounds = book.rollout.back_when
    for makers in _by_maker(book, drafts):
        now, *others = makers
        why = passed(figures(newest(now, bounds.over)), bounds)
        if why and (then := _good(others, now, bounds)):
            yield _asked(book.playbook, now[0], then[0], f"{why}; {_before(then, bounds)}")


def blameless(book: Playbook, past: Past) -> Past:
    """Leave out what a prompt is to blame for, and no version: its step kept the bounds with another one."""
    bounds = book.rollout.back_when
    found, blamed = list[Decided](), set[str]()
    for makers in _by_maker(book, past.drafts):
        kept = any(_keeps(one, bounds) for one in makers)
        for one in makers:
            if kept and passed(figures(newest(one, bounds.over)), bounds):
                blamed |= {each.run_id for each in one}
            else:
                found += one
    failed = tuple(one for one in past.failed if one.run_id not in blamed)
    return past.model_copy(update={"drafts": tuple(found), "failed": failed})


def _by_maker(book: Playbook, drafts: Iterable[Decided]) -> Iterator[Sequence[Written]]:
    """Tell the drafts of this version apart by step, and then by what wrote them, the newest maker first."""
    steps: dict[tuple[str, str], dict[Maker, Written]] = {}
    for one in drafts:
        if one.version == book.version:
            place = one.step, one.maker.agent  # what undoes a letter is no agent's
            steps.setdefault(place, {}).setdefault(one.maker, []).append(one)
    for makers in steps.values():
        yield [*makers.values()]


def _keeps(drafts: Written, bounds: Back) -> bool:
    """Whether these kept the bounds, over enough of them."""
    known = newest(drafts, bounds.over)
    return len(known) >= bounds.over and not passed(figures(known), bounds)


def _good(others: Iterable[Written], now: Written, bounds: Back) -> Written | None:
    """Return the drafts by the last good maker before; None where there was none.

    One that still writes most of them is not before: some drafts are another model's, when the first one fails.
    """
    first = now[-1].opened_at
    for then in others:
        later = sum(one.opened_at > first for one in then)
        if then[-1].opened_at < first and later < len(now) and _keeps(then, bounds):
            return then
    return None


def _before(then: Written, bounds: Back) -> str:
    found = figures(newest(then, bounds.over))
    return f"of {found.in_the_open} before, {found.overrides} were overridden and {found.trouble} in trouble"


def _asked(playbook: str, now: Decided, then: Decided, why: str) -> ReturnPrompt:
    return ReturnPrompt(
        actor=SYSTEM,
        key=_subject(playbook, now.step, now.maker, then.maker),
        playbook=playbook,
        step=now.step,
        now=now.maker,
        then=then.maker,
        now_draft=now.draft_id,
        then_draft=then.draft_id,
        why=why,
    )


def _subject(playbook: str, step: str, now: Maker, then: Maker) -> str:
    named = digest([step, now.model_dump(mode="json"), then.model_dump(mode="json")])
    return f"prompt:{playbook}:{named[:SHOWN]}"


def give_back(tx: Tx, command: ReturnPrompt, company: Company, at: datetime) -> Recorded:
    """Switch off what was taken in since the last good prompt, or tell the owners. Raises `NotAllowed`.

    What somebody switched on by hand stays on, also what Sayso had switched off: so it happens to an example once.
    """
    if command.actor != SYSTEM:
        raise NotAllowed(
            action="This", needed="Sayso itself", next_step="switch the examples off instead."
        )
    then = _examples(tx, command.then_draft)
    since = [name for name in _examples(tx, command.now_draft) if name not in then]
    tx.choose_alone()
    book = LookedUp(tx).get(command.playbook)
    known = [one for name in since if (one := tx.example(name))]
    on = [one for one in known if one.state == "on"]
    off = [one for one in on if not one.changed_by]
    if book is None or (known and not on):
        return Recorded()  # somebody was quicker
    for one in off:
        put(tx, one, "off", command.actor, at, why="prompt")
    tx.append([_entry(command, off)], at)
    told = _told(command, book.title, off, stay=len(on))
    where = places(book, company) if off else [one.id for one in owners(book, company)]
    subject = _subject(command.playbook, command.step, command.now, command.then)
    tx.post([Post(subject=subject, channel=each, body={"text": told}) for each in where], at)
    return Recorded(sentence=told)


def _examples(tx: Tx, draft_id: str) -> tuple[str, ...]:
    run = tx.run_of_draft(draft_id)
    return run.draft.learnt if run and run.draft else ()


def _entry(command: ReturnPrompt, off: Sequence[Example]) -> Entry:
    return Entry(
        event=Event.PROMPT_RETURNED if off else Event.PROMPT_DOUBTED,
        chain=f"playbook:{command.playbook}",
        actor=command.actor,
        object=f"playbook:{command.playbook}",
        head={
            "step": command.step,
            "now": command.now.model_dump(),
            "then": command.then.model_dump(),
            "examples": [one.id for one in off],
        },
        body={"why": command.why},
    )


def _told(command: ReturnPrompt, title: str, off: Sequence[Example], *, stay: int) -> str:
    agent, listed = command.now.agent, f"/sayso learnt {command.now.agent}"
    if off:
        edits = "1 edit" if len(off) == 1 else f"{len(off)} edits"
        return (
            f"{title}: {agent} does badly with what it learnt last. {command.why}. It writes without {edits} again;"
            f" {listed} lists what is off, and an owner can switch it on."
        )
    why = (
        f"What it learnt since was switched on by hand and stays on; {listed} lists it."
        if stay
        else "No edit it learnt makes the difference, so there is nothing Sayso can switch back."
    )
    return (
        f"{title}: {agent} does badly with its newest prompt or model ({_words(command.now)}; before"
        f" {_words(command.then)}). {command.why}. {why} You say what is to change."
    )


def _words(maker: Maker) -> str:
    return f"{maker.model}, prompt {maker.prompt_version or 'none'}"
