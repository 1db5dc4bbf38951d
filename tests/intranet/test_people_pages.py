"""The people finder, a person's page and one's own profile, as people use them."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from presence.people.profile import offer_skills, remove_photo, set_languages, set_photo, set_tasks
from presence.people.tables import PersonProfile
from presence.sign_in import Token, sign_in
from storage.actors import Role, System
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.tables import Person

Browse = Callable[..., AppTest]
SYSTEM = System("test")


def text(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def field(app: AppTest, kind: str, label: str) -> Any:
    return next(each for each in getattr(app, kind) if each.label == label)


@pytest.fixture
def anna(furnished: Any) -> Iterator[Person]:
    """Anna with a number, a room and tasks, all taken back afterwards."""
    house, person = furnished.house, furnished.person("anna.beispiel")
    facts = {"phone": "07089 204-3204", "room": "D 104", "email": "anna@stadt.example"}
    with house.database.write() as session:
        row = session.get_one(Person, person.id)
        for name, value in facts.items():
            setattr(row, name, value)
        row.revision += 1
        set_tasks(session, SYSTEM, person.id, ["Gewerbe", "Fundsachen"], 0, now=house.clock())
    yield person
    with house.database.write() as session:
        row = session.get_one(Person, person.id)
        row.phone = row.room = row.email = None
        row.revision += 1
        offer_skills(session, SYSTEM, person.id, [], now=house.clock())
        remove_photo(session, SYSTEM, person.id)
        session.delete(session.get_one(PersonProfile, person.id))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Bespiel", "klingt wie „Anna Beispiel“"),
        ("Beiskiel", "ähnlich „Anna Beispiel“"),
        ("Fundsachen", "Aufgabe „Fundsachen“"),
        ("3204", "Telefon 07089 204-3204"),
        ("d104", "Raum D 104"),
    ],
)
@pytest.mark.usefixtures("anna")
def test_somebody_is_found_and_it_says_why(browse: Browse, typed: str, why: str) -> None:
    app = browse("paula.post", "personensuche.py")
    field(app, "text_input", "Wen oder was suchen Sie?").set_value(typed).run()
    assert not app.exception
    assert "Anna Beispiel" in text(app)
    assert f"passt: {why}" in text(app)


def test_an_office_alone_lists_its_people(browse: Browse, furnished: Any) -> None:
    app = browse("paula.post", "personensuche.py")
    field(app, "selectbox", "Amt").set_value(furnished.office("hauptamt")).run()
    assert "Ada Admin" in text(app)
    assert "Anna Beispiel" not in text(app)


@pytest.mark.usefixtures("anna")
def test_the_search_box_of_the_start_page_finds_people_too(browse: Browse) -> None:
    app = browse("paula.post")
    field(app, "text_input", "Suchen").set_value("Fundsachen")
    field(app, "button", "Suchen").click().run()
    assert not app.exception
    assert "Aufgabe „Fundsachen“" in text(app)
    other = browse("paula.post")
    field(other, "text_input", "Suchen").set_value("3204")
    field(other, "button", "Person").click().run()
    assert not other.exception
    assert "Anna Beispiel" in text(other)


def test_a_persons_page_tells_how_to_reach_them(browse: Browse, anna: Person) -> None:
    app = browse("paula.post", "person.py", id=str(anna.id))
    assert not app.exception
    for each in (
        "tel:070892043204",
        "mailto:anna@stadt.example",
        "D 104",
        "Gewerbe",
        "Ordnungsamt",
    ):
        assert each in text(app)
    assert not [each for each in app.text_area if "Aufgaben" in each.label]


def test_an_unknown_person_is_no_fault(browse: Browse) -> None:
    app = browse("paula.post", "person.py", id="unfug")
    assert not app.exception
    assert "arbeitet nicht (mehr) hier" in text(app)


def test_the_head_changes_tasks(browse: Browse, furnished: Any, anna: Person) -> None:
    house, head = furnished.house, furnished.person("neu.hier").id
    office = furnished.office("ordnungsamt")
    with house.database.write() as session:
        grant_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())
    app = browse("neu.hier", "person.py", id=str(anna.id))
    field(app, "text_area", "Aufgaben und Zuständigkeiten, eine je Zeile").set_value("Märkte")
    field(app, "button", "Aufgaben speichern").click().run()
    assert not app.exception
    assert "Märkte" in text(app)
    with house.database.write() as session:
        withdraw_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())


@pytest.mark.usefixtures("anna")
def test_skills_are_kept_with_consent_only_and_go_with_one_touch(browse: Browse) -> None:
    app = browse("anna.beispiel", "profil.py")
    field(app, "text_area", "Fähigkeiten, eine je Zeile").set_value("Gebärdensprache")
    field(app, "button", "Speichern").click().run()
    assert "Ohne Ihre Einwilligung wird nichts gespeichert." in text(app)
    field(app, "checkbox", "Ich möchte mit diesen Angaben gefunden werden.").set_value(True)
    field(app, "button", "Speichern").click().run()
    assert not app.exception
    finder = browse("paula.post", "personensuche.py")
    finder.text_input[0].set_value("Gebärdensprache").run()
    assert "Fähigkeit „Gebärdensprache“" in text(finder)
    again = browse("anna.beispiel", "profil.py")
    again.button(key="faehigkeiten-weg").click().run()
    assert not again.exception
    finder.run()
    assert "Niemand gefunden." in text(finder)


def test_card_and_picture_are_for_who_is_signed_in(
    server: str, furnished: Any, small: Any, anna: Person
) -> None:
    house, out = furnished.house, BytesIO()
    Image.new("RGB", (8, 8), "navy").save(out, "WEBP")
    with house.database.write() as session:
        set_photo(session, SYSTEM, anna.id, out.getvalue(), now=house.clock())
        set_languages(session, SYSTEM, anna.id, ["Türkisch"], 1)
    outcome = sign_in(house, "paula.post", small.PASSWORD, "127.0.0.1")
    assert isinstance(outcome, Token)
    cookies = {"Cookie": f"rathaus={outcome.value}"}
    card = httpx.get(f"{server}/visitenkarte/{anna.id}", headers=cookies, timeout=120)
    assert card.headers["content-type"].startswith("text/vcard")
    assert "FN:Anna Beispiel\r\nN:Beispiel;Anna;;;\r\n" in card.text
    assert (
        httpx.get(f"{server}/portrait/{anna.id}", headers=cookies, timeout=120).content
        == out.getvalue()
    )
    other = furnished.person("paula.post").id
    assert httpx.get(f"{server}/portrait/{other}", headers=cookies, timeout=120).status_code == 404
    assert httpx.get(f"{server}/portrait/{anna.id}", timeout=120).status_code == 401
