"""`make bench`: figures, each beside what it is compared with, also written to benchmarks/results.json.

`python -m benchmarks [--only NAME] [--data DIR]`; DIR holds the public data (default ../shared/data).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import kpi, press, start

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
EVERY = {"kpi": kpi.run, "press": press.run, "start": start.run}


def main() -> int:
    """Run what was asked for; the exit code says whether every target was met."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=sorted(EVERY))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked = parser.parse_args()
    figures: list[dict[str, object]] = []
    for name in [asked.only] if asked.only else EVERY:
        print(f"== {name}", flush=True)
        for figure in EVERY[name](asked.data):
            figures.append(figure)
            print(_line(figure), flush=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure["met"] is not False for figure in figures) else 1


def _line(figure: dict[str, object]) -> str:
    verdict = {True: "met", False: "MISSED", None: ""}[figure["met"]]  # pyright: ignore[reportArgumentType] -- met is one of the three
    words = f"{figure['name']}: {figure['value']} {figure['unit']}"
    return f"  {words} | beside {figure['beside']} | target {figure['target']} {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
