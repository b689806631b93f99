"""The command line. Every command loads what it needs when it runs, so that `sayso --help` is quick."""

from __future__ import annotations

from bot.cli.main import main

__all__ = ["main"]
