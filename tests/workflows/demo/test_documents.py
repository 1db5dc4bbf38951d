"""Generated files: the same for a seed, readable by others, true to what they claim."""

import email
import email.policy
import io
from collections import Counter

import docx
import pypdfium2
import pytest
from defusedxml import ElementTree
from PIL import Image
from stdnum import iban

from config.seeds import DOCUMENT_KINDS
from ocr.analysis.unopened import forward_unopened
from workflows.demo.documents import DemoDocument, generate

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def of_form(post: list[DemoDocument], form: str) -> list[DemoDocument]:
    found = [document for document in post if document.truth["form"] == form]
    assert found, f"no {form} among the documents"
    return found


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def embedded(data: bytes) -> bytes | None:
    document = pypdfium2.PdfDocument(data)
    try:
        if not document.count_attachments():
            return None
        attachment = document.get_attachment(0)
        assert attachment.get_name() == "factur-x.xml"
        return bytes(attachment.get_data())
    finally:
        document.close()


def test_the_same_seed_gives_the_same_bytes(post: list[DemoDocument]) -> None:
    again = list(generate(3, 40))
    assert [(d.name, d.data, d.truth) for d in again] == [
        (d.name, d.data, d.truth) for d in post[:40]
    ]
    assert [d.data for d in generate(4, 3)] != [d.data for d in again[:3]]


def test_kinds_and_forms_all_occur_and_names_are_unique_and_safe(post: list[DemoDocument]) -> None:
    assert {document.truth["kind"] for document in post} == set(DOCUMENT_KINDS)
    forms = Counter(document.truth["form"] for document in post)
    assert set(forms) == {"text", "scan", "image", "word", "mail", "plain", "html", "xml"}
    assert forms["text"] > len(post) / 3
    assert len({document.name for document in post}) == len(post)
    assert not [document.name for document in post if set(document.name) & set('/\\:*?"<>|\n')]


def test_what_stays_closed_can_be_told_from_the_outside(post: list[DemoDocument]) -> None:
    closed = [document for document in post if forward_unopened(document.name, None, {})]
    assert closed
    assert closed == [document for document in post if document.truth["unopened"]]


def test_pdf_letters_show_subject_and_text_with_umlauts(post: list[DemoDocument]) -> None:
    for document in of_form(post, "text"):
        text = pdf_text(document.data)
        assert document.truth["subject"].replace(" ", "") in text.replace(" ", "")
        assert document.truth["sender"] in text
        assert "\ufffd" not in text


def test_nothing_is_cut_at_the_edges(post: list[DemoDocument]) -> None:
    for document in of_form(post, "text"):
        pdf = pypdfium2.PdfDocument(document.data)
        for page in pdf:
            width, height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                assert left > 40
                assert right < width - 40
                assert bottom > 30
                assert top < height - 20
        pdf.close()


def test_e_invoices_carry_their_figures_as_xml(post: list[DemoDocument]) -> None:
    found = 0
    for document in post:
        invoice = document.truth["invoice"]
        form = document.truth["form"]
        xml = document.data if form == "xml" else None
        if form == "text":
            xml = embedded(document.data)
        if xml is None or invoice is None:
            continue
        found += 1
        root = ElementTree.fromstring(xml)
        total = root.findtext(f".//{RAM}GrandTotalAmount")
        assert total == invoice["total"].lstrip("-")
        assert root.findtext(f".//{RAM}IBANID") == invoice["iban"]
        assert iban.is_valid(invoice["iban"])
        assert root.findtext(f".//{RAM}BuyerReference") == invoice["leitweg_id"]
        code = "381" if invoice["total"].startswith("-") else "380"
        assert code in [element.text for element in root.iter(f"{RAM}TypeCode")]
    assert found >= 3


def test_scans_have_no_text_layer_and_lie_as_stated(post: list[DemoDocument]) -> None:
    for document in of_form(post, "scan"):
        pdf = pypdfium2.PdfDocument(document.data)
        width, height = pdf[0].get_size()
        assert not pdf[0].get_textpage().get_text_range().strip()
        assert (width > height) == (document.truth["rotation"] in {90, 270})
        pdf.close()


def test_images_open(post: list[DemoDocument]) -> None:
    for document in of_form(post, "image"):
        image = Image.open(io.BytesIO(document.data))
        assert image.size[1] > 2000
        assert Image.MIME[str(image.format)] == document.media_type


def test_word_documents_open(post: list[DemoDocument]) -> None:
    for document in of_form(post, "word"):
        text = [part.text for part in docx.Document(io.BytesIO(document.data)).paragraphs]
        assert document.truth["subject"] in text


def test_mails_parse_and_bring_their_letter(post: list[DemoDocument]) -> None:
    attached = 0
    for document in of_form(post, "mail"):
        mail = email.message_from_bytes(document.data, policy=email.policy.default)
        assert mail["subject"] == document.truth["subject"]
        assert not mail.defects
        for part in mail.iter_attachments():
            attached += 1
            content = part.get_content()
            assert isinstance(content, bytes)
            assert document.truth["sender"] in pdf_text(content)
    assert attached


@pytest.mark.parametrize("form", ["plain", "html"])
def test_text_files_are_utf_8(post: list[DemoDocument], form: str) -> None:
    for document in of_form(post, form):
        assert "Ahlenfurt" in document.data.decode("utf-8") or form == "html"
        assert document.truth["sender"].split()[0] in document.data.decode("utf-8")
