"""Slow and greedy uploads: they get little room, and whoever only fills in a form never waits for them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest

from intranet.public import bodies
from intranet.public.bodies import Places, Terms, UploadRefusedError
from intranet.public.server import create_app
from tests.intranet.public.conftest import hidden
from tests.intranet.public.reports.conftest import GOOD, Reports

BOUNDARY = "grenze"
QUICK = Terms(places=3, places_each=1, patience=20.0, small_time=20.0, time=20.0, grace=20.0)
Send = Callable[[dict[str, Any]], Awaitable[None]]


def field(name: str, value: str) -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    )


def large() -> bytes:
    """The beginning of a picture that never ends."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="bilder"; filename="a.jpg"\r\n\r\n'
    )
    return head.encode() + b"\xff\xd8\xff" + bytes(100_000)


class Client:
    """A sender at the level of ASGI: says when the next bytes come."""

    def __init__(self, app: Any, address: str, path: str = "/melden", cookie: str = "") -> None:
        self.app, self.status, self.text = app, 0, ""
        headers = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
            "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"", "headers": headers,
            "client": (address, 40000), "server": ("stadt.example", 80), "state": {},
        }  # fmt: skip

    async def ask(self, parts: AsyncIterator[bytes]) -> None:
        async def receive() -> dict[str, Any]:
            part = await anext(parts, None)
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        async def send(sent: dict[str, Any]) -> None:
            if sent["type"] == "http.response.start":
                self.status = sent["status"]
            else:
                self.text += sent.get("body", b"").decode()

        await self.app(self.scope, receive, send)


async def once(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def stuck(begun: asyncio.Event) -> AsyncIterator[bytes]:
    """So much that it takes a place, and then nothing more."""
    yield large()
    begun.set()
    await asyncio.Event().wait()


def form(reports: Reports) -> tuple[bytes, str]:
    """A report without pictures as a browser sends it, and its cookie."""
    page = reports.browser.get("/melden")
    reports.clock.forward(seconds=25)
    body = b"".join(field(*each) for each in {**hidden(page.text), **GOOD}.items())
    held = "; ".join(f"{name}={value}" for name, value in reports.browser.cookies.items())
    return body + f"--{BOUNDARY}--\r\n".encode(), held


def whole() -> bytes:
    """A large picture and nothing else: read to its end, it gives the form with what is missing."""
    return large() + f"\r\n--{BOUNDARY}--\r\n".encode()


def test_slow_uploads_of_many_keep_nobody_from_reporting(reports: Reports) -> None:
    body, cookie = form(reports)
    app = create_app(reports.house, QUICK)

    async def run() -> Client:
        citizen = Client(app, "203.0.113.77", cookie=cookie)
        async with anyio.create_task_group() as group:
            begun = [asyncio.Event() for _ in range(9)]
            for number, each in enumerate(begun):  # some have a place, the others wait for one
                group.start_soon(Client(app, f"198.51.100.{number}").ask, stuck(each))
            await begun[QUICK.places - 1].wait()
            with anyio.fail_after(120):
                await citizen.ask(once(body))
            group.cancel_scope.cancel()
        return citizen

    assert asyncio.run(run()).status == 200
    assert len(reports.rows()) == 1


@pytest.mark.parametrize(
    ("greedy", "same"),
    [("198.51.100.1", "198.51.100.1"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")],
)
def test_one_sender_takes_no_other_s_place(reports: Reports, greedy: str, same: str) -> None:
    app = create_app(reports.house, QUICK)

    async def run() -> tuple[Client, Client]:
        other, third = Client(app, "203.0.113.77"), Client(app, same)
        async with anyio.create_task_group() as group:
            begun = asyncio.Event()
            for address in (greedy, same, same, same):
                group.start_soon(Client(app, address).ask, stuck(begun))
            await begun.wait()
            group.start_soon(third.ask, once(whole()))
            with anyio.fail_after(120):
                await other.ask(once(whole()))
            group.cancel_scope.cancel()
        return other, third

    other, third = asyncio.run(run())
    assert (other.status, third.status) == (422, 0)


@pytest.mark.parametrize("begin", [large(), field("text", "wenig")])
def test_what_trickles_in_is_cut_off(reports: Reports, begin: bytes) -> None:
    app = create_app(reports.house, Terms(grace=0.05, rate=10**9))

    async def trickle() -> AsyncIterator[bytes]:
        yield begin
        while True:
            await asyncio.sleep(0.01)
            yield b"x"

    async def run() -> Client:
        slow = Client(app, "198.51.100.1")
        with anyio.fail_after(120):
            await slow.ask(trickle())
        return slow

    slow = asyncio.run(run())
    assert slow.status == 408
    assert bodies.TOO_SLOW in slow.text


def test_who_finds_no_place_is_told(reports: Reports) -> None:
    app = create_app(reports.house, Terms(places=1, patience=0.05))

    async def run() -> Client:
        late = Client(app, "203.0.113.77")
        async with anyio.create_task_group() as group:
            begun = asyncio.Event()
            group.start_soon(Client(app, "198.51.100.1").ask, stuck(begun))
            await begun.wait()
            await late.ask(once(whole()))
            group.cancel_scope.cancel()
        return late

    late = asyncio.run(run())
    assert late.status == 503
    assert bodies.NO_ROOM in late.text


def test_nobody_holds_places_for_hours() -> None:
    now = [0.0]
    places = Places(Terms(share=100.0), lambda: now[0])

    async def hold(seconds: float) -> None:
        async with places.one("198.51.100.1"):
            now[0] += seconds

    asyncio.run(hold(60))
    asyncio.run(hold(60))
    with pytest.raises(UploadRefusedError, match="sehr viel hochgeladen"):
        asyncio.run(hold(1))
    now[0] += bodies.HOUR
    asyncio.run(hold(1))


def test_behind_a_guessed_link_nothing_is_read(reports: Reports) -> None:
    app, read = create_app(reports.house), []

    async def parts() -> AsyncIterator[bytes]:
        read.append("read")
        yield whole()

    async def run() -> Client:
        stranger = Client(app, "198.51.100.1", f"/anliegen/{'A' * 60}/schreiben")
        await stranger.ask(parts())
        return stranger

    assert asyncio.run(run()).status == 410
    assert read == []
