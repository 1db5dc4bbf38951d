"""The people finder: whatever one remembers of somebody finds them, and says why."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.people import phones
from presence.people.finder import Entry, Field, PeopleIndex
from presence.people.phonetics import cologne
from storage.clock import new_id

SOCIAL, BUILDING = new_id(), new_id()
GROUP = new_id()


def entry(name: str, office: UUID = SOCIAL, **told: str) -> Entry:
    texts = tuple((Field[key.upper()], text) for key, text in told.items())
    return Entry(new_id(), name, frozenset({office}), frozenset({GROUP}), texts)


PEOPLE = [
    entry(
        "Jürgen Müller",
        task="Wohngeldstelle",
        phone="07089 204-5204",
        room="D 304",
        office="Amt für Soziales und Teilhabe",
    ),
    entry("Anna Meyer", BUILDING, job="Sachbearbeiterin Baurecht", phone="07089 204-6101"),
    entry("Zoe Maier", BUILDING, skill="Gebärdensprache", room="E 101a"),
    entry("Ömer Yıldırım", task="Wohngeld, Lastenzuschuss", language="Türkisch"),
    entry("Karl-Heinz D'Angelo", BUILDING, room="E 7"),
    entry("Prof. Dr. Karla von der Müller-Lüdenscheidt", BUILDING, room="E 8"),
    entry("Selim Taşkıran", group="Barrierefreies Rathaus", phone="+49 (0)7089 204 52 99"),
]
INDEX = PeopleIndex(PEOPLE)


def names(typed: str, **filters: list[UUID]) -> list[str]:
    return [hit.name for hit in INDEX.search(typed, **filters)]


@pytest.mark.parametrize(
    "typed", ["Müller", "Mueller", "muller", "Mülller", "Jürgen Muller", "mül"]
)
def test_a_name_is_found_however_it_is_typed(typed: str) -> None:
    assert names(typed)[0] == "Jürgen Müller"


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Karl-Heinz", "Karl-Heinz D'Angelo"),
        ("Karlheinz", "Karl-Heinz D'Angelo"),
        ("karl heinz dangelo", "Karl-Heinz D'Angelo"),
        ("D’Angelo", "Karl-Heinz D'Angelo"),
        ("Lüdenscheid", "Prof. Dr. Karla von der Müller-Lüdenscheidt"),
        ("Muellerluedenscheidt", "Prof. Dr. Karla von der Müller-Lüdenscheidt"),
        ("Frau Dr. von der Müller-Lüdenscheidt", "Prof. Dr. Karla von der Müller-Lüdenscheidt"),
        ("von der müllerlüd", "Prof. Dr. Karla von der Müller-Lüdenscheidt"),
    ],
)
def test_double_names_titles_and_von_are_found_however_they_are_written(
    typed: str, who: str
) -> None:
    assert names(typed)[0] == who


@pytest.mark.parametrize("typed", ["Mayr", "Maier", "Meier", "Meyer"])
def test_a_name_is_found_as_it_was_heard(typed: str) -> None:
    assert set(names(typed)) >= {"Anna Meyer", "Zoe Maier"}


def test_who_is_spelled_so_comes_first_and_the_others_say_why_they_come() -> None:
    exact, heard = INDEX.search("Meyer")[:2]
    assert (exact.name, exact.because) == ("Anna Meyer", ("Name",))
    assert (heard.name, heard.because) == ("Zoe Maier", ("klingt wie „Zoe Maier“",))


@pytest.mark.parametrize(
    "typed", ["5204", "204-5204", "07089 2045204", "+49 7089 204 52 04", "0049 (0)7089/204-5204"]
)
def test_a_number_is_found_in_any_writing(typed: str) -> None:
    (first, *_) = INDEX.search(typed)
    assert first.name == "Jürgen Müller"
    assert first.because == ("Telefon 07089 204-5204",)


@pytest.mark.parametrize("typed", ["D 304", "d304", "D304", "304"])
def test_a_room_is_found_with_and_without_its_house(typed: str) -> None:
    assert names(typed) == ["Jürgen Müller"]


def test_a_task_is_found_by_a_part_of_its_word() -> None:
    found = {hit.name: hit.because for hit in INDEX.search("wohngeld")}
    assert found == {
        "Jürgen Müller": ("Aufgabe „Wohngeldstelle“",),
        "Ömer Yıldırım": ("Aufgabe „Wohngeld, Lastenzuschuss“",),
    }


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Gebärdensprache", "Zoe Maier"),
        ("Türkisch", "Ömer Yıldırım"),
        ("Yildirim", "Ömer Yıldırım"),
        ("taskiran", "Selim Taşkıran"),
        ("Barrierefreies", "Selim Taşkıran"),
        ("Baurecht", "Anna Meyer"),
        ("Frau Meyer Baurecht", "Anna Meyer"),
        ("Gebärdensprahce", "Zoe Maier"),
    ],
)
def test_other_things_one_remembers(typed: str, who: str) -> None:
    assert names(typed)[0] == who


def test_every_word_has_to_fit_but_one_may_be_wrong() -> None:
    assert names("Müller Wohngeld") == ["Jürgen Müller"]
    assert names("Müller Quantenphysik")[0] == "Jürgen Müller"
    assert names("Quantenphysik") == []


def test_filters_keep_to_an_office_and_a_group() -> None:
    assert names("Wohngeld", offices=[BUILDING]) == []
    assert {"Anna Meyer", "Zoe Maier"} < set(names("", offices=[BUILDING]))
    assert "Jürgen Müller" not in names("", offices=[BUILDING])
    assert len(names("", groups=[GROUP])) == len(PEOPLE)
    assert names("Meyer", groups=[new_id()]) == []


@given(st.text(max_size=60))
def test_nothing_typed_breaks_it_and_every_hit_says_why(typed: str) -> None:
    hits = INDEX.search(typed)
    assert {hit.person for hit in hits} <= {each.person for each in PEOPLE}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    if typed.strip():
        assert all(hit.because and hit.score > 0 for hit in hits)
    else:
        assert len(hits) == len(PEOPLE)


def test_a_number_is_called_as_it_is_meant() -> None:
    for written in ("+49 (0)7089 204-52 04", "+49 7089/204-5204"):
        assert phones.dialled(written) == "+4970892045204"
    assert phones.dialled("07089 204-5204") == "070892045204"
    assert phones.dialled("0049 (0) 7089 1") == "004970891"


@given(st.sampled_from(["Jürgen Müller", "Ömer Yıldırım", "Selim Taşkıran"]), st.data())
def test_one_slip_in_a_longer_name_still_finds_it(name: str, data: st.DataObject) -> None:
    family = name.rsplit(maxsplit=1)[-1]
    place = data.draw(st.integers(1, len(family) - 1))
    typed_in = family[:place] + family[place + 1 :]
    assert name in names(typed_in)


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_code_has_digits_only_and_no_vowel_inside(word: str) -> None:
    code = cologne(word)
    assert set(code) <= set("012345678")
    assert "0" not in code[1:]


@pytest.mark.parametrize(
    ("word", "code"),
    [("wikipedia", "3412"), ("mullerludenscheidt", "65752682"), ("breschnew", "17863"), ("", "")],
)
def test_codes_of_the_literature(word: str, code: str) -> None:
    assert cologne(word) == code


def test_numbers_are_told_from_words() -> None:
    assert phones.is_number("+49 (0)7089/204-52")
    assert not phones.is_number("Raum 12")
    assert phones.digits("+49 (0)7089 204-52 04") == "070892045204"
    assert phones.extension("07089 204-52 04") == "5204"
