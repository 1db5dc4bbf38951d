"""The secret of a link that citizens quote stays out of what is shown and filed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.actors import Citizen
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.links import AnliegenLinks, blotted
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.tables import Message
from workflows.kiss.talk import talk_of
from workflows.kiss.talk_file import to_docx

TOKEN = "Ab-_" * 15


@pytest.mark.parametrize(
    "quoted",
    [
        f"> Den Stand sehen Sie hier: https://stadt.example/anliegen/{TOKEN}",
        f"<https://stadt.example/anliegen/{TOKEN}/datei/1>",
        f"https://schutz.example/?url=https%3A%2F%2Fstadt.example%2Fanliegen%2F{TOKEN}&x=1",
        f"> https://stadt.example/anliegen/\n> {TOKEN[:40]}\n> {TOKEN[40:]}\n> Gruß",
        f"> https://stadt.example/anliegen/{TOKEN[:30]}\r\n{TOKEN[30:]}",
    ],
)
def test_it_is_blotted_out_however_it_was_quoted(quoted: str) -> None:
    found = blotted(f"Hallo\n{quoted}\nEnde")
    assert TOKEN[:20] not in found
    assert TOKEN[44:] not in found
    assert "[Link entfernt]" in found
    assert found.startswith("Hallo\n")
    assert found.endswith("\nEnde")


@given(st.text(max_size=200).filter(lambda text: "anliegen" not in text.lower()))
def test_other_words_stay(text: str) -> None:
    assert blotted(text) == text
    assert blotted(f"/anliegen/{text}"[:60]) == f"/anliegen/{text}"[:60]


def test_neither_the_page_nor_the_akte_holds_a_quoted_link(city: City) -> None:
    anliegen = city.open("Ein Loch.")
    links = AnliegenLinks(city.house.settings)
    address = links.status(city.row(anliegen))
    with city.house.database.write() as session:
        reply = Reply("zitat", f"Danke.\n> Ihr Link: {address}")
        hear(session, Citizen(anliegen), anliegen, reply, now=city.clock())
        old = Message(
            id=city.people["tim"], revision=1, anliegen_id=anliegen, key="alt", kind="incoming", state="received",
            text=f"Früher: {address}", at=city.clock(),
        )  # fmt: skip
        session.add(old)  # as it was kept before
    with city.house.database.read() as session:
        found = whole(session, city.staff("kora"), anliegen)
        assert [address in each.text for each in found.messages].count(True) == 1
        talk = talk_of(session, found, notes=False)
    assert not any(address in each.text for each in talk.said)
    assert to_docx(talk)
