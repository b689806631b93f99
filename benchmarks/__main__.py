"""`make bench`: figures, each beside what it is compared with, also written to benchmarks/results.json.

`python -m benchmarks [--only NAME ...] [--data DIR] [--database KIND] [--quick]`; DIR holds the public data
(default ../shared/data). A quick run shows that the benchmarks work; its figures mean nothing and are not kept.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks import page
from benchmarks.figures import Asked, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figures import Benchmark

ROOT = Path(__file__).resolve().parent.parent
#: In the order in which they run. Each is a module of this package with a function `run`.
EVERY = (
    *("kpi", "start", "press", "load", "cycle", "signed", "disk"),
    *("audit", "waiting", "scale", "evidence"),
)
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code says whether every target was met."""
    options = _options(arguments)
    asked = Asked(
        data=options.data,
        databases=tuple(options.database or DATABASES),
        quick=options.quick,
    )
    taken: dict[str, list[Figure]] = {}
    for name in options.only or EVERY:
        print(f"== {name}", flush=True)
        taken[name] = []
        for figure in _benchmark(name)(asked):
            taken[name].append(figure)
            print(figure.line, flush=True)
        if not asked.quick:
            keep(page.RESULTS, name, taken[name])
            page.main()
    missed = [figure.name for each in taken.values() for figure in each if figure.met is False]
    print(f"{len(missed)} missed" + "".join(f"\n  {name}" for name in missed))
    return 1 if missed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=sorted(EVERY), action="append")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args(arguments)


def _benchmark(name: str) -> Benchmark:
    """Import one benchmark: what the others need is then neither needed nor in memory."""
    return cast("Benchmark", importlib.import_module(f"benchmarks.{name}").run)


def keep(file: Path, name: str, figures: Sequence[Figure]) -> None:
    """Put a benchmark's figures in the place of its older ones; all others stay as they are."""
    rows = page.kept(file) if file.exists() else []
    fresh = {figure.name for figure in figures}
    others = [row for row in rows if row["benchmark"] != name or row["name"] not in fresh]
    new = [figure.kept(name) for figure in figures]
    ordered = sorted([*others, *new], key=lambda row: EVERY.index(row["benchmark"]))
    file.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
