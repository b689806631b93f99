"""The bill of materials names everything that is locked, and is valid CycloneDX."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.sbom import LOCK, Locked, locked

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the command writes."""
    file = tmp_path_factory.mktemp("sbom") / "build" / "sbom.json"
    subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "tests" / "sbom.py"), str(file)], check=True
    )
    return file.read_text()


@pytest.fixture(scope="module")
def bill(written: str) -> dict[str, Any]:
    """Return the bill as parsed."""
    return json.loads(written)


def test_it_is_valid(written: str) -> None:
    """Every tool that reads CycloneDX 1.6 can read it."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_everything_locked_is_in_it_and_nothing_else(bill: dict[str, Any]) -> None:
    """Name and version are those of the lock, and each has the address scanners know it by."""
    found = {(each["name"], each["version"]) for each in bill["components"]}
    assert found == {(each.name, each.version) for each in locked(LOCK.read_text())}
    assert len(found) > 30
    for each in bill["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"


def test_it_says_what_needs_what(bill: dict[str, Any]) -> None:
    """Of a weakness somewhere below one sees which of our own choices brought it."""
    needs = {
        each["ref"].partition("@")[0]: {
            need.partition("@")[0] for need in each.get("dependsOn", ())
        }
        for each in bill["dependencies"]
    }
    assert {"slack-bolt", "sqlalchemy", "psycopg", "cryptography"} <= needs["sayso"]
    assert "slack-sdk" in needs["slack-bolt"]
    licensed = [each for each in bill["components"] if each.get("licenses")]
    assert len(licensed) > len(bill["components"]) * 0.8


def test_the_same_lock_gives_the_same_bill(written: str) -> None:
    """A bill that differs says that something differs."""
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "sbom.py")]
    again = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert again == written


def test_a_lock_is_read_with_its_markers_and_nothing_is_passed_over() -> None:
    """A line that is not understood stops it; a bill with gaps is worse than none."""
    text = "a-b==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\nC_d==2 \\\n    --hash=sha256:11\n"
    assert locked(text) == [Locked("a-b", "1.0", "sys_platform == 'win32'"), Locked("c-d", "2")]
    with pytest.raises(ValueError, match="nobody understands: -e"):
        locked("-e .")
