"""The addresses of the interface: services, published reports, tokens, and its own description."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.seeds import load_city
from intranet.public.open311 import records
from intranet.public.open311.description import description
from intranet.public.open311.pace import SPAN, Pace
from intranet.public.open311.posting import RefusedError, post
from intranet.public.open311.rendering import FORMATS, answer, refusal
from intranet.public.sending import address_of, read_form
from presence.citizens.links import LinkError
from presence.citizens.throttle import source
from storage.house import House
from workflows.kiss.anliegen.links import GOOD_FOR, AnliegenLinks
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.tables import Anliegen, Topic
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.citizens.published import Asked, published

TOKEN = "open311"  # noqa: S105 - what tokens are signed for, no secret
LONGEST = timedelta(days=90)
"""Between start_date and end_date (GeoReport v2)."""
STATES = {"open": True, "closed": False}
Tell = Callable[[Request], Response]


def routes(house: House) -> list[Route]:
    """Everything below ``/open311/``."""
    desk, pace = _Desk(house), Pace()

    def get(path: str, tell: Tell) -> Route:
        async def asked(request: Request) -> Response:
            return await to_thread.run_sync(_guarded, house, pace, tell, request)

        return Route(path, asked, methods=["GET"])

    async def posted(request: Request) -> Response:
        data = await read_form(request)
        tell = partial(desk.post, data)
        return await to_thread.run_sync(_guarded, house, pace, tell, request)

    def itself(_request: Request) -> Response:
        return answer("json", "", None, description(house.settings.citizens_url))

    path = records.PATH
    return [
        get(f"{path}/openapi.json", itself),
        get("/open311/discovery.{format}", desk.discovery),
        get(f"{path}/discovery.{{format}}", desk.discovery),
        get(f"{path}/services.{{format}}", desk.services),
        get(f"{path}/services/{{code}}.{{format}}", desk.definition),
        get(f"{path}/requests.{{format}}", desk.requests),
        Route(f"{path}/requests.{{format}}", posted, methods=["POST"]),
        get(f"{path}/requests/{{number}}.{{format}}", desk.request),
        get(f"{path}/tokens/{{token}}.{{format}}", desk.token),
    ]


def _guarded(house: House, pace: Pace, tell: Tell, request: Request) -> Response:
    form = request.path_params.get("format", "json")
    if form not in FORMATS:
        return refusal("json", 400, "Es gibt die Formate json und xml.")
    if not pace.admits(source(address_of(request)), house.clock()):
        wait = str(int(SPAN.total_seconds()))
        return refusal(
            form, 429, "Zu viele Anfragen. Bitte später noch einmal.", {"Retry-After": wait}
        )
    try:
        return tell(request)
    except RefusedError as error:
        return refusal(form, error.status, str(error))


class _Desk:
    def __init__(self, house: House) -> None:
        self._house, self._links = house, AnliegenLinks(house.settings)
        self._address = house.settings.citizens_url

    def discovery(self, request: Request) -> Response:
        found = records.discovery(load_city(), self._address)
        return answer(request.path_params["format"], "discovery", None, found)

    def services(self, request: Request) -> Response:
        with self._house.database.read() as session:
            found = records.services(topics(session, self._house.clock(), public=True))
        return answer(request.path_params["format"], "services", "service", found)

    def definition(self, request: Request) -> Response:
        with self._house.database.read() as session:
            found = records.definition(self._topic(session, request.path_params["code"], 404))
        return answer(request.path_params["format"], "service_definition", None, found)

    def requests(self, request: Request) -> Response:
        return self._listed(request, asked_for(request.query_params, self._house.clock()))

    def request(self, request: Request) -> Response:
        return self._listed(request, Asked(numbers=(request.path_params["number"],)), found_or=404)

    def post(self, data: Mapping[str, str], request: Request) -> Response:
        with self._house.database.read() as session:
            topic = self._topic(session, data.get("service_code", ""), 400)
        row = post(self._house, topic, data)
        told = {
            "token": self._links.links.sign(TOKEN, row.id, expires=row.received_at + GOOD_FOR),
            "service_notice": f"Stand und Antworten (nur für die meldende Person): {self._links.status(row)}",
            "account_id": None,
        }
        return answer(request.path_params["format"], "service_requests", "request", [told])

    def token(self, request: Request) -> Response:
        token, now = request.path_params["token"], self._house.clock()
        try:
            link = self._links.links.read(TOKEN, token, now)
        except LinkError:
            raise RefusedError(404, "Dieses Token gibt es nicht.") from None
        with self._house.database.read() as session:
            row = session.get(Anliegen, link.id)
        if row is None:
            raise RefusedError(404, "Diese Meldung ist gelöscht.")
        told = {"service_request_id": reference(row), "token": token}
        return answer(request.path_params["format"], "service_requests", "request", [told])

    def _listed(self, request: Request, asked: Asked, found_or: int | None = None) -> Response:
        with self._house.database.read() as session:
            found = published(session, asked)
        if found_or and not found:
            raise RefusedError(
                found_or, "Diese Meldung gibt es nicht, oder sie ist nicht veröffentlicht."
            )
        told = [records.request(each, self._address, self._house.clock()) for each in found]
        return answer(request.path_params["format"], "service_requests", "request", told)

    def _topic(self, session: Session, code: str, status: int) -> Topic:
        for each in topics(session, self._house.clock(), public=True):
            if each.key == code:
                return each
        raise RefusedError(status, "service_code: Diesen Dienst gibt es nicht.")


def asked_for(query: Mapping[str, str], now: datetime) -> Asked:
    """The filters of a list; without dates the last 90 days. Raises ``RefusedError``."""
    numbers = _parts(query, "service_request_id")
    if numbers:
        return Asked(numbers=numbers)
    states = _parts(query, "status")
    if not set(states) <= STATES.keys():
        raise RefusedError(400, "status: open oder closed.")
    since, until = _moment(query, "start_date"), _moment(query, "end_date")
    if since is None and until is None:
        since = now - LONGEST
    elif since is None and until is not None:
        since = max(until, datetime.min.replace(tzinfo=UTC) + LONGEST) - LONGEST
    if until is None and since is not None:
        until = min(since, datetime.max.replace(tzinfo=UTC) - LONGEST) + LONGEST
    if since is None or until is None or not timedelta(0) <= until - since <= LONGEST:
        raise RefusedError(400, "start_date und end_date liegen höchstens 90 Tage auseinander.")
    is_open = STATES[states[0]] if len(set(states)) == 1 else None
    return Asked((), _parts(query, "service_code"), since, until, is_open)


def _parts(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = [each.strip() for each in query.get(name, "")[:2_000].split(",")]
    return tuple(each for each in found if each)[:100]


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name, "").strip().replace(" ", "+")  # a plus sign that was not escaped
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError(400, f"{name}: Bitte wie 2026-03-02T08:00:00Z.") from None
