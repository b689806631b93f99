"""One exchange with an OpenAI-compatible server: what is sent, what comes back, and every way it can fail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from agents.prompt import MOST_OUTPUT
from agents.shortfall import Fault
from workflows.text import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openai import APIStatusError, OpenAI

    from agents.prompt import Message
    from workflows.ports import Clock, JsonObject

#: How an answer's form is asked for, the strictest first.
Rung = Literal["schema", "object", "prompt"]
#: Which of the two names a server knows the output limit by.
Limit = Literal["max_completion_tokens", "max_tokens"]

#: Bytes of one body that are read; a longer one is nobody's draft.
MOST_BYTES = 1_000_000
#: Seconds; a longer Retry-After counts as this, which no deadline reaches.
_LONGEST_ASKED = 86_400.0
_PASSING = {408, 409, 429}


class _Body(Protocol):
    def iter_bytes(self) -> Iterator[bytes]: ...


#: The SDK's overloads name every parameter; ours depend on what the server was found to take.
_Create = Callable[..., AbstractContextManager[_Body]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One question to one model."""

    model: str
    messages: list[Message]
    schema: JsonObject
    rung: Rung = "schema"
    limit: Limit = "max_tokens"


@dataclass(kw_only=True)
class Provider:
    """A server. The client is made at the first call: importing it takes half a second."""

    api_key: str | None = field(repr=False)
    base_url: str | None
    clock: Clock
    _lock: Lock = field(default_factory=Lock, repr=False)
    _client: OpenAI | None = field(default=None, repr=False)

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI itself, which knows parameters that others refuse."""
        return not self.base_url or "://api.openai.com/" in f"{self.base_url}/"

    def post(self, ask: Ask, seconds: float) -> str:
        """Return the raw body of the answer, within so many seconds. Raises `Fault` for everything else."""
        import httpx2  # noqa: PLC0415 -- comes with openai, and as slowly
        import openai  # noqa: PLC0415 -- half a second, paid by who has a model

        try:
            return self._body(ask, seconds)
        except (openai.APITimeoutError, httpx2.TimeoutException) as error:
            raise _timeout() from error
        except openai.APIStatusError as error:
            raise _refused(error, self._clean(error.response.content)) from error
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            billed = not isinstance(error.__cause__, httpx2.ConnectError)
            raise Fault(outcome="cut", retryable=True, billed=billed) from error

    def _body(self, ask: Ask, seconds: float) -> str:
        until = self.clock.now() + timedelta(seconds=seconds)
        read = bytearray()
        completions = self._connected().chat.completions.with_streaming_response
        create = cast("_Create", completions.create)
        with create(**self.parameters(ask), timeout=seconds) as response:
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > MOST_BYTES:
                    raise _too_long(self._clean(bytes(read[:MOST_BYTES])))
                if self.clock.now() > until:
                    raise _timeout()
        return self._clean(bytes(read))

    def parameters(self, ask: Ask) -> dict[str, Any]:
        """Return what is sent: the model, the messages, the form, and no parameter a server need not know."""
        own = {"store": False} if self.is_openai else {}
        form = _form(ask)
        return {"model": ask.model, "messages": ask.messages, ask.limit: MOST_OUTPUT, **form, **own}

    def _connected(self) -> OpenAI:
        from openai import OpenAI  # noqa: PLC0415 -- as in `post`

        with self._lock:
            if self._client is None:
                key = self.api_key or "none"  # local servers want one and don't read it
                self._client = OpenAI(api_key=key, base_url=self.base_url, max_retries=0)
            return self._client

    def _clean(self, body: bytes) -> str:
        """Decode a body for the record; a server that repeats our key doesn't get it written there."""
        text = body[:MOST_BYTES].decode("utf-8", errors="replace")
        return str(normalised(text.replace(self.api_key, "[key]") if self.api_key else text))


def _form(ask: Ask) -> dict[str, Any]:
    """Return how the form of the answer is asked for; the prompt names it in any case."""
    if ask.rung == "prompt":
        return {}
    if ask.rung == "object":
        return {"response_format": {"type": "json_object"}}
    named = {"name": "draft", "strict": True, "schema": ask.schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _timeout() -> Fault:
    return Fault(
        outcome="timeout", words="the model did not answer in time", retryable=True, billed=True
    )


def _too_long(raw: str) -> Fault:
    words = "the model's answer was far too long"
    return Fault(kind="invalid", outcome="too-long", words=words, raw=raw, billed=True)


def _refused(error: APIStatusError, raw: str) -> Fault:
    """Turn an HTTP error into what may be done about it."""
    status = error.status_code
    kind, words = _meaning(status, f"{error.code or ''} {error.type or ''}")
    spent = "insufficient_quota" in f"{error.code} {error.type} {raw}"
    return Fault(
        outcome=f"http-{status}",
        status=status,
        kind="refused" if kind == "refused" else "unavailable",
        words="the account with the provider has no credit left" if spent else words,
        raw=raw,
        retryable=not spent and (status in _PASSING or status >= 500),  # noqa: PLR2004 -- server errors
        retry_after=_asked(error.response.headers),
    )


def _meaning(status: int, code: str) -> tuple[str, str]:
    if "content_filter" in code or "content_policy" in code:
        return "refused", "the provider's content filter stopped it"
    words = {
        401: "the provider did not accept the API key",
        403: "the provider did not allow it with this API key",
        404: "the provider has no such model",
        413: "the records are too long for the model",
        429: "the provider is busy",
    }
    return "unavailable", words.get(status, "the model was unreachable")


def _asked(headers: Mapping[str, str]) -> float:
    """Return the seconds a server asks to wait, from a number or a date; 0 when it asks for none."""
    written = headers.get("retry-after", "")
    try:
        seconds = float(written)
    except ValueError:
        seconds = _until(written, headers.get("date", ""))
    return min(max(seconds, 0.0), _LONGEST_ASKED) if seconds == seconds else 0.0  # noqa: PLR0124 -- NaN


def _until(written: str, sent: str) -> float:
    """Return the seconds between two dates of one response, so that no clock of ours is needed."""
    try:
        then, now = parsedate_to_datetime(written), parsedate_to_datetime(sent)
    except ValueError:
        return 0.0
    return (_aware(then) - _aware(now)).total_seconds()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
