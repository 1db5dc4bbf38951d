"""Texts to begin answers with: who keeps them, what may stand in them, and what is filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.conflicts import ConflictError, NotFoundError
from storage.rights import NotAllowedError
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.placeholders import KNOWN, filled, left_open, problem_of
from workflows.kiss.anliegen.templates import (
    TemplateForm,
    add_template,
    change_template,
    end_template,
    templates_for,
)


def add(city: City, login: str, form: TemplateForm) -> None:
    with city.house.database.write() as session:
        add_template(session, city.staff(login), form, now=city.clock())


def offered(city: City) -> list[tuple[str, str]]:
    """For a hole in the street at the Tiefbauamt."""
    anliegen = city.open()
    with city.house.database.write() as session:
        to = To(city.groups["tiefbau"], topic=city.topics["strasse"])
        row = city.row(anliegen)
        assign(session, SYSTEM, anliegen, row.revision, to, now=city.clock())
    with city.house.database.read() as session:
        return templates_for(session, city.row(anliegen), city.clock())


def test_who_answers_a_topic_keeps_its_texts_and_no_others(city: City) -> None:
    street, trees, office = city.topics["strasse"], city.topics["baum"], city.offices["tiefbau"]
    add(city, "tim", TemplateForm("Eingeplant", "Wir kommen.", street))
    add(city, "tim", TemplateForm("Gruß", "Ihr Tiefbauamt", office=office))
    for topic, place in ((trees, None), (None, None), (None, city.offices["gruen"])):
        with pytest.raises(NotAllowedError):
            add(city, "tim", TemplateForm("Fremd", "Text", topic, place))
    add(city, "kora", TemplateForm("Für alle", "Danke."))
    add(city, "greta", TemplateForm("Baum", "Wir pflanzen.", trees))
    assert [title for title, _ in offered(city)] == ["Eingeplant", "Gruß", "Für alle"]


def test_what_is_known_is_filled_in_and_the_rest_stays_to_be_seen(city: City) -> None:
    add(city, "kora", TemplateForm("Alles", "{nummer} {thema} {amt} {eingang} am {ort}"))
    ((_, text),) = offered(city)
    assert text == "2026-00001 Straßenschäden Tiefbau 02.03.2026 am {ort}"
    assert left_open(text) == ["{ort}"]


def test_no_answer_goes_out_with_a_gap(city: City) -> None:
    anliegen = city.open()
    with city.house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(city.groups["tiefbau"]), now=city.clock())
    row = city.row(anliegen)
    with pytest.raises(ConflictError, match=r"\{frist\}"), city.house.database.write() as session:
        answer(session, city.staff("tim"), anliegen, row.revision, "Bis {frist}.", now=city.clock())


@pytest.mark.parametrize(
    "text", ["Liebe {anrede}", "Am {Ort}", "Offen {ort", "Zu }", "{}", "{{ort}}"]
)
def test_unknown_placeholders_are_refused(city: City, text: str) -> None:
    with pytest.raises(ConflictError, match="Platzhalter"):
        add(city, "kora", TemplateForm("Text", text))


def test_two_who_change_and_one_who_ends(city: City) -> None:
    add(city, "kora", TemplateForm("Alt", "Text"))
    with city.house.database.write() as session:
        row = add_template(
            session, city.staff("kora"), TemplateForm("Neu", "Text"), now=city.clock()
        )
        ident = row.id
    kora, now = city.staff("kora"), city.clock()
    with city.house.database.write() as session:
        change_template(session, kora, ident, 1, TemplateForm("Neuer", "Text"), now=now)
    with pytest.raises(ConflictError), city.house.database.write() as session:
        change_template(session, kora, ident, 1, TemplateForm("Anders", "Text"), now=now)
    with pytest.raises(NotAllowedError), city.house.database.write() as session:
        end_template(session, city.staff("tim"), ident, 2, now=now)
    with city.house.database.write() as session:
        end_template(session, kora, ident, 2, now=now)
    with pytest.raises(NotFoundError), city.house.database.write() as session:
        end_template(session, kora, ident, 3, now=now)
    assert [title for title, _ in offered(city)] == ["Alt"]


@given(st.text(max_size=80), st.dictionaries(st.sampled_from(sorted(KNOWN)), st.text(max_size=20)))
def test_what_is_accepted_leaves_only_gaps_without_a_value(
    text: str, values: dict[str, str]
) -> None:
    if problem_of(text) is None:
        plain = {name: value.replace("{", "").replace("}", "") for name, value in values.items()}
        missing = {f"{{{name}}}" for name in KNOWN if not plain.get(name)}
        assert set(left_open(filled(text, plain))) <= missing
