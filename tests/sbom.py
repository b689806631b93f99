"""Writes the bill of materials of what runs (CycloneDX 1.6, JSON) from the lock: offline, and the same each time.

`python tests/sbom.py [FILE]`; without a file it goes to standard output.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "locks" / "run.txt"
_LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")


@dataclass(frozen=True)
class Locked:
    """One line of the lock."""

    name: str
    version: str
    marker: str = ""


def locked(text: str) -> list[Locked]:
    """Return what a lock names. Raises `ValueError` for a line that is neither a version, a hash nor a comment."""
    found: list[Locked] = []
    for line in text.splitlines():
        if match := _LINE.match(line):
            found.append(Locked(canonicalize_name(match[1]), match[2], match[3] or ""))
        elif line.strip() and not line.lstrip().startswith(("--hash=", "#")):
            raise ValueError(f"The lock has a line nobody understands: {line}")
    return found


def bill(text: str, project: dict[str, object]) -> Bom:
    """Return the bill of a lock's text, for a project as pyproject.toml describes it."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    name, version = str(project["name"]), str(project["version"])
    whole = Component(
        type=ComponentType.APPLICATION,
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        licenses=[LicenseFactory().make_from_string(str(project["license"]))],
        properties=[Property(name="sayso:lock:sha256", value=digest)],
    )
    made = Bom(serial_number=uuid5(NAMESPACE_URL, f"{name}@{version}#{digest}"))
    made.metadata.component = whole
    made.metadata.timestamp = None  # type: ignore[assignment] -- its writer leaves it out, as the standard allows
    parts = {each.name: _component(each) for each in locked(text)}
    for part in parts.values():
        made.components.add(part)
        needed = [parts[need] for need in _needs(part) if need in parts]
        made.register_dependency(part, needed)
    direct = [canonicalize_name(Requirement(str(each)).name) for each in _direct(project)]
    made.register_dependency(whole, [parts[each] for each in direct if each in parts])
    return made


def _direct(project: dict[str, object]) -> Iterator[object]:
    """Yield what the project asks for itself, its extras included."""
    asked, extras = project["dependencies"], project["optional-dependencies"]
    assert isinstance(asked, list)
    assert isinstance(extras, dict)
    yield from asked
    for more in extras.values():
        yield from more


def _component(each: Locked) -> Component:
    marked = [Property(name="sayso:lock:marker", value=each.marker)] if each.marker else []
    license_ = _license(each)
    return Component(
        type=ComponentType.LIBRARY,
        name=each.name,
        version=each.version,
        bom_ref=f"{each.name}@{each.version}",
        purl=PackageURL("pypi", None, each.name, each.version),
        licenses=[LicenseFactory().make_from_string(license_)] if license_ else [],
        properties=marked,
    )


def _installed(name: str, version: str) -> metadata.Distribution | None:
    """Return the locked version where it is installed: it tells its licence and what it needs."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return found if found.version == version else None


def _license(each: Locked) -> str:
    found = _installed(each.name, each.version)
    if found is None:
        return ""
    said = found.metadata.get("License-Expression") or found.metadata.get("License") or ""
    classified = [
        line.rpartition(" :: ")[2]
        for line in found.metadata.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    # Some put the whole text there.
    return said if said and len(said) < 100 and "\n" not in said else " AND ".join(classified)


def _needs(part: Component) -> list[str]:
    found = _installed(part.name, part.version or "")
    needed = map(Requirement, (found.requires or []) if found else [])
    return [canonicalize_name(need.name) for need in needed]


def main() -> int:
    """Write the bill of this repository's lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    written = JsonV1Dot6(bill(LOCK.read_text(), project)).output_as_string(indent=2) + "\n"
    if len(sys.argv) > 1:
        file = Path(sys.argv[1])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written)
    else:
        sys.stdout.write(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
