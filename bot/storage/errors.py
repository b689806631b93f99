"""Why a database can't be used. Like every error here, the docstring is the sentence people read."""

from __future__ import annotations

from workflows.errors import WorkflowError


class CannotOpen(WorkflowError):
    """The database {path} can't be used: {reason}. {next_step}."""


class CannotCopy(WorkflowError):
    """Nothing was copied: {what}. {next_step}."""
