"""``/health`` for supervisors and load balancers, ``/metrics`` for the monitoring on this machine."""

import ipaddress

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from intranet.metrics import exposition
from storage.house import House


def routes(house: House, *, with_metrics: bool = True) -> list[Route]:
    """``/health`` asks the database; ``/metrics`` answers this machine only."""

    def ask() -> bool:
        try:
            with house.database.read() as session:
                return session.scalar(select(1)) == 1
        except SQLAlchemyError:
            return False

    async def health(_request: Request) -> Response:
        well = await to_thread.run_sync(ask)
        return JSONResponse({"status": "ok" if well else "away"}, status_code=200 if well else 503)

    async def metrics(request: Request) -> Response:
        if not _is_loopback(request):
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    found = [Route("/health", health)]
    return [*found, Route("/metrics", metrics)] if with_metrics else found


def _is_loopback(request: Request) -> bool:
    """By the client's own address; behind a proxy uvicorn has put the real one there."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
