"""``/health`` for supervisors and load balancers, ``/metrics`` for the monitoring."""

import hmac
import ipaddress
import os
import threading
import time

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from intranet.metrics import exposition
from storage.database import StorageAwayError, StorageBusyError, patience
from storage.house import House
from storage.supervision import MARK, MARK_HEADER

PATIENCE = 0.8
GOOD_FOR = 1.0
"""Seconds: how long a look waits for others who write, and how long its answer counts."""


def routes(house: House, *, with_metrics: bool = True) -> list[Route]:
    """``/health`` asks whether the database can be read and written; ``/metrics`` answers who shows the token, or this machine only where none is set."""
    pulse = _Pulse(house)
    mark = os.environ.get(MARK)
    shown = {MARK_HEADER: mark} if mark else {}

    async def health(_request: Request) -> Response:
        state = await to_thread.run_sync(pulse.feel)
        code = 200 if state == "ok" else 503
        return JSONResponse({"status": state}, status_code=code, headers=shown)

    async def metrics(request: Request) -> Response:
        if token := house.settings.metrics_token:
            if not _shows(request, token):
                return PlainTextResponse(
                    "Bitte weisen Sie sich aus.",
                    status_code=401,
                    headers={"WWW-Authenticate": "Bearer"},
                )
        elif not _is_loopback(request):
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    found = [Route("/health", health)]
    return [*found, Route("/metrics", metrics)] if with_metrics else found


class _Pulse:
    """How the database is: ``ok``, ``busy`` (it can't be written) or ``away``. Looked at once a second at most,
    because a look takes a writer's turn.
    """

    def __init__(self, house: House) -> None:
        self._house, self._lock = house, threading.Lock()
        self._state, self._until = "", 0.0

    def feel(self) -> str:
        with self._lock:
            if time.monotonic() >= self._until:
                self._state = self._look()
                self._until = time.monotonic() + GOOD_FOR
            return self._state

    def _look(self) -> str:
        try:
            with patience(PATIENCE), self._house.database.write() as session:
                return "ok" if session.scalar(select(1)) == 1 else "away"
        except StorageAwayError:
            return "away"
        except StorageBusyError:
            return "busy"
        except SQLAlchemyError:
            return "away"


def _shows(request: Request, token: str) -> bool:
    """Whether the request bears the token (RFC 6750); how long that takes tells nothing about it."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(shown.strip().encode("latin-1"), token.encode())
    return right and scheme.lower() == "bearer"


def _is_loopback(request: Request) -> bool:
    """By the client's own address; behind a proxy uvicorn has put the real one there."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
