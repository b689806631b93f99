"""Which program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version that is installed."""
    try:
        return version("sayso")
    except PackageNotFoundError:
        return "unknown"
