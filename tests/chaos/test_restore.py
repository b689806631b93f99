"""A backup that is an hour old is restored: what left meanwhile never leaves again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from bot.clock import TimeIds
from bot.storage.audit_verify import verify
from bot.storage.copying import backup, restore
from bot.storage.database import Database, open_database
from tests.chaos.house import KINDS, OWNER, SALES, connectors, open_house, write_company
from tests.fakes.clock import FakeClock
from tests.postgres import OWNER as OWNS
from workflows.answers import Recorded
from workflows.commands import Approve, Resume, StartRun
from workflows.run import DraftState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.databases import Databases
    from tests.chaos.house import House
    from workflows.run import Draft, Run

#: Of each connector's runs: signed before the backup was taken, or only after it.
EACH = 4


def test_what_left_after_the_backup_never_leaves_again(
    databases: Databases, database_url: str, tmp_path: Path
) -> None:
    """Nothing is carried out until a person says so; then it is looked up, or a person is asked."""
    home, clock = write_company(tmp_path / "company"), FakeClock()
    file = tmp_path / "backup.db"
    started = _an_hour(_house(home, clock, database_url), clock, file)
    left = _effects(home)
    assert sum(left.values()) == len(left) == EACH * len(KINDS)

    url = databases.new()
    restored = _owned(url)
    restore(file, restored, ids=TimeIds(), at=clock.now())
    restored.close()
    house = _house(home, clock, url)
    _work(house)
    assert _effects(home) == left

    _go_on(house, clock, [run for runs in started.values() for run in _late(runs)])
    assert _effects(home) == left
    ends = {kind: {_draft(house, run).state for run in started[kind]} for kind in KINDS}
    assert ends["key"] == ends["lookup"] == {DraftState.EXECUTED}
    assert ends["none"] == {DraftState.UNCERTAIN}
    assert verify(house.foundation.database).ok
    house.foundation.close()
    databases.drop(url)


def _an_hour(house: House, clock: FakeClock, file: Path) -> dict[str, list[str]]:
    """Sign half, take the backup, sign the rest and let all of it leave; return the runs of each connector."""
    started = {kind: [_started(house, kind, n) for n in range(EACH)] for kind in KINDS}
    for runs in started.values():
        for run in runs[: EACH // 2]:
            _sign(house, run)
    _backed_up(house, file)
    clock.pass_by(minutes=5)
    for runs in started.values():
        for run in _late(runs):
            _sign(house, run)
    clock.pass_by(minutes=55)
    _work(house)
    house.foundation.close()
    return {str(kind): runs for kind, runs in started.items()}


def _late(runs: list[str]) -> list[str]:
    return runs[EACH // 2 :]


def _go_on(house: House, clock: FakeClock, unsigned: list[str]) -> None:
    """Resume, sign what the backup has as unsigned, and let workers do whatever is due."""
    resumed = house.foundation.engine.handle(Resume(actor=OWNER, key="on", scope="everything"))
    assert isinstance(resumed, Recorded)
    for run in unsigned:
        _sign(house, run)
    _work(house)
    clock.pass_by(minutes=5)
    _work(house)


def _house(home: Path, clock: FakeClock, url: str) -> House:
    return open_house(home, clock, database_url=url, ids=TimeIds(), outside=connectors(home))


def _started(house: House, kind: str, n: int) -> str:
    answer = house.foundation.engine.handle(
        StartRun(actor=OWNER, key=f"{kind}-{n}", playbook=f"note-{kind}", inputs={"to": f"p{n}"})
    )
    assert isinstance(answer, Recorded)
    assert answer.run is not None
    return answer.run.id


def _run(house: House, run_id: str) -> Run:
    found = house.foundation.lookup.run(run_id)
    assert found is not None
    return found


def _draft(house: House, run_id: str) -> Draft:
    found = _run(house, run_id).draft
    assert found is not None
    return found


def _sign(house: House, run_id: str) -> None:
    draft = _draft(house, run_id)
    signing = Approve(
        actor=SALES[0],
        key=f"sign-{run_id}",
        draft_id=draft.id,
        revision=draft.revision,
        payload_hash=draft.current.payload_hash,
    )
    assert isinstance(house.foundation.engine.handle(signing), Recorded)


def _work(house: House) -> None:
    """Let a worker do all that is due; a run that comes back for ever is found by the bound."""
    for _ in range(20 * EACH * len(KINDS)):
        if not house.core.advance():
            return
    raise AssertionError


def _backed_up(house: House, file: Path) -> None:
    owned = _owned(house.foundation.settings.database)
    backup(owned, file)
    owned.close()


def _owned(url: str) -> Database:
    """Open a database as the role that owns its tables."""
    place = make_url(url)
    owner = place.set(username=OWNS) if place.username else place
    return open_database(owner.render_as_string(), "*")


def _effects(home: Path) -> dict[str, int]:
    """Return how often each draft left, by its key, as the providers have it."""
    happened: dict[str, int] = {}
    for connector in connectors(home):
        for effect in connector.effects:  # type: ignore[attr-defined]  # the fake's own list
            happened[effect.key] = happened.get(effect.key, 0) + 1
    return happened
