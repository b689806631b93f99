"""Somebody changes the database behind the program's back: every change is found, and nothing else cries wolf."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.storage.audit_verify import verify
from bot.storage.notes import Keyring
from tests.chaos import forger, thief
from tests.chaos.clock import dice
from tests.chaos.forger import FORGERIES
from tests.chaos.house import write_company
from tests.chaos.processes import wait_for
from tests.chaos.storm import Stage, press
from tests.chaos.thief import THEFTS, change, columns
from tests.chaos.vault import KEY, Vault, erase_one, opened, seal_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from bot.storage.audit_check import Verdict
    from tests.chaos.databases import Databases
    from tests.chaos.thief import Theft

#: Changes of single columns, and of each larger kind; a larger scale tries more of them.
CHANGES, EACH = 240, 8
LOGS = 4


def _play(stage: Stage, presses: int, witness: Path) -> Iterator[Verdict]:
    """Let people work, erase something, seal everything; yield what the log looks like on the way."""
    house = stage.house()
    database, clock = house.foundation.database, stage.clock
    keys = Keyring([KEY.public])
    press(stage, "left", presses)
    yield verify(database, keys=keys)
    seal_all(database, clock, witness)
    yield verify(database, witness=witness, keys=keys)

    def settled() -> bool:
        while house.core.advance():
            pass
        states = house.foundation.lookup.states()
        return not states.get("working") and not states.get("holding")

    wait_for(settled, 30, "the play is over")
    yield verify(database, witness=witness, keys=keys)
    erase_one(house, clock)
    yield verify(database, keys=keys)
    seal_all(database, clock, witness)
    yield verify(database, witness=witness, keys=keys)
    house.foundation.close()


def _stage(folder: Path, url: str, seed: int) -> Stage:
    home = write_company(folder / "company")
    return Stage(home=str(home), database=url, began=time.time(), rate=300.0, seed=seed)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Vault]:
    """Return a sealed log of a few dozen presses; whatever a test does to it is put back."""
    folder, url = tmp_path_factory.mktemp("vault"), databases.new()
    for verdict in _play(_stage(folder, url, 7), 70, folder / "witness.jsonl"):
        assert verdict.ok, verdict
    with opened(url, folder / "witness.jsonl") as made:
        yield made
    databases.drop(url)


def test_a_log_nobody_touched_is_found_whole(vault: Vault) -> None:
    """There is something to look at: entries, an erasure, several checkpoints, and copies of them elsewhere."""
    verdict = vault.verdict()
    assert verdict.ok, verdict
    assert verdict.entries > 100
    assert verdict.checkpoints >= 3
    assert verdict.signed
    assert verdict.witnessed == verdict.checkpoints
    assert verdict.unsealed == 0
    assert vault.one("select count(*) from audit_redaction") > 0


def test_no_clean_log_is_called_broken(
    tmp_path: Path, databases: Databases, scale: float, seed: int
) -> None:
    """Other people, other presses, looked at again and again: not one false alarm."""
    looks = 0
    for n in range(round(LOGS * scale)):
        url, folder = databases.new(), tmp_path / str(n)
        folder.mkdir()
        for verdict in _play(_stage(folder, url, seed + n), 40, folder / "witness.jsonl"):
            assert verdict.ok, verdict
            looks += 1
        databases.drop(url)
    assert looks >= 5


#: Numbers of the database's own, which say nothing: on PostgreSQL entries are numbered with gaps.
_SAYS_NOTHING = {("audit_event", "n")}


def test_every_changed_column_is_found(vault: Vault, scale: float, seed: int) -> None:
    """Every column of every table of the log in its turn, in any row: verifying names a place each time."""
    chance, missed, tried = dice(seed, "columns"), list[str](), Counter[str]()
    every = [each for each in columns(vault) if vault.is_sqlite or each not in _SAYS_NOTHING]
    wanted = max(round(CHANGES * scale), len(every))
    while tried.total() < wanted:
        for table, column in every:
            words, verdict = _changed(vault, table, column, chance)
            tried[table] += 1
            if verdict.ok or not verdict.first_bad or not verdict.first_bad.problem:
                missed.append(words)
    print(f"{tried.total()} changed columns, {len(missed)} missed")  # noqa: T201 -- shown with -s
    assert not missed, "\n".join(missed)


def _changed(vault: Vault, table: str, column: str, chance: Random) -> tuple[str, Verdict]:
    """Change a column of some row; what the database itself refuses is tried with another value."""
    for _ in range(50):
        with vault.tried():
            try:
                words = change(vault, table, column, chance)
            except IntegrityError:
                continue
            return words, vault.verdict()
    raise AssertionError(f"{table}.{column} can't be changed")


@pytest.mark.parametrize("theft", [*THEFTS, *FORGERIES], ids=lambda theft: theft.__name__)
def test_every_theft_is_found(vault: Vault, theft: Theft, scale: float, seed: int) -> None:
    """Entries dropped, swapped, written anew with all their hashes, checkpoints forged: each is found, each time."""
    chance = dice(seed, theft.__name__)
    for n in range(round(EACH * scale)):
        with vault.tried():
            assert theft(vault, chance)
            verdict = vault.verdict()
            assert not verdict.ok, f"{theft.__doc__} #{n}"
            assert verdict.first_bad
            assert verdict.first_bad.problem
    assert vault.verdict().ok


def test_a_log_written_anew_with_the_stolen_key_is_found_by_what_is_kept_elsewhere_alone(
    vault: Vault, seed: int
) -> None:
    """The limit of what a database can prove about itself, said aloud: without a copy elsewhere it looks whole."""
    with vault.tried():
        forger.reseal_with_the_key(vault, dice(seed, "key"))
        assert vault.verdict(witnessed=False).ok
        found = vault.verdict()
    assert not found.ok
    assert found.first_bad
    assert "written anew" in found.first_bad.problem


def test_without_the_key_a_log_written_anew_can_be_sealed_by_nobody(
    vault: Vault, seed: int
) -> None:
    """Checkpoints of another key are refused, also where no copy of the true ones is kept."""
    with vault.tried():
        forger.reseal(vault, dice(seed, "other key"))
        assert not vault.verdict(witnessed=False).ok


def test_a_changed_entry_is_named(vault: Vault, seed: int) -> None:
    """The first broken place is the entry that was touched, by its id."""
    chance = dice(seed, "named")
    for column in ("ts", "actor", "event", "object", "hdr", "hash"):
        entry = chance.choice(vault.rows("select id from audit_event"))["id"]
        with vault.tried():
            old = vault.one(f"select {column} from audit_event where id = ?", [entry])  # noqa: S608 -- our columns
            new = thief.another(old, chance)
            vault.run(f"update audit_event set {column} = ? where id = ?", [new, entry])  # noqa: S608 -- our columns
            named = [each.event_id for each in vault.verdict().bad]
        assert entry in named, column
