"""Wall monitors against the real server: linked once, streaming, being cut off, leaving nothing behind."""

import json
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from presence.availability.current import current_store
from presence.availability.levels import LOOKS, Level
from presence.monitor.devices import revoke_monitor, rotate_monitor
from presence.monitor.subjects import Mode
from tests.intranet.monitor.wall import (
    ROOT,
    SYSTEM,
    board,
    cookie,
    free_port,
    serving,
    set_status,
    stream,
    until_shown,
    words,
)


@pytest.mark.usefixtures("agreed")
def test_the_link_is_traded_for_a_cookie_and_stands_in_no_address(
    server: str, hang: Callable[..., tuple[UUID, str]]
) -> None:
    _, token = hang()
    own = {"Origin": server}
    with httpx.Client(base_url=server, timeout=120) as client:
        assert client.get("/monitor").status_code == 401
        page = client.get("/monitor/einrichten")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "<script>" not in page.text
        foreign = client.post("/monitor/einrichten", json={"token": token})
        assert foreign.status_code == 403
        assert (
            client.post("/monitor/einrichten", json={"token": "x"}, headers=own).status_code == 403
        )
        assert client.post("/monitor/einrichten", content=b"[", headers=own).status_code == 403
        done = client.post("/monitor/einrichten", json={"token": token}, headers=own)
        assert done.status_code == 204
        flags = done.headers["set-cookie"].lower()
        assert "httponly" in flags
        assert "samesite=strict" in flags
        wall = client.get("/monitor")
        assert wall.status_code == 200
        assert token not in wall.text
        assert client.get("/", follow_redirects=False).status_code in {
            303,
            401,
        }  # staff's door stays shut


@pytest.mark.usefixtures("agreed")
def test_a_status_reaches_the_stream_at_once_and_names_never_reach_the_public(
    server: str, furnished: Any, hang: Callable[..., tuple[UUID, str]]
) -> None:
    with ExitStack() as stack:
        staff = stack.enter_context(stream(server, hang()[1]))
        public = stack.enter_context(stream(server, hang(Mode.COUNTS)[1]))
        assert {row["name"] for row in until_shown(staff)["zeilen"]} == {
            "Anna Beispiel",
            "Neu Hier",
        }
        seen = until_shown(public)
        assert "Beispiel" not in json.dumps(seen)
        assert (
            seen["zeilen"][0]["wort"] == "keine Angabe"
        )  # two people work here: it would be theirs
        # on a free day nobody is reachable who says nothing
        set_status(furnished, "neu.hier", Level.LIMITED)
        set_status(furnished, "anna.beispiel", Level.URGENT)
        told = until_shown(
            staff, lambda shown: {"nur dringend", "eingeschränkt"} <= set(words(shown))
        )
        assert "Zahnarzt" not in json.dumps(told)


@pytest.mark.parametrize("deed", [rotate_monitor, revoke_monitor])
@pytest.mark.usefixtures("agreed")
def test_a_stolen_token_loses_its_stream_and_gets_no_other(
    server: str, furnished: Any, hang: Callable[..., tuple[UUID, str]], deed: Any
) -> None:
    device, token = hang()
    with stream(server, token) as told:
        board(told)
        with furnished.house.database.write() as session:
            deed(session, SYSTEM, device, now=furnished.house.clock())
        rest = list(told)  # the server ends it
    assert rest[-1][0] == "ende"
    assert len(rest) <= 3, "it went on hearing"
    assert (
        httpx.get(server + "/monitor/strom", headers=cookie(token), timeout=120).status_code == 401
    )
    assert httpx.get(server + "/monitor", headers=cookie(token), timeout=120).status_code == 401


def test_without_an_agreement_it_says_so(
    server: str, furnished: Any, hang: Callable[..., tuple[UUID, str]]
) -> None:
    set_status(furnished, "anna.beispiel", Level.URGENT)
    with stream(server, hang()[1]) as told:
        # the agreement of the test before has ended, which a look under way may not know yet
        shown = until_shown(told, lambda shown: bool(shown["zustand"] == "aus"))
    assert "Beispiel" not in json.dumps(shown)


def test_whoever_guesses_is_slowed_down_and_nobody_beside_them(
    furnished: Any, hang: Callable[..., tuple[UUID, str]]
) -> None:
    """In the process itself: the brake counts by address, and all tests share one."""
    import asyncio

    from starlette.requests import Request

    from intranet.cookies import Cookies
    from intranet.routes.monitor import TRIES, _Desk
    from presence.monitor.brake import Brake

    desk = _Desk(furnished.house, Cookies(secure=False))
    desk._tries = Brake(TRIES, seconds=lambda: 0.0)  # no try comes back, however slow the machine
    device, token = hang()

    async def come(address: str, with_token: str = "falsch") -> tuple[UUID | None, str | None]:
        known, refusal = await desk.check(
            Request({"type": "http", "client": (address, 1)}), with_token
        )
        return known.device.token if known else None, refusal

    async def guesses() -> None:
        assert [await come("10.0.0.1") for _ in range(TRIES)] == [(None, None)] * TRIES
        assert await come("10.0.0.1") == (None, "Zu viele Versuche. Bitte warten Sie eine Minute.")
        assert await come("10.0.0.1", token) == (device, None)  # a screen behind the same router
        assert await come("10.0.0.2") == (None, None)

    asyncio.run(guesses())


@pytest.mark.usefixtures("agreed")
def test_wrong_is_told_from_too_often(
    furnished: Any, small: Any, hang: Callable[..., tuple[UUID, str]], tmp_path: Path
) -> None:
    """By status, on a server of its own, so that nobody else is braked."""
    from intranet.routes.monitor import TRIES

    _, token = hang()
    with serving(furnished, small, free_port(), tmp_path / "stderr") as (base, _child):
        own = {"Origin": base}
        with httpx.Client(base_url=base, timeout=120) as guesser:

            def guess(path: str) -> httpx.Response:
                if path == "/monitor/einrichten":
                    return guesser.post(path, json={"token": "falsch"}, headers=own)
                return guesser.get(path, headers=cookie("falsch"))

            codes = [guess("/monitor").status_code for _ in range(TRIES)]
            assert set(codes) == {401}
            for path in ("/monitor", "/monitor/strom", "/monitor/einrichten"):
                deadline = time.monotonic() + 120
                while (
                    refused := guess(path)
                ).status_code != 429:  # a try comes back every 3 seconds
                    assert refused.status_code in {401, 403}
                    assert time.monotonic() < deadline
                assert "Zu viele Versuche" in refused.text
        assert httpx.get(base + "/monitor", headers=cookie(token), timeout=120).status_code == 200
        with stream(base, token) as events_:
            until_shown(events_)


@pytest.mark.usefixtures("agreed")
def test_streams_end_with_the_server_and_it_is_back_with_the_whole_state(
    furnished: Any, small: Any, hang: Callable[..., tuple[UUID, str]], tmp_path: Path
) -> None:
    _, token = hang()
    said, port = tmp_path / "stderr", free_port()
    for _ in range(2):
        with serving(furnished, small, port, said) as (base, child):
            with stream(base, token) as told:
                until_shown(told)
                child.send_signal(signal.SIGTERM)
                assert list(told)[-1][0] == "neustart"
            assert child.wait(120) == 0
            log = said.read_text()  # it did not wait for the stream until it lost patience
            assert "graceful" not in log
            assert "Traceback" not in log


@pytest.mark.usefixtures("agreed")
def test_nothing_stays_of_what_a_monitor_showed(
    server: str, furnished: Any, hang: Callable[..., tuple[UUID, str]]
) -> None:
    """Raw bytes of every file of the installation, and the journal, after a day of statuses on a wall."""
    house, mark = furnished.house, b"Zahnarzt-4711"
    person = furnished.person("anna.beispiel").id
    with house.database.read() as session:
        query = "SELECT count(*) FROM journal_pending"
        _, token = hang()
        before = session.scalar(text(query))
    with house.database.read() as session:
        before = session.scalar(text(query))
    with stream(server, token) as told:
        shown = until_shown(told)
        for level in (Level.URGENT, Level.FULL, Level.UNREACHABLE):
            set_status(furnished, "anna.beispiel", level)
            # a look that was under way shows what was before; what is on the wall already is not told again
            while LOOKS[level].word not in words(shown):
                shown = board(told)
    current_store(house).clear_status(person)
    current_store(house).purge(house.clock())
    holding = [
        path.name
        for path in house.settings.data_dir.rglob("*")
        if path.is_file() and mark in path.read_bytes()
    ]
    assert holding == []
    with house.database.read() as session:
        assert session.scalar(text(query)) == before
        (row,) = session.scalars(text("SELECT count(*) FROM monitor_device")).all()
    assert row == 1


def test_the_walls_colours_are_those_of_the_levels() -> None:
    style = (ROOT / "intranet" / "assets" / "tafel.css").read_text("utf-8")
    light, _, rest = style.partition(":root.dunkel")
    for look in LOOKS.values():
        assert f"{look.token}: {look.light};" in light
        assert f"{look.token}: {look.dark};" in rest
