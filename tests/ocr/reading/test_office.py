"""Word processors' files, text files and web pages."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from odfdo import Document as OpenDocument
from odfdo import Paragraph, Table

from ocr.documents import UnreadableError
from ocr.limits import Limits
from ocr.reading import read


def docx() -> bytes:
    document = Document()
    document.core_properties.title = "Bescheid"
    document.core_properties.author = "Amt für Umwelt"
    document.sections[0].header.paragraphs[0].text = "Stadt Lindenbrück"
    document.sections[0].footer.paragraphs[0].text = "Seite 1 von 2"
    document.add_paragraph("Sehr geehrte Frau Müller,")
    table = document.add_table(rows=2, cols=2)
    for row, values in enumerate((("Gebühr", "12,50 EUR"), ("Auslagen", "3,00 EUR"))):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    paragraph = document.add_paragraph("Ende der ersten Seite")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("Zweite Seite")
    output = BytesIO()
    document.save(output)
    return output.getvalue()


def odt() -> bytes:
    document = OpenDocument("text")
    document.body.clear()
    document.body.append(Paragraph("Grüße   aus dem Rathaus"))
    table = Table("Kosten")
    table.set_values([["Gebühr", "12,50 EUR"], ["Auslagen", "3,00 EUR"]])
    document.body.append(table)
    output = BytesIO()
    document.save(output)
    return output.getvalue()


def package(**members: bytes) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return output.getvalue()


def test_docx_text_tables_header_and_pages() -> None:
    reading = read(docx(), "bescheid.docx")

    first, second = reading.pages
    assert reading.type.endswith("wordprocessingml.document")
    assert first.text.startswith("Stadt Lindenbrück")
    assert "Sehr geehrte Frau Müller,\n" in first.text
    assert "Gebühr\t12,50 EUR\n" in first.text
    assert "Auslagen\t3,00 EUR\n" in first.text
    assert second.text.startswith("Zweite Seite")
    assert "Seite 1 von 2" in second.text
    assert reading.properties["title"] == "Bescheid"
    assert reading.properties["author"] == "Amt für Umwelt"
    assert first.method == "text"


def test_docx_leaves_out_what_was_deleted_and_says_text_boxes_once() -> None:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        f'<w:document xmlns:w="{w}" xmlns:mc="{mc}"><w:body><w:p><w:r><w:t>Bleibt</w:t></w:r>'
        "<w:del><w:r><w:delText>Gestrichen</w:delText></w:r></w:del></w:p>"
        "<w:p><mc:AlternateContent><mc:Choice><w:r><w:t>Kasten</w:t></w:r></mc:Choice>"
        "<mc:Fallback><w:r><w:t>Kasten</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
        "</w:body></w:document>"
    )
    (page,) = read(package(word__document=body.encode()), "a.docx").pages
    assert page.text == "Bleibt\nKasten"


def test_docx_with_an_entity_bomb_is_refused() -> None:
    body = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><a>&x;</a>'
    with pytest.raises(UnreadableError) as raised:
        read(package(word__document=body), "a.docx")
    assert raised.value.code == "bomb"


def test_docx_that_unpacks_to_far_too_much_is_refused() -> None:
    data = package(word__document=b"<a>" + b" " * 40_000_000 + b"</a>")
    with pytest.raises(UnreadableError, match="zu groß") as raised:
        read(data, "a.docx", Limits(unpacked=10_000_000))
    assert raised.value.code == "bomb"


def test_odt_text_blanks_and_tables() -> None:
    reading = read(odt(), "brief.odt")
    (page,) = reading.pages
    assert reading.type == "application/vnd.oasis.opendocument.text"
    assert "Grüße   aus dem Rathaus" in page.text
    assert "Gebühr\t12,50 EUR\nAuslagen\t3,00 EUR" in page.text


def test_rtf() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Sch\'f6ne Gr\'fc\'dfe\par Zweite Zeile}"
    )
    reading = read(data, "brief.rtf")
    assert reading.type == "application/rtf"
    assert reading.pages[0].text == "Schöne Grüße\nZweite Zeile"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("make", [docx, odt])
def test_a_truncated_office_file_is_refused(make: Any, share: float) -> None:
    data = make()
    with pytest.raises(UnreadableError) as raised:
        read(data[: int(len(data) * share)], "a.docx")
    assert raised.value.code == "damaged"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15", "cp850"]
)
def test_text_files_in_the_encodings_that_occur(encoding: str) -> None:
    text = "Sehr geehrte Frau Größler,\r\nüber die Straße müssen wir reden."
    if encoding != "cp850":
        text += " Es kostet 5 €."
    reading = read(text.encode(encoding), "brief.txt")
    assert reading.type == "text/plain"
    assert reading.pages[0].text == text.replace("\r\n", "\n")


def test_form_feeds_part_the_pages_of_a_text_file() -> None:
    assert [page.text for page in read(b"eins\x0czwei\n", "a.txt").pages] == ["eins", "zwei"]


def test_html_is_read_as_people_see_it() -> None:
    data = (
        "<!doctype html><html><head><meta charset='iso-8859-1'><title>Anfrage</title>"
        "<style>p{color:red}</style><script>alert('x')</script></head><body><p>Grüße</p>"
        "<table><tr><td>Gebühr</td><td>5,00</td></tr></table><img src='http://example.org/x.png'></body></html>"
    ).encode("latin-1")
    reading = read(data, "a.html")
    text = reading.pages[0].text
    assert reading.type == "text/html"
    assert "Grüße" in text
    assert "Gebühr" in text
    assert "alert" not in text
    assert "color" not in text
    assert reading.properties["title"] == "Anfrage"


def test_html_nested_without_end_still_gives_its_text() -> None:
    assert "Hallo" in read(b"<html><body>" + b"<div>" * 50_000 + b"Hallo", "a.html").pages[0].text
