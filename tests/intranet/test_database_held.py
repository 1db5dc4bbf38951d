"""A database that somebody else holds or that is away: reading goes on, and who waits is told soon and in words."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from intranet.server import tell
from storage.database import StorageAwayError


@pytest.fixture
def held(furnished: Any) -> Iterator[None]:
    """Some other program has begun to write and does not end."""
    file = furnished.house.settings.data_dir / "rathaus.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        yield
        foreign.execute("ROLLBACK")


@pytest.fixture
def inside(server: str, small: Any, furnished: Any) -> Iterator[httpx.Client]:
    """Anna, signed in since five minutes: her next request is worth noting."""
    from presence.sign_in import Token, sign_in

    token = sign_in(furnished.house, "anna.beispiel", small.PASSWORD, "127.0.0.1")
    assert isinstance(token, Token)
    with furnished.house.database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE web_session SET last_seen_at = datetime(last_seen_at, '-5 minutes') || '.000000'"
        )
    with httpx.Client(base_url=server, cookies={"rathaus": token.value}, timeout=120) as client:
        yield client


def test_pages_and_downloads_go_on(inside: httpx.Client, held: None, furnished: Any) -> None:
    for path in ("/posteingang", f"/original/{furnished.bill}", f"/seite/{furnished.bill}/1"):
        began = time.monotonic()
        assert inside.get(path).status_code == 200
        assert time.monotonic() - began < 60, "the usual patience is a minute"


def test_signing_in_says_so_and_health_notices(server: str, held: None, small: Any) -> None:
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=120) as client:
        form = client.get("/anmelden").text
        seal = re.search(r'name="siegel" value="(\w+)"', form)
        assert seal
        began = time.monotonic()
        answer = client.post(
            "/anmelden",
            data={"siegel": seal[1], "name": "anna.beispiel", "passwort": small.PASSWORD},
        )
        assert time.monotonic() - began < 60, "the usual patience is a minute"
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert '<html lang="de">' in answer.text
        assert "Bitte versuchen Sie es gleich noch einmal." in answer.text
        health = client.get("/health")
        assert (health.status_code, health.json()) == (503, {"status": "busy"})


def test_health_is_well_again_afterwards(server: str) -> None:
    deadline = time.monotonic() + 120
    while httpx.get(server + "/health", timeout=120).json() != {"status": "ok"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # polling with a deadline


@pytest.mark.parametrize(
    "error", [StorageAwayError(), OperationalError("SELECT 1", {}, Exception("weg"))]
)
def test_a_page_says_it_calmly(error: Exception) -> None:
    def page(error, tell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - runs alone
        import streamlit

        tell(streamlit, error)

    app = AppTest.from_function(page, args=(error, tell), default_timeout=90).run()
    assert "Bitte versuchen Sie es gleich noch einmal." in app.warning[0].value
    assert not app.error
    assert not app.exception
