"""The program's own log: one line per record, in two forms, with no secret in it."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bound import NAMES, bound
from bot.logs import LONGEST, Form, configure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "correct horse battery"
_RECORD = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ +[\w.]+:")


@pytest.fixture
def opened() -> Iterator[Callable[..., io.StringIO]]:
    """Return what sends all records into a buffer; at the end everything is as it was."""
    undo: list[Callable[[], None]] = []

    def start(level: int | str = "DEBUG", form: Form = "json", **more: Any) -> io.StringIO:
        stream = io.StringIO()
        undo.append(configure(level, form, secrets=[SECRET], stream=stream, **more))
        return stream

    yield start
    for each in reversed(undo):
        each()


def _records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_says_when_how_grave_who_and_what(opened: Callable[..., io.StringIO]) -> None:
    """Every line of the machines' form has the same first four fields."""
    stream = opened()
    logging.getLogger("bot.jobs").warning("run %s is %d s late", "r-1", 5)
    (record,) = _records(stream)
    assert list(record) == ["time", "level", "logger", "message"]
    assert record["level"] == "warning"
    assert record["logger"] == "bot.jobs"
    assert record["message"] == "run r-1 is 5 s late"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"])


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_bound_is_on_every_record_inside(
    opened: Callable[..., io.StringIO], form: Form
) -> None:
    """A worker says once which run it has in hand; libraries' records carry it too."""
    stream = opened(form=form)
    with bound(ws="local", run="r-1"), bound(run="r-2", draft="d-1", command="c-1", press="p-1"):
        logging.getLogger("slack_sdk.web").warning("inside")
    logging.getLogger("bot").warning("outside")
    inside, outside = stream.getvalue().splitlines()
    if form == "json":
        told = json.loads(inside)
        assert [told[name] for name in NAMES] == ["local", "r-2", "d-1", "c-1", "p-1"]
    else:
        assert "ws=local run=r-2 draft=d-1 command=c-1 press=p-1 inside" in inside
    assert "r-" not in outside


def test_what_is_bound_in_one_thread_is_not_said_of_another(
    opened: Callable[..., io.StringIO],
) -> None:
    """Two workers never mix up their runs."""
    stream = opened()
    with bound(run="r-1"):
        other = threading.Thread(target=lambda: logging.getLogger("bot").warning("elsewhere"))
        other.start()
        other.join()
    assert "run" not in _records(stream)[0]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_message_can_forge_a_line(opened: Callable[..., io.StringIO], form: Form) -> None:
    """What a customer wrote stays inside its record, whatever line ends it holds."""
    stream = opened(form=form)
    forged = (
        'x\n{"event":"approved"}\r\n2026-11-23T09:00:00.000Z INFO bot: signed\u2028y\x85z\x1b[2J'
    )
    with bound(run=forged):
        logging.getLogger("bot").warning("said %s", forged)
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(words=st.text(), raised=st.text())
def test_any_text_is_one_record(
    opened: Callable[..., io.StringIO], form: Form, words: str, raised: str
) -> None:
    """A record begins a line; a traceback's lines are set apart so that none looks like a record."""
    stream = opened(form=form)
    try:
        raise ValueError(raised)  # noqa: TRY301 -- what is raised is what is logged
    except ValueError:
        logging.getLogger("bot").exception("%s", words)
    lines = stream.getvalue().splitlines()
    if form == "json":
        assert len(_records(stream)) == 1
    else:
        assert _RECORD.match(lines[0])
        assert all(line.startswith("  | ") for line in lines[1:])


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("chatty", ["slack_sdk.web.base_client", "bot.app", "a.library"])
def test_no_secret_gets_in_at_debug(
    opened: Callable[..., io.StringIO], form: Form, chatty: str
) -> None:
    """Message, arguments, what is bound, exception and stack are all cleaned, whoever logs."""
    stream = opened(form=form, chatty=())
    log = logging.getLogger(chatty)
    with bound(press=f"{SECRET} xoxb-1-abcdef"):
        log.debug("sent %s", {"Authorization": "Bearer abcdefgh", "password": SECRET})
        try:
            raise OSError(SECRET) from ValueError("smtp://me:hunter22@host")  # noqa: TRY301 -- what is raised is what is logged
        except OSError:
            log.exception("failed with xapp-1-abcdef", stack_info=True)
    said = stream.getvalue()
    assert said.count("redacted") >= 6
    for secret in (SECRET, "abcdef", "hunter22"):
        assert secret not in said


def test_an_exception_nobody_caught_is_cleaned_too(opened: Callable[..., io.StringIO]) -> None:
    """A thread's last words go through the same door as every record."""
    stream = opened()

    def fail() -> None:
        raise RuntimeError(SECRET)

    thread = threading.Thread(target=fail, name="outbox")
    thread.start()
    thread.join()
    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    first, second = _records(stream)
    assert "outbox" in first["message"]
    assert "RuntimeError" in first["exception"]
    assert "RuntimeError" in second["exception"]
    assert SECRET not in stream.getvalue()


def test_a_warning_is_a_record(opened: Callable[..., io.StringIO]) -> None:
    """What a library warns of is cleaned like anything else."""
    stream = opened()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"old use of {SECRET}", stacklevel=1)
    assert "py.warnings" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_a_record_that_cannot_be_written_is_named_only(
    opened: Callable[..., io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    """Logging's own complaint would print the arguments as they are."""
    stream = opened()
    log = logging.getLogger("a.library")
    mistaken: tuple[object, ...] = (SECRET, "one too many")
    log.handle(log.makeRecord(log.name, logging.INFO, "", 1, "only %s", mistaken, None))
    assert stream.getvalue() == "A record of a.library could not be written (TypeError).\n"
    assert SECRET not in capsys.readouterr().err


def test_a_long_message_is_cut(opened: Callable[..., io.StringIO]) -> None:
    """One payload can't fill the disk; the secret at the cut is gone before it."""
    stream = opened()
    logging.getLogger("bot").warning("%s%s", "a" * (LONGEST - 5), SECRET)
    (record,) = _records(stream)
    assert len(record["message"]) < LONGEST + 50
    assert "characters more" in record["message"]
    assert SECRET[:5] not in record["message"]


def test_libraries_are_kept_quiet_unless_asked(opened: Callable[..., io.StringIO]) -> None:
    """At INFO only their warnings appear, at DEBUG their information too; whatever level they give themselves."""
    loud = logging.getLogger("slack_bolt.App")
    loud.setLevel(logging.DEBUG)
    for level, told in (("INFO", ["warning"]), ("DEBUG", ["info", "warning"])):
        stream = opened(level)
        for grade in (logging.DEBUG, logging.INFO, logging.WARNING):
            loud.log(grade, "narrating")
        assert [record["level"] for record in _records(stream)] == told
    logging.getLogger("slack_bolts").debug("another library")
    assert "another library" in stream.getvalue()
    loud.setLevel(logging.NOTSET)


def test_an_unknown_level_is_refused() -> None:
    """A level nobody knows is a mistake in the settings, not silence."""
    with pytest.raises(ValueError, match="LOUD"):
        configure("LOUD")


def test_everything_is_as_it_was_afterwards() -> None:
    """Handlers, levels and hooks are put back."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    configure("DEBUG", "json", stream=io.StringIO())()
    assert (root.handlers[:], root.level, sys.excepthook, threading.excepthook) == before
