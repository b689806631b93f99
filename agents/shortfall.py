"""Why there is no answer from a model. Caught before it leaves this package: people get a draft or a reason."""

from __future__ import annotations

from typing import Literal

Kind = Literal["refused", "truncated", "invalid", "unavailable", "over-budget"]


class Shortfall(Exception):
    """No draft came from the model."""

    def __init__(self, *, kind: Kind, words: str) -> None:
        """Take the kind and what happened, as the first half of a sentence: "the model was unreachable"."""
        self.kind: Kind = kind
        self.words = words
        super().__init__(words)


class Fault(Shortfall):
    """One call to a provider failed."""

    def __init__(  # noqa: PLR0913 -- what one failed call tells; all of it is by name
        self,
        *,
        outcome: str,
        words: str = "the model was unreachable",
        kind: Kind = "unavailable",
        raw: str = "",
        retryable: bool = False,
        retry_after: float = 0.0,
        billed: bool = False,
        status: int = 0,
    ) -> None:
        """Take what the call log says (`timeout`, `http-429`) and what may be done about it."""
        super().__init__(kind=kind, words=words)
        self.outcome, self.raw, self.status = outcome, raw, status
        #: Seconds the provider asked to wait.
        self.retryable, self.retry_after = retryable, retry_after
        #: Whether the provider may have worked, and charge, although no answer came.
        self.billed = billed
