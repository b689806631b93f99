"""The log of the program itself: one line per record, people's or machines' form, and no secret in either.

Everything goes through the standard library's logging, ours and other people's, and out through one handler.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TextIO, cast
from unicodedata import category

from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.stdlib import ProcessorFormatter

from bot.bound import NAMES, about
from bot.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

    Told = MutableMapping[str, Any]

Form = Literal["text", "json"]

#: Characters of one message or traceback that are kept.
LONGEST = 16_000
#: Libraries that narrate every request. One level less is kept of them; redaction does not rest on it.
CHATTY = (
    *("apscheduler", "slack_bolt", "slack_sdk", "urllib3", "openai", "httpx2", "httpcore2"),
    *("uvicorn.access", "websockets", "procrastinate", "sqlalchemy.engine", "alembic", "asyncio"),
)
#: Characters that end a line, move the cursor or turn the direction of reading.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def configure(
    level: int | str = logging.INFO,
    form: Form = "text",
    *,
    secrets: Iterable[str] = (),
    chatty: Iterable[str] = CHATTY,
    stream: TextIO | None = None,
) -> Callable[[], None]:
    """Send every record of this process to `stream` (standard error unless given), without any of `secrets`.

    `level` is a number or a name like `INFO`; of the loggers under `chatty` one level less is kept.
    Uncaught exceptions and warnings are records too. Call it before anything connects.
    Returns what puts everything back as it was. Raises `ValueError` for an unknown level.
    """
    root, undo = logging.getLogger(), ExitStack()
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(formatter(form, Redaction(secrets)))
    before, threads, program = root.handlers[:], threading.excepthook, sys.excepthook
    undo.callback(_put_back, root, before, root.level)
    root.setLevel(level)
    root.handlers = [handler]
    handler.addFilter(
        _Quiet(chatty, logging.INFO if root.level <= logging.DEBUG else logging.WARNING)
    )
    logging.captureWarnings(capture=True)
    undo.callback(logging.captureWarnings, capture=False)
    undo.callback(setattr, threading, "excepthook", threads)
    undo.callback(setattr, sys, "excepthook", program)
    threading.excepthook, sys.excepthook = _thread_failed, _program_failed
    return undo.close


def formatter(form: Form, redact: Redaction) -> logging.Formatter:
    """Return what turns a record into text of this form, redacted."""
    drawn = JSONRenderer(ensure_ascii=True) if form == "json" else _line
    return ProcessorFormatter(
        processors=[ExceptionRenderer(), _Told(redact), cast("Any", drawn)],
    )


class _Handler(logging.StreamHandler[TextIO]):
    """Writes records. One that can't be put into words is named, never printed raw."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging calls it so
        kind = sys.exc_info()[0]
        try:
            self.stream.write(
                f"A record of {record.name} could not be written ({kind.__name__ if kind else '?'}).\n"
            )
        except (OSError, ValueError):
            return  # nobody is listening any more; the program goes on


class _Quiet(logging.Filter):
    """Keeps libraries quiet. At the handler, since slack-bolt gives each of its loggers the level of the root."""

    def __init__(self, names: Iterable[str], least: int) -> None:
        super().__init__()
        self._names, self._least = tuple(names), least

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= self._least or not f"{record.name}.".startswith(
            tuple(f"{name}." for name in self._names)
        )


class _Told:
    """Turns what was logged into the fields of one record, in one order, each redacted and cut."""

    def __init__(self, redact: Redaction) -> None:
        self._redact = redact

    def __call__(self, _logger: object, _method: str, told: Told) -> Told:
        record: logging.LogRecord = told["_record"]
        bound = about()
        fields = {
            "time": _stamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._safe(str(told["event"])),
            **{name: self._safe(bound[name]) for name in NAMES if name in bound},
        }
        for name, place in (("exception", "exception"), ("stack", "stack_info")):
            if told.get(place):
                fields[name] = self._safe(str(told[place]))
        return fields

    def _safe(self, text: str) -> str:
        # Redacted before it is cut: half a secret would have no shape any more.
        text = self._redact(text)
        more = len(text) - LONGEST
        return text if more <= 0 else f"{text[:LONGEST]} … ({more} characters more)"


def _stamp(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(_logger: object, _method: str, told: Told) -> str:
    """Return a record for people: one line, then the traceback behind a bar that no message can draw."""
    about = "".join(f" {name}={_printable(told[name])}" for name in NAMES if name in told)
    words = _printable(told["message"])
    first = (
        f"{told['time']} {told['level'].upper():<8} {_printable(told['logger'])}:{about} {words}"
    )
    rest = [line for name in ("exception", "stack") for line in str(told.get(name, "")).split("\n")]
    return "\n".join([first, *(f"  | {_printable(line)}" for line in rest if line)])


def _printable(text: str) -> str:
    return "".join(
        char.encode("unicode_escape").decode() if category(char) in _UNPRINTABLE else char
        for char in text
    )


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is SystemExit or failed.exc_value is None:
        return
    name = failed.thread.name if failed.thread else "unknown"
    logging.getLogger(__name__).critical("thread %s ended", name, exc_info=failed.exc_value)


def _program_failed(kind: type[BaseException], error: BaseException, trace: Any) -> None:  # noqa: ANN401 -- a traceback, as Python hands it over
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("the program ended", exc_info=error)


def _put_back(root: logging.Logger, handlers: list[logging.Handler], level: int) -> None:
    root.handlers = handlers
    root.setLevel(level)
