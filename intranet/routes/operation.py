"""``/health`` for supervisors and load balancers, ``/metrics`` for the monitoring."""

import hmac
import ipaddress
import os

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from intranet.metrics import exposition
from storage.house import House
from storage.supervision import MARK, MARK_HEADER


def routes(house: House, *, with_metrics: bool = True) -> list[Route]:
    """``/health`` asks the database; ``/metrics`` answers who shows the token, or this machine only where none is set."""

    def ask() -> bool:
        try:
            with house.database.read() as session:
                return session.scalar(select(1)) == 1
        except SQLAlchemyError:
            return False

    mark = os.environ.get(MARK)
    shown = {MARK_HEADER: mark} if mark else {}

    async def health(_request: Request) -> Response:
        well = await to_thread.run_sync(ask)
        state, code = ("ok", 200) if well else ("away", 503)
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
