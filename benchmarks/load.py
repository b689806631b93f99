"""Press → acknowledgement at 50 presses a second, beside a Bolt listener that only acknowledges."""

from __future__ import annotations

import json
import statistics
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from slack_bolt import BoltRequest

from benchmarks.company import HOLDS, office, wait_for
from benchmarks.figures import Figure, in_turn, milliseconds, percentile, skipped
from benchmarks.places import WORDS, Places, missing, settle
from benchmarks.presses import Wire, body, shown, steadily
from benchmarks.processes import answers, free_port, module
from benchmarks.serving import bare
from bot.app import build
from tests.slack.workspace import Server, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from slack_bolt import App

    from benchmarks.company import Office
    from benchmarks.figures import Asked

_RATE = 50.0
_SECONDS = 12
_TARGET = 0.1


def run(asked: Asked) -> Iterator[Figure]:
    """Yield the slow press in process, over HTTP, and over HTTP while as many letters leave."""
    presses = asked.size(int(_RATE * _SECONDS))
    for kind in asked.databases:
        name = f"load: press to ack p99 on {WORDS[kind]}"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places, _slack() as api:
            yield _dispatched(places, kind, api, presses)
            yield _over_http(places, kind, api, presses, "held-letter")
            yield _over_http(places, kind, api, presses, "letter")


@contextmanager
def _slack() -> Generator[str]:
    server = Server(Workspace())
    yield f"{server.url}/api/"
    server.stop()


def _dispatched(places: Places, kind: str, api: str, presses: int) -> Figure:
    url = places.new(kind)
    with office(places.home(), url, slack_api=api) as ours:
        app, other = build(ours.foundation).app, bare()

        def mine(turn: int) -> float:
            bodies = _bodies(ours, turn, presses, "held-letter")
            settle(places, url)
            return percentile(steadily([_dispatch(app, each) for each in bodies], _RATE), 99)

        def theirs(turn: int) -> float:
            bodies = _bodies(ours, f"bare-{turn}", 1, "held-letter") * presses
            return percentile(steadily([_dispatch(other, each) for each in bodies], _RATE), 99)

        results = in_turn(mine, theirs)
    return _figure(f"load: press to ack p99 on {WORDS[kind]}, dispatched", *results)


def _over_http(places: Places, kind: str, api: str, presses: int, playbook: str) -> Figure:
    home, url, turns = places.home(), places.new(kind), count()
    with office(home, url) as ours:

        def mine(turn: int) -> float:
            bodies = _bodies(ours, turn, presses, playbook)
            settle(places, url)
            with _process("bot", api, home, url) as wire:
                return percentile(steadily([_send(wire, each) for each in bodies], _RATE), 99)

        def theirs(_: int) -> float:
            bodies = _bodies(ours, f"bare-{next(turns)}", 1, "held-letter") * presses
            with _process("bare", api, home, url) as wire:
                return percentile(steadily([_send(wire, each) for each in bodies], _RATE), 99)

        results = in_turn(mine, theirs)
    leaving = "" if HOLDS[playbook] else ", as many letters leaving"
    return _figure(f"load: press to ack p99 on {WORDS[kind]}, over HTTP{leaving}", *results)


def _bodies(ours: Office, turn: object, presses: int, playbook: str) -> list[str]:
    drafts = [ours.drafted(f"{turn}-{n}", playbook) for n in range(presses)]
    shown(ours)
    return [json.dumps(body(each, "http://127.0.0.1:9/nowhere")) for each in drafts]


def _dispatch(app: App, payload: str) -> Callable[[], None]:
    def act() -> None:
        answer = app.dispatch(BoltRequest(body=json.loads(payload), mode="socket_mode"))
        if answer.status != 200:
            msg = f"a press was answered {answer.status}"
            raise RuntimeError(msg)

    return act


def _send(wire: Wire, payload: str) -> Callable[[], None]:
    return lambda: wire.send(payload)


@contextmanager
def _process(kind: str, api: str, home: Path, url: str) -> Generator[Wire]:
    port = free_port()
    with module("benchmarks.serving", kind, port, api, home, url) as process:
        wait_for(lambda: answers(process, port), 20, f"the {kind} process answers")
        yield Wire("127.0.0.1", port)


def _figure(name: str, ours: list[float], theirs: list[float]) -> Figure:
    mine = statistics.median(ours)
    return Figure(
        name=name,
        value=milliseconds(mine, 1),
        unit="ms",
        beside=f"a Bolt listener that only acknowledges: {milliseconds(statistics.median(theirs), 1)} ms",
        target="< 100 ms at 50 presses/s",
        met=mine < _TARGET,
    )
