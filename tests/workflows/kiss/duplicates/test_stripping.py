"""What is left of a message when mail programs and politeness are taken away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.duplicates.stripping import strip

CORE = "In der Gartenstraße vor Nummer 12 ist seit drei Wochen ein tiefes Schlagloch. Bitte reparieren Sie es bald."
HEADER = "Von: Anna Abel <anna@mail.example>\nGesendet: Montag, 2. März 2026 10:12\nAn: Rathaus\nBetreff: Schlagloch\n\n"


@pytest.mark.parametrize(
    "text",
    [
        CORE,
        f"Sehr geehrte Damen und Herren,\n\n{CORE}\n\nMit freundlichen Grüßen\nAnna Abel\nGartenstraße 14",
        f"Hallo zusammen! {CORE} Viele Grüße Anna",
        f"Guten Tag Frau Weber,\r\n{CORE}\r\n-- \r\nAnna Abel\r\nTel. 07089 1234",
        f"{CORE}\n\nVon meinem iPhone gesendet",
        f"{CORE}\n\nMfG Abel",
        f"WG: {CORE}",
        f"Betreff: AW: WG: {CORE}",
        f"WG: Schlagloch\n\nBitte um weitere Veranlassung.\n\nViele Grüße\nB. Brandt\n\n{HEADER}Guten Tag,\n\n{CORE}\n\nGruß\nAnna",
        f"z. K.\n\n-------- Weitergeleitete Nachricht --------\nBetreff: Schlagloch\nDatum: Mon, 2 Mar 2026\nVon: Anna\nAn: Rathaus\n\n{CORE}",
        f"---------- Forwarded message ---------\nFrom: Anna\nDate: Mon\nSubject: x\nTo: y\n\n> {CORE}\n",
        f"FYI\n\n-----Ursprüngliche Nachricht-----\n{HEADER}{CORE}",
        f"z. K.\n\n{HEADER}Bitte auch lesen.\n\n-----Ursprüngliche Nachricht-----\n{HEADER}{CORE}",
        f"{CORE}\n\nAm 2. März 2026 um 10:12 schrieb Bürgerbüro <b@stadt.example>:\n> Guten Tag,\n> bitte sagen Sie uns, wo.\n> Wir kümmern uns.",
        f"{CORE}\n\n{HEADER}Wir haben Ihre Meldung von letzter Woche erhalten und bitten um eine genauere Angabe des Orts.",
    ],
)  # fmt: skip
def test_the_persons_own_words_are_left(text: str) -> None:
    assert " ".join(strip(text).split()) == CORE


@pytest.mark.parametrize("text", ["Hallo, danke!", "Viele Grüße", "> ja", "WG:", "Laterne kaputt"])
def test_who_writes_little_has_written_that(text: str) -> None:
    assert strip(text)


def test_a_quoted_mail_alone_is_unquoted() -> None:
    quoted = "\n".join(f"> {part}." for part in CORE.split(". "))
    assert ">" not in strip(quoted)
    assert "Schlagloch" in strip(quoted)


def test_a_list_of_headers_without_end_takes_no_time() -> None:
    assert strip("Von: a\n" * 3000 + "An: b") is not None


@given(st.text(alphabet=">-_ \nVon:AmschriebWGMfG,.äß", max_size=200))
def test_any_text_is_stripped_to_a_part_and_never_to_nothing(text: str) -> None:
    assert bool(strip(text)) == bool(text.strip())
