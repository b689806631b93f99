"""The HTTP server: do SLACK_MODE and WEB_PORT go together, is the port free, and who can reach it."""

from __future__ import annotations

import socket
from http.client import HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

from bot.roles import BadRoles, roles_of
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from workflows.ports import Clock

#: Seconds to wait for whoever has the port.
_PATIENCE = 2
#: What a name without an address of its own is asked at.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared with, not listened at


def web(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Look at the roles SLACK_MODE asks for, and at the address the server would take."""
    try:
        roles_of(settings)
    except BadRoles as error:
        why, fix = str(error.words["problem"]), f"{error.words['next_step']}."
        yield Finding(ok=False, what="SLACK_MODE", why=why, fix=fix)
    if settings.web_port:
        yield _address(settings.web_host, settings.web_port)


def _address(host: str, port: int) -> Finding:
    what = f"HTTP at {host} port {port}"
    reach = (
        ""
        if _is_loopback(host)
        else "; other machines can reach it, so let a proxy pass on /slack/events alone"
    )
    if _answers(host, port):
        return Finding(ok=True, what=f"{what} answers: Sayso runs there already{reach}")
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        why = f"nobody can listen there ({error.strerror or error})"
        return Finding(ok=False, what=what, why=why, fix="Choose another WEB_PORT or WEB_HOST.")
    return Finding(ok=True, what=f"{what} is free{reach}")


def _answers(host: str, port: int) -> bool:
    """Whether a Sayso is there: it says `ok` of its health."""
    known = _ANY.get(host, host)
    asked = f"http://{f'[{known}]' if ':' in known else known}:{port}/healthz"
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=_PATIENCE) as answer:
            return answer.read(8).strip() == b"ok"
    except (OSError, ValueError, HTTPException):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
