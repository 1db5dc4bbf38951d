"""A page that stays open ends with its session: signed out elsewhere, account closed, unattended for too long."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from intranet import guard
from presence.sessions import sign_out_everywhere
from presence.sign_in import Token, sign_in
from presence.tables import Account, WebSession
from tests.intranet.barriers import drawn

SignIn = Callable[..., Page]


def test_an_open_page_is_looked_at_more_than_once_a_minute() -> None:
    assert guard.WATCH_EVERY <= 30


def open_socket(server: str, furnished: Any, small: Any, login: str) -> ClientConnection:
    outcome = sign_in(furnished.house, login, small.PASSWORD, "127.0.0.1")
    assert isinstance(outcome, Token)
    return connect(
        server.replace("http:", "ws:") + "/_stcore/stream",
        origin=server,  # type: ignore[arg-type]
        additional_headers={"Cookie": f"rathaus={outcome.value}"},
        subprotocols=["streamlit"],  # type: ignore[list-item]
    )


def code_it_ends_with(socket: ClientConnection) -> int:
    try:
        while True:
            socket.recv(timeout=120)
    except ConnectionClosed as ended:
        return ended.rcvd.code if ended.rcvd else 0


def change(furnished: Any, statement: Any) -> None:
    with furnished.house.database.write() as session:
        session.execute(statement)


def test_signing_out_elsewhere_closes_it(server: str, furnished: Any, small: Any) -> None:
    person = furnished.person("paula.post").id
    with open_socket(server, furnished, small, "paula.post") as socket:
        furnished.house.database.run(lambda session: sign_out_everywhere(session, person))
        assert code_it_ends_with(socket) == guard.SESSION_ENDED


def test_closing_the_account_closes_it(server: str, furnished: Any, small: Any) -> None:
    mine = update(Account).where(Account.person_id == furnished.person("paula.post").id)
    with open_socket(server, furnished, small, "paula.post") as socket:
        change(furnished, mine.values(disabled=True))
        try:
            assert code_it_ends_with(socket) == guard.SESSION_ENDED
        finally:
            change(furnished, mine.values(disabled=False))


def test_an_open_page_alone_does_not_keep_a_session_alive(
    server: str, furnished: Any, small: Any
) -> None:
    mine = update(WebSession).where(WebSession.person_id == furnished.person("paula.post").id)
    with open_socket(server, furnished, small, "paula.post") as socket:
        change(furnished, mine.values(idle_minutes=0))
        assert code_it_ends_with(socket) == guard.SESSION_ENDED


def test_others_stay_connected(server: str, furnished: Any, small: Any) -> None:
    paula = furnished.person("paula.post").id
    with (
        open_socket(server, furnished, small, "anna.beispiel") as anna,
        open_socket(server, furnished, small, "paula.post") as socket,
    ):
        furnished.house.database.run(lambda session: sign_out_everywhere(session, paula))
        assert code_it_ends_with(socket) == guard.SESSION_ENDED
        anna.ping().wait(120)
        assert anna.close_code is None


@pytest.mark.browser
def test_the_untouched_page_leads_to_the_sign_in_page_and_back(
    sign_in: SignIn, furnished: Any, small: Any
) -> None:
    page = sign_in("paula.post", "/einstellungen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Meine Einstellungen")
    person = furnished.person("paula.post").id
    furnished.house.database.run(lambda session: sign_out_everywhere(session, person))
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    expect(page.get_by_text("Ihre Sitzung ist beendet.")).to_be_visible()
    page.get_by_label("Anmeldename").fill("paula.post")
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meine Einstellungen")


@pytest.mark.browser
def test_clicks_in_a_page_that_refreshes_itself_count_its_own_refreshing_does_not(
    sign_in: SignIn, server: str, furnished: Any
) -> None:
    page = sign_in("ada.admin")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _frame: sent.append(1)))
    page.goto(server + "/laeufe")
    running = page.get_by_text("läuft", exact=True)
    expect(running).to_be_visible()
    drawn(page)
    ada = furnished.person("ada.admin").id
    newest = select(WebSession.last_seen_at).where(WebSession.person_id == ada)
    newest = newest.order_by(WebSession.created_at.desc()).limit(1)

    def seen() -> datetime:
        with furnished.house.database.read() as session:
            return session.scalars(newest).one()

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline, "waited in vain"
            page.wait_for_timeout(100)  # polling with a deadline; the page goes on meanwhile

    before = seen() - timedelta(minutes=10)
    change(
        furnished,
        update(WebSession).where(WebSession.person_id == ada).values(last_seen_at=before),
    )
    so_far = len(sent)
    until(lambda: len(sent) >= so_far + 3)
    assert seen() == before, "nobody has touched the page"
    running.click()
    until(lambda: seen() > before)
