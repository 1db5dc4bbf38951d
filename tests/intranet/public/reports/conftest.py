"""A town whose citizens report something, with the offices that answer, and a browser without script."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from config.settings import Settings
from storage.actors import Role, Staff, System
from storage.all_tables import create_all
from storage.clock import local_date, new_id
from storage.house import House, open_house
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff
from tests.intranet.public.conftest import Browser, Clock, hidden
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.tables import Anliegen, Group, KnownPlace, Message, Topic

SYSTEM = System("test")
LONG_AGO = date(2020, 1, 1)
KEY = "ein-geheimer-schluessel-fuer-apps"
GOOD = {
    "art": "fault", "thema": "strasse", "text": "Vor dem Brunnen ist ein tiefes Loch.", "ort": "Marktplatz",
    "genauer": "vor Haus 3", "name": "", "mail": "", "telefon": "", "datenschutz": "ja",
}  # fmt: skip
Upload = tuple[str, tuple[str, bytes, str]]


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A photograph with where it was taken and by which camera."""
    image = Image.new("RGB", size, (90, 120, 60))
    exif = Image.Exif()
    exif[0x010F] = "Geheimkamera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def furnish_kiss(house: House) -> dict[str, UUID]:
    """The coordination, the Tiefbauamt with Tim, one public and one internal topic, and two places."""
    now, found = house.clock(), {}
    with house.database.write() as session:
        for key, number, name, login in (
            ("hauptamt", "10", "Hauptamt", "kora"),
            ("tiefbau", "66", "Tiefbauamt", "tim"),
        ):
            office = add_office(
                session, SYSTEM, key=key, number=number, name=name, short=name, valid_from=LONG_AGO, now=now
            )  # fmt: skip
            person = add_person(
                session, SYSTEM, login=login, name=f"{login.title()} Beispiel",
                email=f"{login}@example.org", office=office.id, valid_from=LONG_AGO, now=now,
            )  # fmt: skip
            found[login] = person.id
            group = Group(
                id=new_id(), revision=1, key=key, name=name, office_id=office.id, general=True,
                coordination=key == "hauptamt", spreads=False, hours=40, valid_from=LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(group)
            found[key] = group.id
        grant_role(session, SYSTEM, found["kora"], Role.FEEDBACK, None, now=now)
        office_id = session.get_one(Group, found["hauptamt"]).office_id
        grant_role(session, SYSTEM, found["kora"], Role.HEAD, office_id, now=now)
        session.flush()
        for key, title, public in (
            ("strasse", "Straßenschäden", True),
            ("intern", "Drucker", False),
        ):
            topic = Topic(
                id=new_id(), revision=1, key=key, title=title, description=f"Alles zu: {title}",
                group_id=found["tiefbau"], kind="fault", keywords=["Loch", "Asphalt"], hours=24,
                four_eyes=False, public=public, valid_from=LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(topic)
            found[key] = topic.id
        for name, latitude, longitude in (
            ("Marktplatz", 48.53125, 9.84217),
            ("Hafenstraße", 48.5365, 9.8535),
        ):
            session.add(
                KnownPlace(
                    id=new_id(), name=name, district="Altstadt", latitude=latitude, longitude=longitude,
                    valid_from=LONG_AGO, valid_to=None,
                )
            )  # fmt: skip
    return found


class Reports:
    """Both sides: who reports, and Tim of the Tiefbauamt."""

    def __init__(self, house: House, clock: Clock, ids: Mapping[str, UUID]) -> None:
        self.house, self.clock, self.ids = house, clock, ids
        self.browser = Browser(house)

    def send(
        self,
        changes: Mapping[str, str] | None = None,
        files: Sequence[Upload] = (),
        wait: float = 25,
    ) -> httpx.Response:
        """Open the form, take one's time (no script here), and send it."""
        seal = hidden(self.browser.get("/melden").text)
        self.clock.forward(seconds=wait)
        return self.post("/melden", {**seal, **GOOD, **(changes or {})}, files)

    def post(
        self, path: str, data: Mapping[str, str], files: Sequence[Upload] = ()
    ) -> httpx.Response:
        parts = [(name, (None, value)) for name, value in data.items()]
        return self.browser.ask("POST", path, files=[*parts, *files])

    def link(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, answer.text
        return str(re.findall(r'href="(/anliegen/[\w-]{60})"', answer.text)[0])

    def rows(self) -> Sequence[Anliegen]:
        with self.house.database.read() as session:
            return session.scalars(select(Anliegen).order_by(Anliegen.id)).all()

    def row(self) -> Anliegen:
        (found,) = self.rows()
        return found

    def messages(self) -> Sequence[Message]:
        with self.house.database.read() as session:
            return session.scalars(select(Message).order_by(Message.id)).all()

    def staff(self, login: str) -> Staff:
        with self.house.database.read() as session:
            found = load_staff(session, self.ids[login], local_date(self.clock()))
        assert found is not None
        return found

    def hand_to_tim(self) -> None:
        row = self.row()
        with self.house.database.write() as session:
            to = To(self.ids["tiefbau"], topic=row.topic_id)
            assign(session, SYSTEM, row.id, row.revision, to, now=self.clock())

    def answer(self, text: str, *, asks: bool = False) -> None:
        """Tim answers, or asks."""
        self.clock.forward(minutes=5)
        row = self.row()
        with self.house.database.write() as session:
            answer(
                session, self.staff("tim"), row.id, row.revision, text, asks=asks, now=self.clock()
            )


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    made = open_house(Settings(data_dir=tmp_path, open311_keys=frozenset({KEY}), _env_file=None))
    made.clock = clock
    create_all(made.database.engine)
    yield made
    made.close()


@pytest.fixture
def reports(house: House, clock: Clock) -> Reports:
    return Reports(house, clock, furnish_kiss(house))
