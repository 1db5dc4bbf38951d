"""``rathaus web`` and ``rathaus public``."""

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

from config.logs import set_up
from config.settings import Settings
from intranet.farewell import say_farewell
from storage.house import House

Port = Annotated[int | None, typer.Option("--port", help="Port, sonst nach Einstellung")]
NOT_STARTED = 3
"""The exit code of a server that could not start, as uvicorn's own."""
UNTAKEN_MS = 30_000
"""How long sent bytes may lie with nobody taking them (tcp(7), TCP_USER_TIMEOUT; connections inherit it): a peer that
sleeps, or lies in wait, would else keep its connection for ever.
"""
OpenHouse = Callable[[], House]


def register(app: typer.Typer, open_house: OpenHouse) -> None:
    """Add ``web`` and ``public`` to the house's command line."""

    @app.command()
    def web(port: Port = None) -> None:
        """Startet das Intranet für die Beschäftigten."""
        run_web(open_house, port)

    @app.command()
    def public(port: Port = None) -> None:
        """Startet die Seiten für Bürgerinnen und Bürger."""
        run_public(open_house, port)


def run_web(open_house: OpenHouse, port: int | None = None) -> None:
    """Serve the staff web until SIGTERM or SIGINT."""
    house = open_house()
    if port is not None:
        house.settings = house.settings.model_copy(update={"port": port})
    set_up("web", house.settings.log_level)
    from intranet.server import create_app

    _serve(create_app(house), house, "web", house.settings.port)


def run_public(open_house: OpenHouse, port: int | None = None) -> None:
    """Serve the citizens' pages until SIGTERM or SIGINT."""
    house = open_house()
    set_up("public", house.settings.log_level)
    from intranet.public.server import create_app

    _serve(create_app(house), house, "public", port or house.settings.public_port)


def _end(_number: int, _frame: FrameType | None) -> None:
    """Leave by the ordinary way, so that the sign of life and the database are closed."""
    raise SystemExit(0)


def _serve(app: object, house: House, name: str, port: int) -> None:
    """One process, one event loop, with signs of life; open requests are ended first."""
    import uvicorn

    from intranet.signs_of_life import beating

    class Server(uvicorn.Server):
        """Open streams are told first: the server waits for them. Who takes nothing of what is sent is let go of."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            listening_on = getattr(self, "servers", [])  # none where the start failed
            for listening in (each for server in listening_on for each in server.sockets):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MS)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            say_farewell()
            super().handle_exit(sig, frame)

    settings: Settings = house.settings
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)  # uvicorn hands a signal on when it has ended its requests
    try:
        with beating(house, name):
            config = uvicorn.Config(
                app,  # type: ignore[arg-type]
                host=settings.host,
                port=port,
                log_config=None,
                log_level="warning",  # its other lines hold addresses of people
                access_log=False,
                proxy_headers=True,
                forwarded_allow_ips=settings.trusted_proxies,
                server_header=False,
                timeout_graceful_shutdown=5,
                ws_max_size=64 * 1024 * 1024,
            )
            server = Server(config)
            server.run()
            if not server.started:
                raise SystemExit(NOT_STARTED)
    finally:
        house.close()
