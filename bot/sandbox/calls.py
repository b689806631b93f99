"""Answering the Web API over HTTP: tokens, scopes, faults, rate limits, then the method itself."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from bot.sandbox.errors import RateLimited, SlackError
from bot.sandbox.faults import Fault
from bot.sandbox.journal import Call
from bot.sandbox.methods import METHODS

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.sandbox.parts import Method, Parts
    from bot.sandbox.records import Json

_NO_FAULT = Fault()


#: Arguments that hold JSON even in a form.
_JSON = frozenset(("attachments", "blocks", "files", "message", "metadata", "prompts", "view"))


def _value(key: str, given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read an argument that is JSON written as text, and leave others as they are."""
    if key not in _JSON or not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def arguments(content_type: str, body: bytes, query: str) -> Json:
    """Read a call's arguments from its query string and its form or JSON body."""
    args: Json = {k: _value(k, v) for k, v in parse_qsl(query, keep_blank_values=True)}
    if content_type.startswith("application/json"):
        try:
            given: Any = json.loads(body or b"{}")
        except ValueError as bad:
            raise SlackError(error="invalid_json") from bad
        if not isinstance(given, dict):
            raise SlackError(error="json_not_object")
        return {**args, **{k: _value(k, v) for k, v in cast("Json", given).items()}}
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return {**args, **{k: _value(k, v) for k, v in pairs}}


def _authorise(parts: Parts, method: Method, token: str) -> None:
    w = parts.state.workspace
    if not token:
        raise SlackError(error="not_authed")
    if token in parts.faults.revoked:
        raise SlackError(error="token_revoked")
    if token not in (w.bot_token, w.app_token):
        raise SlackError(error="invalid_auth")
    if (token == w.app_token) != method.app_level:
        raise SlackError(error="not_allowed_token_type")
    granted = parts.state.manifest.scopes
    if method.scopes and granted is not None and not granted & set(method.scopes):
        provided = ",".join(sorted(granted))
        raise SlackError(error="missing_scope", needed=method.scopes[0], provided=provided)


def run(parts: Parts, name: str, token: str, args: Json) -> Json:
    """Carry out one call; raises `SlackError`."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError(error="unknown_method", req_method=name)
    _authorise(parts, method, token)
    if parts.state.timings.rate_limits and name != "chat.postMessage":
        parts.rates.count(name, "")
    with parts.state.lock:
        return {"ok": True, **method.run(parts, args)}


def _refuse(fault: Fault) -> None:
    if fault.retry_after:
        raise RateLimited(fault.retry_after)
    if fault.error:
        raise SlackError(error=fault.error)


def _answer(parts: Parts, name: str, token: str, args: Json, fault: Fault) -> Response:
    try:
        _refuse(fault)
        body = run(parts, name, token, args)
    except RateLimited as limited:
        headers = {"Retry-After": str(limited.retry_after)}
        return _noted(parts, name, args, JSONResponse(limited.body, 429, headers))
    except SlackError as refused:
        body = refused.body
    return _noted(parts, name, args, JSONResponse(body))


def _noted(parts: Parts, name: str, args: Json, response: Response) -> Response:
    is_json = response.media_type == "application/json"
    answer: Json = json.loads(bytes(response.body)) if is_json else {}
    parts.journal.add(Call(method=name, args=args, answer=answer, status=response.status_code))
    return response


def cut(request: Request) -> Response:
    """Break the connection without an answer."""
    request.scope["state"]["transport"].abort()
    return Response(status_code=500)


async def call(parts: Parts, request: Request) -> Response:
    """Answer one request to `/api/{method}`."""
    name = request.path_params["method"]
    body = await request.body()
    if parts.faults.is_dark():
        return cut(request)
    try:
        kind = request.headers.get("content-type", "")
        args = arguments(kind, body, request.url.query)
    except SlackError as bad:
        return JSONResponse(bad.body)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    given = str(args.pop("token", ""))
    token = bearer or given
    fault = parts.faults.take(name) or _NO_FAULT
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.drop == "request":
        parts.journal.add(Call(method=name, args=args, answer={}, status=0))
        return cut(request)
    if fault.http_status:
        return _noted(parts, name, args, Response("", fault.http_status, media_type="text/plain"))
    response = _answer(parts, name, token, args, fault)
    return cut(request) if fault.drop == "reply" else response
