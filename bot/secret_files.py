"""Secrets may lie as files, one per setting and named like it: no child process and no listing shows them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where Docker, Podman and, if told so, Kubernetes put them.
MOUNTED = Path("/run/secrets")


def folders(environment: Mapping[str, str], mounted: Path = MOUNTED) -> list[Path]:
    """Return the folders that are there: the containers' own, and the one systemd names for its credentials."""
    named = environment.get("CREDENTIALS_DIRECTORY", "")
    return [each for each in (mounted, Path(named) if named else mounted / "-") if each.is_dir()]
