"""Signing in with OpenID Connect: our own routes as the browser uses them, against a real provider."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response

sys.path.insert(0, str(Path(__file__).parent))
import oidc_provider

from intranet.cookies import Cookies
from intranet.routes.oidc import FAILED, UNKNOWN, routes
from intranet.routes.sign_in import safe_way_back
from presence.operations import disable_account
from presence.sessions import check
from presence.sign_in import AWAY
from storage.actors import Role, System
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_person, grant_role
from storage.organisation.staff_changes import end_person, rename_logins
from storage.organisation.tables import Person

TEST = System("test")


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One is enough here: what differs between two is tried beside the verbs."""
    return sqlite_database


@pytest.fixture
def provider() -> Iterator[oidc_provider.Provider]:
    with oidc_provider.running() as made:
        made.claims = {"preferred_username": "Anna.Beispiel", "name": "Anna Beispiel"}
        yield made


@pytest.fixture
def browser(house: House, provider: oidc_provider.Provider) -> Iterator[httpx.Client]:
    """A browser on our pages, served by a real server; the provider is another."""
    house.settings.sign_in_source = "oidc"
    house.settings.oidc_issuer = provider.issuer
    house.settings.oidc_client_id = oidc_provider.CLIENT
    house.settings.oidc_client_secret = oidc_provider.SECRET

    def page(_request: Any, back: str, message: str) -> Response:
        return PlainTextResponse(f"{message} {back}", status_code=403)

    listener = socket.create_server(("127.0.0.1", 0))
    ours = f"http://127.0.0.1:{listener.getsockname()[1]}"
    house.settings.base_url = ours
    provider.redirect_uris = [f"{ours}/anmelden/oidc/zurueck"]
    application = Starlette(routes=routes(house, Cookies(secure=False), page, safe_way_back))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=ours, timeout=120) as made:
        yield made
    server.should_exit = True
    thread.join(120)
    listener.close()


def leave(browser: httpx.Client, target: str = "/") -> str:
    """Press the button, and sign in at the provider; the address the provider sends back to."""
    away = browser.get("/anmelden/oidc", params={"weiter": target})
    assert away.status_code == 303
    answer = httpx.get(away.headers["location"], timeout=120)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def come_back(browser: httpx.Client, address: str) -> httpx.Response:
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: httpx.Client, target: str = "/") -> httpx.Response:
    return come_back(browser, leave(browser, target))


def who(house: House, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    found = check(house.database, answer.cookies["rathaus"], house.clock())
    assert found
    return found.staff.name


def refused(answer: httpx.Response, message: str) -> bool:
    return (
        answer.status_code == 403
        and answer.text.startswith(message)
        and "rathaus" not in answer.cookies
    )


def test_the_way_there_and_back(house: House, anna: Person, browser: httpx.Client) -> None:
    away = browser.get("/anmelden/oidc", params={"weiter": "/akten"})
    query = parse_qs(urlsplit(away.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert query["nonce"] != query["state"]
    cookie = away.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    answer = sign_in(browser, "/akten")
    assert answer.headers["location"] == "/akten"
    assert who(house, answer) == "Anna Beispiel"


def test_the_providers_id_counts_once_somebody_has_signed_in(
    house: House, anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    sign_in(browser)
    provider.claims["preferred_username"] = "ganz.anders"
    assert who(house, sign_in(browser)) == "Anna Beispiel"
    with house.database.write() as session:
        rename_logins(session, TEST, {anna.id: "anna.neu"}, now=house.clock())
    assert who(house, sign_in(browser)) == "Anna Beispiel"


def test_another_account_with_the_same_name_does_not_become_the_same_person(
    house: House, anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    sign_in(browser)
    provider.subject = "somebody-else"
    assert refused(sign_in(browser), UNKNOWN)


def test_nobody_becomes_somebody_else_by_login_alone(
    house: House, anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    provider.claims["name"] = "Eve Fremd"
    assert refused(sign_in(browser), UNKNOWN)
    provider.claims["name"] = "Anna Beispiel"
    assert who(house, sign_in(browser)) == "Anna Beispiel"


@pytest.mark.parametrize("login", ["gibt.es.nicht", "", "*"])
def test_whom_the_house_does_not_know_is_told_so(
    anna: Person, browser: httpx.Client, provider: oidc_provider.Provider, login: str
) -> None:
    provider.claims["preferred_username"] = login
    assert refused(sign_in(browser), UNKNOWN)


def test_who_has_left_or_is_locked_stays_out(
    house: House, anna: Person, browser: httpx.Client
) -> None:
    now = house.clock()
    sign_in(browser)
    with house.database.write() as session:
        disable_account(session, TEST, anna.id, now=now)
    assert refused(sign_in(browser), UNKNOWN)
    with house.database.write() as session:
        other = add_person(
            session,
            TEST,
            login="b",
            name="B",
            office=None,
            valid_from=now.date(),
            now=now,
        )
        grant_role(session, TEST, other.id, Role.ADMIN, None, now=now)
        end_person(session, TEST, anna.id, now=now)
    assert refused(sign_in(browser), UNKNOWN)


SPOILED = {
    "another issuer": {"iss": "https://boese.example"},
    "another audience": {"aud": ["anderer"]},
    "two audiences without azp": {"aud": ["rathaus", "anderer"]},
    "another nonce": {"nonce": "alt"},
    "past its end": {"shift": -3600},
    "no token": {"token": lambda answer: json.dumps({**answer, "id_token": None})},
    "unsigned": {
        "token": lambda answer: json.dumps(
            {**answer, "id_token": "eyJhbGciOiJub25lIn0." + answer["id_token"].split(".")[1] + "."}
        )
    },
    "touched": {
        "token": lambda answer: json.dumps(
            {**answer, "id_token": answer["id_token"][:-8] + "AAAAAAAA"}
        )
    },
    "another access token": {
        "token": lambda answer: json.dumps({**answer, "access_token": "untergeschoben"})
    },
    "no JSON": {"token": lambda _: "<html>"},
    "other metadata": {"metadata": "https://boese.example"},
}


@pytest.mark.parametrize("kind", [kind for kind in SPOILED if kind != "other metadata"])
def test_an_answer_that_is_not_right_signs_nobody_in(
    anna: Person, browser: httpx.Client, provider: oidc_provider.Provider, kind: str
) -> None:
    provider.spoil = SPOILED[kind]
    assert refused(sign_in(browser), FAILED)


def test_metadata_of_another_issuer_are_not_followed(
    anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    provider.spoil = SPOILED["other metadata"]
    assert refused(browser.get("/anmelden/oidc"), AWAY)


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("state=", "state=x"),
        lambda address: address.replace("code=", "code=x"),
        lambda address: address.partition("?")[0] + "?error=access_denied",
        lambda address: address + "&iss=https://boese.example",
        lambda address: address.partition("?")[0],
    ],
)
def test_a_changed_way_back_signs_nobody_in(
    anna: Person, browser: httpx.Client, change: Callable[[str], str]
) -> None:
    assert refused(come_back(browser, change(leave(browser))), FAILED)


def test_only_the_browser_that_left_comes_back_and_only_once(
    house: House, anna: Person, browser: httpx.Client
) -> None:
    address = leave(browser)
    cookie = browser.cookies["rathaus-oidc"]
    browser.cookies.clear()
    assert refused(come_back(browser, address), FAILED), "another browser"
    browser.cookies.set("rathaus-oidc", cookie[:-4] + "0000")
    assert refused(come_back(browser, address), FAILED), "a cookie of somebody's own making"
    browser.cookies.clear()
    browser.cookies.set("rathaus-oidc", cookie)
    assert who(house, come_back(browser, address)) == "Anna Beispiel"
    browser.cookies.clear()
    browser.cookies.set("rathaus-oidc", cookie)
    assert refused(come_back(browser, address), FAILED), "the code was used"


def test_a_new_key_of_the_provider_is_fetched_and_a_foreign_one_refused(
    house: House, anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    sign_in(browser)
    sign_in(browser)
    assert provider.key_reads == 1
    provider.key = RSAKey.generate_key(2048, {"kid": "zwei"})
    assert who(house, sign_in(browser)) == "Anna Beispiel"
    provider.shown_key, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "zwei"})
    assert refused(sign_in(browser), FAILED)


def test_a_provider_that_is_away_is_said_so(
    anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    provider.down = True
    for _ in range(3):
        assert refused(browser.get("/anmelden/oidc"), AWAY)
    assert provider.turned_away == 1, "nobody else waits for it"


def test_a_provider_that_is_back_is_asked_again(
    house: House,
    anna: Person,
    browser: httpx.Client,
    provider: oidc_provider.Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("presence.oidc.provider.AWAY_SECONDS", 0.0)
    provider.down = True
    assert refused(browser.get("/anmelden/oidc"), AWAY)
    provider.down = False
    assert who(house, sign_in(browser)) == "Anna Beispiel"


def test_no_way_to_another_host(house: House, anna: Person, browser: httpx.Client) -> None:
    assert sign_in(browser, "//boese.example").headers["location"] == "/"


def test_signing_out_there_leads_back_here(browser: httpx.Client) -> None:
    away = browser.get("/anmelden/oidc/ende")
    assert "/logout?client_id=rathaus" in away.headers["location"]
    back = httpx.get(away.headers["location"], timeout=120)
    assert back.headers["location"] == f"{browser.base_url}/anmelden?abgemeldet"


def test_without_the_setting_there_is_no_such_way(house: House) -> None:
    house.settings.sign_in_source = "local"
    assert routes(house, Cookies(secure=False), lambda *_: Response(), safe_way_back) == []


def test_the_session_the_browser_had_ends(
    house: House, anna: Person, browser: httpx.Client, provider: oidc_provider.Provider
) -> None:
    first = sign_in(browser).cookies["rathaus"]
    second = sign_in(browser).cookies["rathaus"]
    assert check(house.database, second, house.clock())
    assert check(house.database, first, house.clock()) is None
    provider.spoil = SPOILED["another nonce"]
    assert refused(sign_in(browser), FAILED)
    assert check(house.database, second, house.clock()), "only a sign-in that succeeds ends it"
