"""How long `sayso --help` takes, beside a Python that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

_TIMES = 7


def run(_data: Path) -> list[dict[str, object]]:
    """Return the median of seven starts."""
    command = str(Path(sys.executable).parent / "sayso")
    took = _median([command, "--help"])
    bare = _median([sys.executable, "-c", "pass"])
    return [
        {
            "name": "start: sayso --help",
            "value": round(took, 3),
            "unit": "s",
            "beside": f"a bare Python: {bare:.3f} s; {took / bare:.1f} times as long",
            "target": "< 0.3 s",
            "met": took < 0.3,
        }
    ]


def _median(command: list[str]) -> float:
    taken: list[float] = []
    for _ in range(_TIMES):
        before = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)
