"""Forms of the citizens' pages: what people type is read kindly, what machines send is told apart."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.public.forms import Field, Filled, read

FIELDS = (
    Field("name", "Name", longest=20),
    Field("mail", "E-Mail", "email"),
    Field("tel", "Telefon", "tel", required=False),
    Field("tag", "Tag", "date"),
    Field("von", "Beginn", "time"),
    Field("zahl", "Personen", "number", most=200),
    Field("art", "Art", "choice", options=(("a", "A"), ("b", "B"))),
    Field("text", "Nachricht", "long", required=False, longest=50),
    Field("ja", "Gelesen", "tick", missing="Bitte stimmen Sie zu."),
)
GOOD = {
    "name": "Åsa Groß-Öztürk", "mail": "asa@mueller.example", "tag": "24.12.2026", "von": "18.30 Uhr",
    "zahl": "12", "art": "b", "text": "Eins\r\nzwei", "ja": "ja",
}  # fmt: skip


def filled(**changes: str) -> Filled:
    return read(FIELDS, GOOD | changes)


def test_what_people_type_is_read() -> None:
    found = filled(tel="+49 (7089) 204-0")
    assert found.errors == {}
    assert found.values == {
        "name": "Åsa Groß-Öztürk", "mail": "asa@mueller.example", "tel": "+49 (7089) 204-0",
        "tag": date(2026, 12, 24), "von": 18 * 60 + 30, "zahl": 12, "art": "b",
        "text": "Eins\nzwei", "ja": True,
    }  # fmt: skip


def test_an_empty_form_names_every_needed_field_and_no_other() -> None:
    found = read(FIELDS, {})
    assert set(found.errors) == {"name", "mail", "tag", "von", "zahl", "art", "ja"}
    assert found.errors["ja"] == "Bitte stimmen Sie zu."


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "x" * 21), ("name", "Eva\r\nBcc: alle@stadt.example"), ("name", "Eva\u2028Nachname"),
        ("name", "Eva\x00"), ("mail", "eva"), ("mail", "eva@a.example, b@b.example"),
        ("mail", "eva@a.example\r\nBcc: b@b.example"), ("mail", "Eva <eva@a.example>"),
        ("tel", "ruf mich an"), ("tag", "31.02.2026"), ("tag", "morgen"), ("tag", "2026-13-01"),
        ("tag", "24.12.99999"), ("von", "25:00"), ("von", "8:75"), ("zahl", "0"), ("zahl", "201"),
        ("zahl", "-3"), ("zahl", "12²"), ("zahl", "1" * 500), ("art", "c"), ("text", "x" * 51),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_at_its_field_and_kept(field: str, typed: str) -> None:
    found = filled(**{field: typed})
    assert set(found.errors) == {field}
    assert found.typed[field] == typed
    others = {key: value for key, value in found.typed.items() if key in GOOD and key != field}
    assert others == {key: value for key, value in GOOD.items() if key != field}


def test_midnight_counts_as_given() -> None:
    assert filled(von="0:00").values["von"] == 0
    assert filled(von="0:00").errors == {}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([each.name for each in FIELDS]), st.text(max_size=300)))
def test_nothing_anybody_sends_breaks_the_form(data: dict[str, str]) -> None:
    found = read(FIELDS, data)
    assert set(found.typed) == {each.name for each in FIELDS}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_what_is_kept_of_a_text_is_what_is_seen(text: str) -> None:
    """No sign that turns round how a name reads, no blank name, and reading it again changes nothing."""
    found = read((Field("name", "Name", "long", required=False, longest=900),), {"name": text})
    kept = found.values.get("name")
    if kept is None:
        return
    hidden = {sign for sign in kept if unicodedata.category(sign) == "Cf"} - {"\u200c", "\u200d"}
    assert all("\U000e0020" <= sign <= "\U000e007f" for sign in hidden)
    assert any(unicodedata.category(sign)[0] in "LNPSC" for sign in kept)
    again = read((Field("name", "Name", "long", longest=900),), {"name": kept})
    assert again.values["name"] == kept


@settings(deadline=None)
@given(st.dates())
def test_days_people_mean_are_read_and_others_are_not(day: date) -> None:
    for typed in (day.isoformat(), f"{day.day}.{day.month}.{day.year:04d}"):
        found = read((Field("tag", "Tag", "date"),), {"tag": typed})
        assert found.values.get("tag") == (day if 1900 <= day.year < 2200 else None)
        assert bool(found.errors) is not (1900 <= day.year < 2200)
