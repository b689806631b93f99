"""The fault tests in full size: `python -m tests.chaos.night [--seed N] [--only C1 C4] [--resume]`.

Each goal is a pytest run of its own, so that one that fails keeps no other from being tried. What is done is kept in
`build/chaos/state.json`; `--resume` goes on where an earlier night stopped, with its seed.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "chaos"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A promise, the tests that show it, and how many times their usual size it is to be shown at."""

    name: str
    promise: str
    tests: tuple[str, ...]
    scale: float = 1.0
    #: Only these of the tests, as pytest's `-k` has it.
    only: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of a goal."""

    name: str
    passed: bool
    seconds: float
    #: The lines the tests told of themselves, and pytest's last one.
    told: tuple[str, ...]


GOALS = (
    Goal(
        name="C1-sqlite",
        promise="100,000 presses, at least 150 kills: none lost, none twice, the log verifies",
        tests=("tests/chaos/test_kills.py",),
        scale=20,
        only="sqlite",
    ),
    Goal(
        name="C1-postgresql",
        promise="100,000 presses, at least 150 kills: none lost, none twice, the log verifies",
        tests=("tests/chaos/test_kills.py",),
        scale=50,
        only="postgresql",
    ),
    Goal(
        name="C2",
        promise="death at every boundary of every playbook, every time it is passed: the same end",
        tests=("tests/chaos/test_crash_points.py",),
        scale=100,
    ),
    Goal(
        name="C3",
        promise="10,000 actions with lost answers: no doubles, doubt asks a person",
        tests=("tests/chaos/test_doubt.py",),
        only="actions or never_answered",
    ),
    Goal(
        name="C3-runs-sqlite",
        promise="10,000 whole runs with lost answers end once each",
        tests=("tests/chaos/test_doubt.py",),
        scale=34,
        only="whole_runs and sqlite",
    ),
    Goal(
        name="C3-runs-postgresql",
        promise="10,000 whole runs with lost answers end once each",
        tests=("tests/chaos/test_doubt.py",),
        scale=100,
        only="whole_runs and postgresql",
    ),
    Goal(
        name="C4",
        promise="20,000 races of eight on each database: one winner, losers told who",
        tests=("tests/chaos/test_races.py",),
        scale=134,
    ),
    Goal(
        name="C5",
        promise="PostgreSQL crashed, frozen, cut off at every commit: refused in time, nothing half",
        tests=("tests/chaos/test_server_faults.py", "tests/chaos/test_commits_cut.py"),
        scale=2,
    ),
    Goal(
        name="C5-storm",
        promise="20,000 presses, at least 500 faults of the server: none lost, none twice",
        tests=("tests/chaos/test_server_storm.py",),
        scale=50,
    ),
    Goal(
        name="C6-C7",
        promise="a full disk, a lock held for 30 s: a whole press or none, an answer in 2.5 s",
        tests=("tests/chaos/test_storage_faults.py", "tests/chaos/test_server_disk.py"),
        scale=2,
    ),
    Goal(
        name="C8",
        promise="every n-th call of database, Slack and model fails, for all n and all playbooks",
        tests=("tests/chaos/test_every_call_fails.py",),
        scale=10_000,
    ),
    Goal(
        name="C9",
        promise="1,000 messages through a Slack that is busy for a fifth: each once, paced",
        tests=("tests/chaos/test_slack_faults.py",),
    ),
    Goal(
        name="C10",
        promise="sockets break, stay dark for 60 s, are two: back soon, nothing twice",
        tests=("tests/chaos/test_connection.py",),
        scale=30,
    ),
    Goal(
        name="C11",
        promise="whatever a model answers: no draft without a valid form, no crash",
        tests=("tests/agents",),
    ),
    Goal(
        name="C12",
        promise="400 zones, five years of changing clocks: each day once, at its hour",
        tests=("tests/chaos/test_calendar.py",),
    ),
    Goal(
        name="C13",
        promise="10,000 timers kept by four processes that die: each rings once",
        tests=("tests/chaos/test_timers.py", "tests/jobs/test_timers.py"),
        scale=50,
    ),
    Goal(
        name="C14",
        promise="at least 2,000 changes on each database: every one is found",
        tests=("tests/chaos/test_tampering.py",),
        scale=8,
        only="not clean",
    ),
    Goal(
        name="C14-clean",
        promise="100 clean logs on each database, looked at on the way: no false alarm",
        tests=("tests/chaos/test_tampering.py",),
        scale=25,
        only="clean",
    ),
    Goal(
        name="C15",
        promise="the database of every release is upgraded and its runs end on their playbooks",
        tests=("tests/golden",),
    ),
    Goal(
        name="C16",
        promise="a database restored from an old copy: nothing that has left leaves again",
        tests=("tests/chaos/test_restore.py",),
    ),
    Goal(
        name="C17",
        promise="50 presses a second for ten minutes: p99 below 500 ms, memory flat",
        tests=("tests/chaos/test_load.py",),
        scale=30,
    ),
    Goal(
        name="day",
        promise="a day of twelve people and three hundred drafts: all is decided, nobody is flooded",
        tests=("tests/chaos/test_a_day.py",),
    ),
    Goal(
        name="rule",
        promise="what a rule signed leaves once, within its day's limits, whoever dies and whoever races",
        tests=("tests/chaos/test_by_rule.py",),
    ),
    Goal(
        name="C18",
        promise="told to stop 50 times at random: gone within ten seconds, nothing lost",
        tests=("tests/chaos/test_stop.py",),
        scale=17,
    ),
    Goal(
        name="checker",
        promise="the checker finds every loss and every double that is put in by hand",
        tests=("tests/chaos/test_checker.py",),
    ),
)
_TOLD = re.compile(r"\d.*(acks|presses|actions|changed|replaced|calls|commits|kB)")


class Night:
    """One night's work, kept on the disk goal by goal."""

    def __init__(self, kept: Path, seed: int, *, resume: bool) -> None:
        kept.mkdir(parents=True, exist_ok=True)
        self._file, self._logs = kept / "state.json", kept
        goes_on = resume and self._file.exists()
        found: dict[str, Any] = json.loads(self._file.read_text()) if goes_on else {}
        self.seed: int = found.get("seed", seed)
        kept_seen: list[dict[str, Any]] = found.get("seen", [])
        self.seen = [_seen(each) for each in kept_seen]

    def done(self, goal: Goal) -> bool:
        """Whether a goal was reached already."""
        return any(each.name == goal.name and each.passed for each in self.seen)

    def try_out(self, goal: Goal) -> Seen:
        """Run the tests of a goal, and keep what was seen."""
        log, began = self._logs / f"{goal.name}.log", time.monotonic()
        with log.open("w") as out:
            done = subprocess.run(
                self.command(goal), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False
            )
        lines = [line.lstrip(".") for line in log.read_text(errors="replace").splitlines()]
        told = tuple(line for line in lines if _TOLD.match(line))[:10]
        seen = Seen(
            name=goal.name,
            passed=done.returncode == 0,
            seconds=round(time.monotonic() - began, 1),
            told=(*told, lines[-1] if lines else "nothing was said"),
        )
        self.seen = [*(each for each in self.seen if each.name != goal.name), seen]
        self._keep()
        return seen

    def command(self, goal: Goal) -> list[str]:
        """Return what runs the tests of a goal."""
        chosen = ["-k", goal.only] if goal.only else []
        # The options come with this folder.
        ours = any(each.startswith("tests/chaos") for each in goal.tests)
        size = [f"--chaos-scale={goal.scale}", f"--chaos-seed={self.seed}"] if ours else []
        plain = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]
        return [*plain, *size, *chosen, *goal.tests]

    def _keep(self) -> None:
        kept = {"seed": self.seed, "seen": [asdict(each) for each in self.seen]}
        self._file.write_text(json.dumps(kept, indent=1))


def _seen(kept: dict[str, Any]) -> Seen:
    return Seen(**(kept | {"told": tuple(kept["told"])}))


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every goal that was asked for; return 0 when all of them were reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", nargs="*", default=[], metavar="GOAL")
    parser.add_argument("--resume", action="store_true", help="go on with the last night")
    parser.add_argument("--shrink", type=float, default=1.0, help="a part of the full sizes")
    asked = parser.parse_args(arguments)
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    night = Night(KEPT, seed, resume=asked.resume)
    _say(f"seed {night.seed}, kept in {KEPT}")
    failed = [goal.name for goal in _chosen(asked.only) if not _reached(night, goal, asked.shrink)]
    _say(f"FAILED: {', '.join(failed)}" if failed else "Every goal was reached.")
    return 1 if failed else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _chosen(names: Sequence[str]) -> list[Goal]:
    """Return the goals of these names, or all: `C1` means both of its databases."""
    return [
        goal
        for goal in GOALS
        if not names or any(goal.name == name or goal.name.startswith(f"{name}-") for name in names)
    ]


def _reached(night: Night, goal: Goal, shrink: float) -> bool:
    if night.done(goal):
        _say(f"== {goal.name}: reached before")
        return True
    _say(f"== {goal.name}: {goal.promise}")
    seen = night.try_out(replace(goal, scale=max(goal.scale * shrink, min(goal.scale, 1.0))))
    for line in seen.told:
        _say(f"   {line}")
    _say(f"   {'reached' if seen.passed else 'FAILED'} in {seen.seconds:.0f} s")
    return seen.passed


if __name__ == "__main__":
    sys.exit(main())
