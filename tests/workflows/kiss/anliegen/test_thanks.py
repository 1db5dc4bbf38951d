"""Thanks leave an answered Anliegen as it is; anything more is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.anliegen.thanks import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Danke!",
        "danke 👍",
        "Vielen Dank für die schnelle Rückmeldung.",
        "Dankeschön",
        "Super, vielen Dank für Ihre Hilfe!",
        "Guten Tag Frau Beispiel,\n\nherzlichen Dank für Ihre Antwort.\n\nMit freundlichen Grüßen\nErika Muster",
        "Sehr geehrte Damen und Herren,\nvielen lieben Dank!\nLG Erika",
        "Alles klar, danke.\n\nAm 3. März 2026 um 09:12 schrieb Stadt <x@y.example>:\n> Wir reparieren das.\n> Ist noch etwas?",
        "Ich bedanke mich herzlich bei Ihnen. Das hat gut geklappt.",
        "Danke schön, schönes Wochenende!\n-- \nErika Muster\nHauptstr. 1",
        "Danke!\n\nVon: Stadt <x@y.example>\nGesendet: Montag\nAn: Erika\nBetreff: Lampe\n\nWir reparieren das.",
        "Danke!\r\n\r\nAm 3. März 2026 schrieb Stadt\r\n<x@y.example>:\r\n> Wir kommen.\r\n\r\n-- \r\nErika",
        "Vielen Dank!\n\nVon meinem iPhone gesendet\n\n> Die Lampe ist repariert.",
        "Danke!\n-----Ursprüngliche Nachricht-----\nDie Lampe ist repariert.",
    ],
)
def test_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Guten Tag",
        "ok",
        "Danke, aber die Lampe ist immer noch dunkel.",
        "Danke für nichts!",
        "Danke. Wann kommt denn jemand?",
        "Vielen Dank, leider nicht erledigt.",
        "Danke, gestern ging sie wieder aus",
        "> Danke",
        "Vielen Dank!\n\n> Die Lampe ist repariert.\n\nNein, sie ist immer noch kaputt.",
        "Danke!\n\nAm 3. März 2026 schrieb Stadt:\n> Sie geht.\nNein.\n> Ist noch etwas?",
        "Danke!\n\nAm 3. März 2026 schrieb Stadt:\n\nSie geht nicht.\n\n> Sie geht.",
        "Danke!\nVon: der Lampe kommt jetzt Rauch.",
        "Danke!\nAm Montag schrieb ich Ihnen, dass sie kaputt ist.",
        "Danke!\nVon meinem Fenster aus ist sie dunkel.",
        "Danke!\n--- aber sie ist kaputt",
        "Das Schlagloch ist noch da.",
    ],
)
def test_more_than_thanks(text: str) -> None:
    assert not is_thanks(text)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert is_thanks(text) in {True, False}
    assert not is_thanks(f"Nicht. {text}")
