from datetime import date

import pytest

from ocr.analysis.unopened import forward_unopened, seed


@pytest.mark.parametrize(
    ("name", "folder", "headers", "key"),
    [
        ("scan_0001.pdf", "eingang/Personalrat", {}, "personalrat"),
        ("An den Personalrat.pdf", None, {}, "personalrat"),
        ("Bewerbung_Erzieherin_Muster.pdf", None, {}, "bewerbung"),
        ("brief.pdf", "C:\\Post\\Wahlbriefe", {}, "briefwahl"),
        ("anhang.pdf", None, {"to": "Datenschutz <dsb@stadt.example>"}, "datenschutz"),
        (
            "mail.eml",
            None,
            {"Subject": "Hinweisgeber-Meldung", "To": ["x@y.example"]},
            "hinweisgeber",
        ),
        ("PERSÖNLICH Frau Kunz.tif", None, {}, "persoenlich"),
        ("mail.eml", None, {"sensitivity": "Personal"}, "persoenlich"),
        ("Angebot – nicht öffnen.pdf", None, {}, "vergabe"),
        ("x.pdf", "bem", {}, "bem"),
        ("x.pdf", "Betriebsarzt", {}, "betriebsarzt"),
    ],
)
def test_goes_on_unopened(
    name: str, folder: str | None, headers: dict[str, object], key: str
) -> None:
    rule = forward_unopened(name, folder, headers)
    assert rule is not None
    assert rule.key == key


@pytest.mark.parametrize(
    ("name", "folder", "headers"),
    [
        ("Rechnung 4711.pdf", "eingang", {}),
        ("Bemerkungen zum Bauantrag.pdf", None, {}),
        ("scan.pdf", "eingang/bauamt", {"to": "dsbauer@stadt.example"}),
        ("Angebot Malerarbeiten.pdf", None, {"subject": "Unser Angebot"}),
        ("mail.eml", None, {"subject": "Frage zur Hundesteuer", "to": "stadt@stadt.example"}),
    ],
)
def test_may_be_opened(name: str, folder: str | None, headers: dict[str, object]) -> None:
    assert forward_unopened(name, folder, headers) is None


def test_the_tick_decides_over_an_innocent_name() -> None:
    rule = forward_unopened("scan.pdf", None, {}, tick="briefwahl")
    assert rule is not None
    assert rule.forward_to == "buergerdienste"


def test_a_rule_counts_only_from_its_day_on() -> None:
    before = min(rule.valid_from for rule in seed()).replace(year=2000)
    assert forward_unopened("x.pdf", "personalrat", {}, today=before) is None
    assert forward_unopened("x.pdf", "personalrat", {}, today=date(2026, 11, 23)) is not None


def test_no_post_under_secrecy_goes_to_the_personnel_office() -> None:
    to_personnel = {rule.key for rule in seed() if rule.forward_to == "personal"}
    assert to_personnel == {"bewerbung"}


def test_keys_fit_into_access_tokens() -> None:
    assert all(rule.key.isalnum() and rule.key.isascii() for rule in seed())


def test_every_rule_names_its_source() -> None:
    assert all(rule.source and rule.title for rule in seed())
