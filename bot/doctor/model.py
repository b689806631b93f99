"""The model: one small question, which models there are, asked only where one is configured."""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import BaseModel

from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from workflows.ports import Clock

_OPENAI = "https://api.openai.com/v1"
#: Seconds for the answer, and bytes of it that are read.
_PATIENCE, _MOST = 10, 2_000_000
_FIX = "Check OPENAI_BASE_URL and OPENAI_API_KEY; until it answers, drafts come from templates."


class _Model(BaseModel):
    id: str


class _List(BaseModel):
    """What `GET /models` answers, as far as it matters here."""

    data: list[_Model]


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the key goes where it was meant to go and nowhere else."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


def model(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Say whether the configured model is there; without one, say who drafts instead."""
    if not (settings.openai_api_key or settings.openai_base_url):
        yield Finding(ok=True, what="No model is connected: drafts are written from templates")
        return
    base = settings.openai_base_url or _OPENAI
    where = f"Model server {urlsplit(base).hostname or 'in OPENAI_BASE_URL'}"
    try:
        known = _listed(base, settings)
    except HTTPError as error:
        error.close()
        yield _refused(where, error.code)
        return
    except (OSError, HTTPException) as error:
        why = f"it can't be reached ({type(error).__name__})"
        yield Finding(ok=False, what=where, why=why, fix=_FIX)
        return
    except ValueError:
        yield Finding(ok=False, what=where, why="it answers no list of models", fix=_FIX)
        return
    yield from _models(where, known, settings)


def _listed(base: str, settings: Settings) -> set[str]:
    """Return the ids of the server's models. Raises `ValueError` for an answer of another kind."""
    if urlsplit(base).scheme not in {"http", "https"}:
        msg = "an address begins with http:// or https://"
        raise ValueError(msg)
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    request = Request(f"{base.rstrip('/')}/models", headers=headers)  # noqa: S310 -- the scheme was checked
    with build_opener(_Stay).open(request, timeout=_PATIENCE) as answer:
        return {each.id for each in _List.model_validate_json(answer.read(_MOST)).data}


def _refused(where: str, status: int) -> Finding:
    if status == 404:  # noqa: PLR2004 -- HTTP's own number
        return Finding(ok=True, what=f"{where} answers; it has no list of models to look into")
    reasons = {401: "it does not accept the key", 403: "the key may not list models"}
    why = reasons.get(status, f"it answered HTTP {status}")
    return Finding(ok=False, what=where, why=why, fix=_FIX)


def _models(where: str, known: set[str], settings: Settings) -> Iterator[Finding]:
    wanted = {
        "OPENAI_MODEL": settings.openai_model,
        "OPENAI_STRONG_MODEL": settings.openai_strong_model,
    }
    for name, chosen in wanted.items():
        if chosen and chosen not in known:
            why = f"it has no model {chosen}"
            shown = ", ".join(sorted(known)[:8]) or "none"
            yield Finding(ok=False, what=where, why=why, fix=f"Set {name}; it lists {shown}.")
        elif chosen:
            yield Finding(ok=True, what=f"{where} has {chosen}")
