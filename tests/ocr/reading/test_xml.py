"""XML: nothing is expanded, nothing is fetched."""

from pathlib import Path

import pytest

from ocr.documents import UnreadableError
from ocr.reading import read

UBL = (
    b'<?xml version="1.0" encoding="UTF-8"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    b'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    b"<cbc:ID>R-2026-17</cbc:ID><cbc:IssueDate>2026-03-15</cbc:IssueDate><cbc:Note>Stra\xc3\x9fenreinigung</cbc:Note></Invoice>"
)


def test_an_e_invoice_can_be_searched() -> None:
    reading = read(UBL, "rechnung.xml")
    assert reading.type == "application/xml"
    assert reading.pages[0].text == "ID: R-2026-17\nIssueDate: 2026-03-15\nNote: Straßenreinigung"
    assert reading.properties["root"] == "Invoice"


def test_billion_laughs_are_refused() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    data = f'<?xml version="1.0"?><!DOCTYPE r [{levels}]><r>&l9;</r>'.encode()
    with pytest.raises(UnreadableError) as raised:
        read(data, "lol.xml")
    assert raised.value.code == "bomb"


def test_outside_files_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("streng geheim")
    for declaration in (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><r>&x;</r>',
        f'<!DOCTYPE r SYSTEM "{secret.as_uri()}"><r>a</r>',
        f'<!DOCTYPE r [<!ENTITY % x SYSTEM "{secret.as_uri()}"> %x;]><r>a</r>',
    ):
        with pytest.raises(UnreadableError) as raised:
            read(f'<?xml version="1.0"?>{declaration}'.encode(), "xxe.xml")
        assert raised.value.code == "bomb"
        assert "geheim" not in raised.value.message


@pytest.mark.parametrize("cut", [30, 120, 300])
def test_truncated_xml_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableError) as raised:
        read(UBL[:cut], "a.xml")
    assert raised.value.code == "damaged"
