"""Runs everything continuous integration runs, in its order. `--quick`: format, lint, types, layers, unit tests.

What can't be set up is a failure, never a silent skip. The tests run on the built wheel, away from the tree.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
#: The wheel is tried in an environment of its own, in a folder that holds the tests and not the product.
ENVIRONMENT, TRIED = BUILD / "environment", BUILD / "tried"
PACKAGES = ("agents", "blocks", "bot", "handlers", "workflows")
#: What tests look at beside the wheel.
BESIDE = (
    *("tests", "benchmarks", "docs", "deploy", "locks", "pyproject.toml", "manifest.yml"),
    *("Makefile", ".dockerignore", "hatch_build.py"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
)
#: Every branch of these is taken by some test.
COVERED = ("workflows/machine.py", "workflows/policy.py", "workflows/engine.py")
#: Where a browser may be; Debian's package is installed when none is there.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Where a PostgreSQL server's program may be; Debian's package is installed when it is in none of them.
SERVERS = (
    "usr/lib/postgresql/*/bin/postgres",
    "usr/local/pgsql/bin/postgres",
    "opt/homebrew/opt/postgresql*/bin/postgres",
)


class Failed(Exception):
    """A step failed; its output has been shown."""


@dataclass(frozen=True)
class Step:
    """One command of the run."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a tool of this environment."""
    return (str(Path(sys.executable).parent / name), *arguments)


QUICK = (
    Step("format", tool("ruff", "format", "--check", ".")),
    Step("lint", tool("ruff", "check", ".")),
    Step("types", tool("pyright", "--project", str(ROOT / "pyproject.toml"))),
    Step("layers", tool("lint-imports")),
)
CAREFUL = (
    Step("unused code", tool("vulture")),
    Step("dependencies", tool("deptry", ".")),
    Step("spelling", tool("codespell", *PACKAGES, "docs", "README.md")),
)


def run(step: Step, environment: dict[str, str] | None = None) -> None:
    """Run one step. Raises `Failed` when it fails."""
    began = time.monotonic()
    print(f"== {step.name}", flush=True)
    done = subprocess.run(
        step.command, cwd=step.folder, env={**os.environ, **(environment or {})}, check=False
    )
    print(f"== {step.name}: {time.monotonic() - began:.0f} s", flush=True)
    if done.returncode != 0:
        raise Failed(step.name)


def build_wheel() -> Path:
    """Build the wheel and install it alone into a fresh environment; return that environment's Python."""
    shutil.rmtree(BUILD, ignore_errors=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    flags = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(BUILD))
    run(Step("wheel", (*pip, "wheel", *flags, ".")))
    wheel = next(BUILD.glob("sayso-*.whl"))
    run(Step("environment", (sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT))))
    python = ENVIRONMENT / "bin" / "python"
    site = next((ENVIRONMENT / "lib").glob("python*")) / "site-packages"
    # The dependencies of this environment are visible there, its editable install of the tree is not.
    (site / "dependencies.pth").write_text(
        f"{next(p for p in sys.path if p.endswith('site-packages'))}\n"
    )
    run(
        Step(
            "install",
            (
                *pip,
                "--python",
                str(python),
                "install",
                "--no-deps",
                "--force-reinstall",
                str(wheel),
            ),
        )
    )
    return python


def lay_out() -> None:
    """Copy what the tests need beside the wheel into a folder without the product's own sources."""
    for name in BESIDE:
        source, target = ROOT / name, TRIED / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def may_install() -> bool:
    """Whether Debian's packages can be installed here."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def install(package: str) -> None:
    """Install one of Debian's packages. Raises `Failed`."""
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    run(Step("package lists", ("apt-get", "update", "-q")), quietly)
    command = ("apt-get", "install", "-y", "-q", "--no-install-recommends", package)
    run(Step(package, command), quietly)


def find_server() -> None:
    """See to it that there is a PostgreSQL server to start. Raises `Failed` when there is none."""
    if shutil.which("postgres") or any(list(Path("/").glob(place)) for place in SERVERS):
        return
    if not may_install():
        print("There is no PostgreSQL server. Install one (Debian: apt-get install postgresql).")
        raise Failed("PostgreSQL")
    install("postgresql")


def find_browser() -> str:
    """Return a Chromium, installing Debian's package where that is allowed. Raises `Failed` when there is none."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if may_install():
        install("chromium")
        return shutil.which("chromium") or ""
    run(Step("browser", tool("playwright", "install", "chromium")))
    return ""


def measure_coverage(python: Path) -> None:
    """Check that the rules are covered in full, every branch."""
    site = next((ENVIRONMENT / "lib").glob("python*")) / "site-packages"
    wanted = ",".join(f"*/{name}" for name in COVERED)
    command = (str(python), "-m", "coverage", "report", f"--include={wanted}", "--fail-under=100")
    run(Step("coverage of the rules", command, TRIED), {"PYTHONPATH": str(site)})


def run_everything(extra: list[str]) -> None:
    """Run all of it."""
    for step in (*QUICK, *CAREFUL):
        run(step)
    browser = find_browser()
    find_server()
    python = build_wheel()
    lay_out()
    shared = {
        "SAYSO_TEST_BROWSER": browser,
        "SAYSO_TEST_DATA": str(ROOT.parent / "shared" / "data"),
        "SAYSO_TEST_COMMAND": str(ENVIRONMENT / "bin" / "sayso"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pytest = (str(python), "-m", "pytest", "-q", "--dist", "loadgroup")
    coverage = ("--cov=workflows", "--cov-branch", "--cov-report=")
    plain = ("-m", "not chaos and not browser", *coverage)
    run(Step("tests", (*pytest, "-n", "2", *plain, *extra), TRIED), shared)
    measure_coverage(python)
    # Faults are waited for half of the time, so that a third process finds room.
    run(Step("faults", (*pytest, "-n", "3", "-m", "chaos", *extra), TRIED), shared)
    run(Step("browser tests", (*pytest, "-n", "2", "-m", "browser", *extra), TRIED), shared)


def run_quick(extra: list[str]) -> None:
    """Run what takes seconds."""
    for step in QUICK:
        run(step)
    run(Step("unit tests", (sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/unit", *extra)))


def main() -> int:
    """Run what was asked for; say at the end what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    asked, extra = parser.parse_known_args()
    try:
        (run_quick if asked.quick else run_everything)(extra)
    except Failed as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    print("Everything passed.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
