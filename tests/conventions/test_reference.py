"""The reference says what the code does, and no page of the docs leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.reference import pages

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "reference"
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PROSE = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_what_the_code_says_now(name: str) -> None:
    """Whoever changes a command, a setting, a key or an event runs `python -m bot.reference`."""
    assert (WRITTEN / name).read_text(encoding="utf-8") == pages()[name]


def test_whom_a_default_names_is_said() -> None:
    """A key that names somebody when nothing is written says whom, as one with a number says the number."""
    rows = pages()["playbook.md"].splitlines()
    assert [row for row in rows if row.startswith("| `escalate` |") and row.endswith("| `owner` |")]


def test_there_is_no_page_that_nobody_writes() -> None:
    """A page that is not generated any more is removed."""
    assert {file.name for file in WRITTEN.iterdir()} == set(pages())


@pytest.mark.parametrize("file", PROSE, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    """Every link to a file of the project names one that is there, and a heading in it."""
    text = file.read_text(encoding="utf-8")
    for target in _LINK.findall(text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        found = (file.parent / path) if path else file
        assert found.exists(), f"{file.name} links to {target}"
        if heading:
            there = {_anchor(each) for each in _HEADING.findall(found.read_text(encoding="utf-8"))}
            assert heading in there, f"{file.name} links to {target}"


def _anchor(heading: str) -> str:
    """Return the anchor a heading gets on the usual Markdown pages."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
