"""What a playbook wants to happen instead when something goes otherwise, and when that applies. One place decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workflows.action import Names, Record
from workflows.durations import Span, Within
from workflows.expressions import Condition
from workflows.urgent.words import first_found, passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from workflows.run import Draft, Run

#: How often one exception is taken in a run; the next time somebody has to look, so that no loop goes on for ever.
MOST = 3

On = Literal["replied", "late", "failed", "no-data", "emergency"]


class ExceptionPath(Record):
    """What happens instead of the usual. The first one that applies is taken."""

    #: `replied`: the customer has replied. `late`: nobody signed in time. `failed`: a step can't be done, or was
    #: refused outside. `no-data`: a required field is missing. `emergency`: one of `words` was read.
    on: On
    #: Only at this step; everywhere when nothing is written.
    step: str = ""
    #: Only if this CEL condition holds.
    when: str = ""
    #: For `emergency`: words to look for in the inputs and in what is read, whatever their case and accents.
    words: Names = ()
    #: For `emergency`: the rota of company.yml whose member is asked whether it is one, and paged when it is. Without
    #: it `then` happens at once.
    on_call: str = ""
    #: For `emergency` with `on_call`: how long whoever takes it has until it should be dealt with.
    within: Within = Span(count=4 * 3600.0)
    #: A step's name, `next` or `stop`; with `on_call`, once the emergency is dealt with.
    then: str = "stop"
    #: What is said where the run lives; without it, what happened.
    say: str = ""


class Taken(Record):
    """An exception that applies now."""

    #: Its place in the playbook, from 1.
    n: int
    path: ExceptionPath
    #: Taken as often as it may be: somebody has to look.
    spent: bool
    #: The word of an emergency that was found, and the text it stands in.
    word: str = ""
    passage: str = ""


def listens(paths: Sequence[ExceptionPath], draft: Draft) -> bool:
    """Whether a reply of the customer changes anything while `draft` waits or is held."""
    return not draft.undoes and any(p.on == "replied" and p.step in {"", draft.step} for p in paths)


def find(
    paths: Sequence[ExceptionPath],
    run: Run,
    on: On,
    known: Mapping[str, JsonValue],
    read: JsonValue = None,
) -> Taken | None:
    """Return the first exception that applies to `run` where it stands; `read` is where emergencies are looked for.

    None applies to the undoing of what has left. An emergency is taken up once: after that people know of it.
    Raises `ExpressionError` for a condition that can't be worked out.
    """
    if run.draft and run.draft.undoes:
        return None
    for n, path in enumerate(paths, start=1):
        times = run.exceptions.count(n)
        if path.on != on or path.step not in {"", run.step}:
            continue
        words = [word for word in path.words if f"{n}:{word}" not in run.calm]
        word = first_found(words, read)
        if on == "emergency" and (times or not _may_be(run, n, path, word)):
            continue
        if not path.when or Condition(path.when).holds(known):
            said = passage(word, read) if on == "emergency" else ""
            return Taken(n=n, path=path, spent=times >= MOST, word=word, passage=said)
    return None


def _may_be(run: Run, n: int, path: ExceptionPath, word: str) -> bool:
    """Whether a word was found; where none is looked for, whether the condition was not dismissed before."""
    return bool(word) if path.words else f"{n}:" not in run.calm
