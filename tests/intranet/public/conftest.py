"""A town with a hall and a club room that citizens may ask for, and a browser without script: cookies and forms only."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from config.settings import Settings
from intranet.public.server import create_app
from presence.spaces.drawing import Area, draw
from presence.spaces.fees import Price
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space, set_fee
from presence.spaces.opening import Opening
from presence.spaces.states import Party
from storage.actors import Staff, System
from storage.all_tables import create_all
from storage.clock import local_date
from storage.house import House, open_house
from storage.organisation.operations import add_office, add_person
from storage.organisation.queries import load_staff, person_by_login

if TYPE_CHECKING:
    from tests.intranet.public.town import Town

ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)
DAILY = tuple(Opening(day, 8 * 60, 23 * 60) for day in range(7))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class _Fields(HTMLParser):
    """The hidden fields of a page, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "input" and held.get("type") == "hidden":
            self.hidden[held["name"] or ""] = held["value"] or ""


def hidden(page: str) -> dict[str, str]:
    parser = _Fields()
    parser.feed(page)
    return parser.hidden


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    made = open_house(Settings(data_dir=tmp_path, _env_file=None))
    made.clock = clock
    create_all(made.database.engine)
    yield made
    made.close()


def furnish(house: House) -> dict[str, UUID]:
    """The hall ``saal`` (fees, the city goes first), the room ``treff`` beside it, and ``buero``, which is not public."""
    now = house.clock()
    with house.database.write() as session:
        office = add_office(
            session, ACTOR, key="kultur", number="41", name="Kulturamt", short="Kultur",
            valid_from=LONG_AGO, now=now,
        )  # fmt: skip
        add_person(
            session, ACTOR, login="karla", name="Karla Beispiel", email="karla@stadt.example",
            office=office.id, valid_from=LONG_AGO, now=now,
        )  # fmt: skip
        add_person(
            session, ACTOR, login="fremd", name="Frank Fremd", email=None,
            office=add_office(
                session, ACTOR, key="bauamt", number="60", name="Bauamt", short="Bau",
                valid_from=LONG_AGO, now=now,
            ).id, valid_from=LONG_AGO, now=now,
        )  # fmt: skip
        building = add_building(
            session, ACTOR, key="halle", name="Bürgerhaus", address="Am Markt 2", now=now
        )
        plan = draw(20, 10, [Area("Saal", 0, 0, 12, 10), Area("Treff", 12, 0, 8, 10)])
        floor = add_floor(
            session, ACTOR, building.id, level=0, name="Erdgeschoss", plan=plan, now=now
        )
        forms = {
            "saal": SpaceForm(
                "room", "Großer Saal", office.id, (10, 10, 240, 200), capacity=200,
                equipment=("Bühne", "Küche"), hours=DAILY, on_holidays=True, public=True,
                notice_days=28, ahead_days=400, rules="Bitte besenrein verlassen.",
            ),
            "treff": SpaceForm(
                "room", "Bürgertreff", office.id, (250, 10, 160, 200), capacity=40, hours=DAILY,
                on_holidays=False, public=True, ahead_days=400,
            ),
            "buero": SpaceForm(
                "room", "Besprechung", office.id, (0, 0, 10, 10), capacity=8, hours=DAILY
            ),
        }  # fmt: skip
        found = {
            key: add_space(session, ACTOR, floor.id, form, key=key, now=now).id
            for key, form in forms.items()
        }
        for party, per_hour in ((Party.CLUB, 1000), (Party.CITIZEN, 2500)):
            price = Price(party, LONG_AGO, per_hour, per_hour * 8, "Entgeltordnung 2020")
            set_fee(session, ACTOR, found["saal"], price, now=now)
    return found


@pytest.fixture
def spaces(house: House) -> dict[str, UUID]:
    return furnish(house)


@pytest.fixture
def staff(house: House, spaces: dict[str, UUID]) -> Callable[[str], Staff]:
    """By login: karla runs the rooms, fremd does not."""
    del spaces

    def find(login: str) -> Staff:
        today = local_date(house.clock())
        with house.database.read() as session:
            person = person_by_login(session, login, today)
            assert person is not None
            found = load_staff(session, person.id, today)
        assert found is not None
        return found

    return find


class Browser:
    """Asks the application itself; keeps cookies as a browser does, follows nothing by itself."""

    def __init__(self, house: House, address: str = "203.0.113.5") -> None:
        self.app, self._address = create_app(house), address
        self.cookies = httpx.Cookies()

    def get(
        self, path: str, params: Mapping[str, str] | None = None, language: str = "de"
    ) -> httpx.Response:
        return self.ask("GET", path, params=params, headers={"Accept-Language": language})

    def post(self, path: str, data: Mapping[str, str]) -> httpx.Response:
        return self.ask("POST", path, data=data)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self._address, 40000))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://stadt.example", cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **options)
                self.cookies.update(client.cookies)
                return answer

        return asyncio.run(ask())


@pytest.fixture
def browser(house: House, spaces: dict[str, UUID]) -> Browser:
    del spaces
    return Browser(house)


@pytest.fixture
def town(house: House, browser: Browser, clock: Clock) -> "Town":
    from tests.intranet.public.town import Town

    return Town(house, browser, clock)
