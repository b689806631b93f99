"""`python -m bot.reference`: write docs/reference/*.md, in a checkout."""

from __future__ import annotations

from pathlib import Path

from bot.reference import pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def write(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(FOLDER)
