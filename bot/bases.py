"""The playbooks that others extend: files beside them, or those that ship."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from workflows.loading.extending import LONGEST, extended, joined, stands_alone


def with_bases(text: str, file: str) -> str:
    """Return a playbook's text with the ones it extends behind it; a name nobody has is left to the reader."""
    if stands_alone(text):
        return text
    texts, here = [text], Path(file)
    while len(texts) <= LONGEST and (name := extended(texts[-1])):
        base = _beside(name, here, texts) or _shipped(name)
        if not base:
            break
        texts.append(base)
    whole = texts.pop()
    while texts:
        whole = joined(texts.pop(), whole)
    return whole


def _beside(name: str, here: Path, taken: list[str]) -> str:
    """Return the text of a playbook in the same folder; a file of the same name may extend the one that ships."""
    file = here.with_name(f"{name}.yml")
    text = file.read_text(encoding="utf-8") if file != here and file.is_file() else ""
    return "" if text == taken[0] else text


def _shipped(name: str) -> str:
    file = resources.files("workflows") / "catalog" / f"{name}.yml"
    return file.read_text(encoding="utf-8") if file.is_file() else ""
