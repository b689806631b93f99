"""Looking at the connections now and then: the latest findings are kept, and only news is told."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from bot.checks import Checks
from workflows.ports import Finding

if TYPE_CHECKING:
    import pytest

BAD = Finding(ok=False, what="mail server", why="it does not answer", fix="Look at its host.")


def test_nothing_is_known_before_the_first_look() -> None:
    """Home then shows nothing, rather than that all is well."""
    assert Checks(lambda: (BAD,), lambda: None).findings == ()


def test_only_news_is_told() -> None:
    """The same findings twice redraw nobody's Home."""
    found, told = [(BAD,), (BAD,), ()], list[int]()
    checks = Checks(lambda: found.pop(0), lambda: told.append(1))
    for expected, times in (((BAD,), 1), ((BAD,), 1), ((), 2)):
        checks.look()
        assert (checks.findings, len(told)) == (expected, times)


def test_a_look_that_fails_does_not_end_the_looking(caplog: pytest.LogCaptureFixture) -> None:
    """The next one is taken, and the log has the first."""
    stop, looks = Event(), list[int]()

    def look() -> tuple[Finding, ...]:
        looks.append(1)
        if len(looks) == 1:
            raise RuntimeError
        stop.set()
        return (BAD,)

    checks = Checks(look, lambda: None)
    serving = Thread(target=checks.serve, args=(stop, 0.001))
    serving.start()
    serving.join(5)
    assert not serving.is_alive()
    assert checks.findings == (BAD,)
    assert "could not be looked at" in caplog.text


def test_a_look_that_fails_at_the_end_is_no_matter(caplog: pytest.LogCaptureFixture) -> None:
    """The database may be closed by then."""
    stop = Event()

    def look() -> tuple[Finding, ...]:
        stop.set()
        raise RuntimeError

    Checks(look, lambda: None).serve(stop)
    assert caplog.records == []
