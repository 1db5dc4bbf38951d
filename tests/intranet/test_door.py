"""The door of the staff web, tried over HTTP and WebSocket against a real server."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from storage.actors import Staff, System
from storage.clock import local_date
from storage.organisation.queries import load_staff
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.unopened import take_over

SEAL = re.compile(r'name="siegel" value="(\w+)"')
Enter = Callable[..., httpx.Client]


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=120) as made:
        yield made


def submit(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    seal = SEAL.search(client.get("/anmelden").text)
    assert seal
    fields = {"siegel": seal[1], "weiter": "/", "name": name, "passwort": password}
    return client.post("/anmelden", data=fields | more)


@pytest.fixture
def enter(server: str, small: Any) -> Iterator[Enter]:
    opened: list[httpx.Client] = []

    def open_one(name: str = "anna.beispiel") -> httpx.Client:
        made = httpx.Client(base_url=server, headers={"Origin": server}, timeout=120)
        opened.append(made)
        assert submit(made, name, small.PASSWORD).status_code == 303
        return made

    yield open_one
    for each in opened:
        each.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/posteingang",
        "/dokument?id=1",
        "/unbekannt",
        "/_stcore/host-config",
        "/media/x.png",
        "/seite/1/1",
        "/original/1",
    ],
)
def test_without_a_session_everything_leads_to_the_sign_in_page(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"].startswith("/anmelden")
    assert client.get(path, headers={"Accept": "*/*"}).status_code == 401


def test_the_way_back_never_leaves_the_house(client: httpx.Client, small: Any) -> None:
    for target in (
        "https://boese.example/",
        "//boese.example",
        "/\\boese.example",
        "/%2f/boese",
        "javascript:1",
    ):
        answer = submit(client, "anna.beispiel", small.PASSWORD, weiter=target)
        assert urlsplit(answer.headers["location"]).netloc == ""
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith(("//", "/\\"))
        client.cookies.clear()


def test_the_cookie_is_for_the_server_alone(client: httpx.Client, small: Any) -> None:
    answer = submit(client, "anna.beispiel", small.PASSWORD)
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith("rathaus=")
    )
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "domain" not in cookie.lower()


def test_https_makes_the_cookie_secure_and_host_bound() -> None:
    from starlette.responses import Response

    from intranet.cookies import Cookies

    answer = Response()
    Cookies(secure=True).set_session(answer, "x")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-rathaus=x")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_signing_in_gives_a_new_id_and_ends_a_planted_session(
    server: str, client: httpx.Client, small: Any, enter: Enter
) -> None:
    planted = enter("paula.post").cookies["rathaus"]
    client.cookies.set("rathaus", planted, domain=urlsplit(server).hostname or "", path="/")
    # The victim's browser carries the attacker's session; after signing in it is worth nothing.
    client.post("/abmelden")
    submit(client, "anna.beispiel", small.PASSWORD)
    assert client.cookies["rathaus"] != planted
    with httpx.Client(base_url=server, cookies={"rathaus": planted}, timeout=120) as thief:
        assert thief.get("/_stcore/host-config").status_code == 401


def test_the_form_counts_only_with_the_cookie_it_was_sent_with(
    server: str, client: httpx.Client, small: Any
) -> None:
    seal = SEAL.search(client.get("/anmelden").text)
    assert seal
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=120) as other:
        other.get("/anmelden")
        fields = {"siegel": seal[1], "name": "anna.beispiel", "passwort": small.PASSWORD}
        assert other.post("/anmelden", data=fields).status_code == 403
        assert "rathaus" not in other.cookies


@pytest.mark.parametrize("origin", ["https://boese.example", "null", None])
def test_requests_that_change_something_must_come_from_our_pages(
    server: str, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    with httpx.Client(base_url=server, headers=headers, timeout=120) as foreign:
        assert foreign.post("/anmelden", data={"name": "a"}).status_code == 403
        assert foreign.post("/abmelden").status_code == 403


def test_a_foreign_host_name_is_refused(server: str) -> None:
    answer = httpx.get(server + "/anmelden", headers={"Host": "boese.example"}, timeout=120)
    assert answer.status_code == 400


def test_guessing_is_stopped_with_the_same_words(client: httpx.Client, small: Any) -> None:
    login = f"niemand.{uuid4().hex[:8]}"
    answers = [submit(client, login, "falsch-falsch-falsch") for _ in range(7)]
    assert {answer.status_code for answer in answers} == {403}
    messages = {re.search(r'id="fehler">([^<]+)', answer.text)[1] for answer in answers}  # type: ignore[index]
    assert len(messages) == 1


def socket_to(server: str, cookie: str | None, origin: str | None) -> int:
    """The status the handshake ends with; 101 where it is accepted."""
    address = server.replace("http:", "ws:") + "/_stcore/stream"
    headers = {"Cookie": f"rathaus={cookie}"} if cookie else {}
    try:
        with connect(
            address, origin=origin, additional_headers=headers, subprotocols=["streamlit"]
        ):  # type: ignore[arg-type, list-item]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_the_websocket_needs_a_session_and_our_own_origin(server: str, enter: Enter) -> None:
    cookie = enter().cookies["rathaus"]
    assert socket_to(server, cookie, server) == 101
    assert socket_to(server, None, server) == 403
    assert socket_to(server, "erfunden", server) == 403
    assert socket_to(server, cookie, None) == 403
    assert socket_to(server, cookie, "https://boese.example") == 403
    assert socket_to(server, cookie, "http://localhost:1") == 403


def test_after_signing_out_the_cookie_opens_nothing(server: str, enter: Enter) -> None:
    inside = enter()
    cookie = inside.cookies["rathaus"]
    assert inside.post("/abmelden").status_code == 303
    assert socket_to(server, cookie, server) == 403
    with httpx.Client(base_url=server, cookies={"rathaus": cookie}, timeout=120) as again:
        assert again.get("/_stcore/host-config").status_code == 401


def test_two_cookies_of_one_name_count_as_none(server: str, enter: Enter) -> None:
    cookie = enter().cookies["rathaus"]
    answer = httpx.get(
        server + "/_stcore/host-config",
        headers={"Cookie": f"rathaus={cookie}; rathaus=x"},
        timeout=120,
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path", ["/anmelden", "/", "/eigen/rathaus.css", "/_stcore/host-config", "/unbekannt"]
)
def test_every_answer_carries_the_security_headers(enter: Enter, path: str) -> None:
    headers = enter().get(path).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_the_page_is_german_and_without_inline_script(enter: Enter) -> None:
    page = enter().get("/").text
    assert '<html lang="de">' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<title>Rathauswerk</title>" in page


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/bidi-components/x",
    ],
)
def test_what_streamlit_offers_beyond_pages_is_closed(enter: Enter, path: str) -> None:
    assert enter().get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/eigen/../server.py",
        "/eigen/..%2fserver.py",
        "/eigen/%2e%2e/%2e%2e/pyproject.toml",
        "/static/../../../etc/passwd",
        "/static/js/..%2f..%2f..%2fetc%2fpasswd",
        "/static/js/index.%2e%2e%2f%2e%2e%2fx.js",
        "/media/..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out_of_the_folders(enter: Enter, path: str) -> None:
    answer = enter().get(path)
    assert answer.status_code in {303, 400, 401, 404} or '<div id="root">' in answer.text
    assert "root:" not in answer.text
    assert "create_app" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/nixda", "/docs", "/redoc", "/openapi.json", "/favicon.png", "/index.html", "/manifest.json",
        "/app/static/x", "/static/nixda.js", "/static/", "/static/js/nixda.1.js", "/component/x/index.html",
        "/posteingang/", "/start/nixda", "/oauth2callback", "/auth/login", "/seite/x", "/original",
    ],
)  # fmt: skip
def test_what_there_is_not_is_said_in_german(enter: Enter, path: str) -> None:
    answer = enter().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert '<html lang="de">' in answer.text
    assert "Diese Seite gibt es nicht" in answer.text
    assert "gstatic" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_pictures_and_originals_follow_the_rights(enter: Enter, furnished: Any) -> None:
    anna, ada = enter("anna.beispiel"), enter("ada.admin")
    for path in (f"/seite/{furnished.bill}/1", f"/original/{furnished.bill}"):
        assert anna.get(path).status_code == 200
        assert ada.get(path).status_code == 404
        assert anna.get(path.replace(str(furnished.bill), str(UUID(int=3)))).status_code == 404
    picture = anna.get(f"/seite/{furnished.bill}/1")
    assert picture.headers["content-type"] == "image/webp"
    assert picture.content[8:12] == b"WEBP"
    for path in ("/seite/x/1", f"/seite/{furnished.bill}/0", f"/seite/{furnished.bill}/99"):
        assert anna.get(path).status_code == 404


def test_originals_are_saved_never_shown(enter: Enter, furnished: Any, small: Any) -> None:
    answer = enter().get(f"/original/{furnished.bill}")
    assert answer.content == small.pdf(small.BILL) or answer.content.startswith(b"%PDF")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="rechnung.pdf"')
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ['a";x="b.pdf', "ä\r\nSet-Cookie: x=1.pdf", "../../etc/passwd", "日本.pdf", ""]
)
def test_no_file_name_breaks_out_of_the_header(name: str) -> None:
    from intranet.routes.files import attachment

    value = attachment(name)
    assert value.isascii()
    assert "\r" not in value
    assert "\n" not in value
    assert value.count('"') == 2


def test_health_and_metrics(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert "rathaus_sign_ins_total" in client.get("/metrics").text
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.2.3.4"}).status_code == 404


def test_sealed_post_has_no_picture(enter: Enter, furnished: Any, small: Any) -> None:
    office = furnished.office("ordnungsamt")
    letter = Incoming("geheim.pdf", small.pdf("nur für Anna"), office, unopened=True)
    sealed = receive(furnished.house, System("test"), letter).document
    assert sealed is not None
    anna = enter("anna.beispiel")
    assert anna.get(f"/seite/{sealed}/1").status_code == 404
    assert anna.get(f"/original/{sealed}").status_code == 404, "it is shut until taken over"
    anna_herself = load_staff_of(furnished, "anna.beispiel")
    now = furnished.house.clock()
    furnished.house.database.run(lambda s: take_over(s, anna_herself, sealed, now=now))
    assert anna.get(f"/original/{sealed}").status_code == 200


def load_staff_of(furnished: Any, login: str) -> Staff:
    person = furnished.person(login).id
    with furnished.house.database.read() as session:
        staff = load_staff(session, person, local_date(furnished.house.clock()))
    assert staff is not None
    return staff


def test_a_damaged_file_is_said_in_german(enter: Enter, furnished: Any, small: Any) -> None:
    office = furnished.office("ordnungsamt")
    content = small.pdf("wird beschädigt")
    receipt = receive(furnished.house, System("test"), Incoming("x.pdf", content, office))
    assert receipt.document is not None
    with furnished.house.database.read() as session:
        sha256 = visible_document(session, System("test"), receipt.document).sha256
    folder = furnished.house.settings.in_data("blobs", "x").parent
    file = next(each for each in folder.rglob(f"*{sha256[4:]}*") if each.is_file())
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    answer = enter().get(f"/original/{receipt.document}")
    file.write_bytes(whole)
    assert answer.status_code == 500
    assert "beschädigt" in answer.text
    assert "verständigen" in answer.text
