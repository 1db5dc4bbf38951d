"""The demo city's post: files of all kinds with what is true about them, the same for the same seed."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from config.seeds import load_city
from workflows.demo import formats, scans
from workflows.demo.cii import TradeParty, money, write_cii
from workflows.demo.letters import Letter, letters
from workflows.demo.rendering import look_for, to_pdf

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class TrueInvoice(TypedDict):
    """Dates as ISO text, amounts as decimal text with point; ``total`` is signed, ``iban`` without blanks."""

    number: str
    date: str
    due_date: str
    total: str
    tax: str
    iban: str
    leitweg_id: str


class Truth(TypedDict):
    """What a perfect reader would find. ``form`` is one of text, scan, image, word, mail, plain, html, xml;
    ``rotation`` the clockwise turn that makes a scan upright; ``unopened`` marks post that nobody but the
    addressee may read; ``invoice`` only for invoices and credit notes.
    """

    kind: str
    office: str
    aktenplan: str
    protection_class: str
    sender: str
    sender_kind: str
    recipient: str
    subject: str
    date: str
    form: str
    rotation: int
    unopened: bool
    invoice: TrueInvoice | None


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """A file of the demo city; ``name`` is unique within a run of :func:`generate`."""

    name: str
    data: bytes = field(repr=False)
    media_type: str
    truth: Truth


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    ending: str
    media_type: str
    form: str
    rotation: int = 0


def generate(seed: int, count: int) -> Iterator[DemoDocument]:
    """``count`` files; the same bytes for the same seed and the same versions of the drawing libraries."""
    rng = random.Random(f"files {seed}")  # noqa: S311  # invents letters, guards nothing
    for number, letter in enumerate(letters(seed, count), 1):
        file = _make(letter, rng)
        yield DemoDocument(
            name=f"{_name(letter, file.form, number)}.{file.ending}",
            data=file.data,
            media_type=file.media_type,
            truth=truth_of(letter, file.form, file.rotation),
        )


def plain_texts(seed: int, count: int) -> Iterator[tuple[str, Truth]]:
    """Letters as text with their truth, for training and measuring."""
    for letter in letters(seed, count):
        yield formats.to_text(letter), truth_of(letter, "plain")


def truth_of(letter: Letter, form: str, rotation: int = 0) -> Truth:
    """What is true about a letter in the given form."""
    bill, invoice = letter.bill, None
    if bill and bill.kind in {"Rechnung", "Gutschrift"}:
        sign = -1 if bill.kind == "Gutschrift" else 1
        invoice = TrueInvoice(
            number=bill.number,
            date=bill.day.isoformat(),
            due_date=bill.due.isoformat(),
            total=money(bill.signed_total),
            tax=money(sign * bill.tax),
            iban=bill.iban,
            leitweg_id=bill.leitweg_id,
        )
    return Truth(
        kind=letter.kind,
        office=letter.entry.office,
        aktenplan=letter.entry.number,
        protection_class=letter.entry.protection,
        sender=letter.sender.name,
        sender_kind=letter.sender.kind,
        recipient=letter.recipient.name,
        subject=letter.subject,
        date=letter.date.isoformat(),
        form=form,
        rotation=rotation,
        unopened=letter.kind == "Bewerbung" or letter.entry.office == "personalrat",
        invoice=invoice,
    )


def _name(letter: Letter, form: str, number: int) -> str:
    """A file name as scanners, mail programs and people give it; every other one tells nothing.
    Applications and post for the staff council say so, since they are passed on unopened.
    """
    words = re.sub(r"[^\w -]", "", letter.subject if form == "mail" else letter.sender.name)[
        :60
    ].strip()
    if letter.kind == "Bewerbung":
        return f"Bewerbung {words} {number}"
    if letter.entry.office == "personalrat":
        return f"Personalrat {letter.date.isoformat()} {number}"
    if form in {"scan", "image"} or number % 2:
        return f"Scan_{letter.date:%Y%m%d}_{number:04d}"
    return f"{letter.date.isoformat()} {words} {number}"


def _make(letter: Letter, rng: random.Random) -> _File:
    draw = rng.random()
    if letter.bill and letter.bill.kind in {"Rechnung", "Gutschrift"} and draw < 0.55:
        xml = _xml(letter)
        if draw < 0.1:
            return _File(xml, "xml", "application/xml", "xml")
        return _File(
            to_pdf(letter, look_for(letter, rng.random()), xml), "pdf", "application/pdf", "text"
        )
    draw = rng.random()
    for limit, make in _FORMS.items():
        if draw < limit:
            return make(letter, rng)
    return _File(to_pdf(letter, look_for(letter, rng.random())), "pdf", "application/pdf", "text")


def _xml(letter: Letter) -> bytes:
    city, sender, bill = load_city(), letter.sender, letter.bill
    assert bill is not None
    postcode, town = sender.lines[-1].split(" ", 1)
    buyer = TradeParty(city.title, city.address.lines[0], city.address.postcode, city.address.town)
    return write_cii(
        bill, TradeParty(sender.name, sender.lines[0], postcode, town, bill.vat_id), buyer
    )


def _scan(letter: Letter, rng: random.Random) -> _File:
    rotation = rng.choice((0, 0, 0, 90, 180, 270))
    pages = scans.page_images(to_pdf(letter, look_for(letter, rng.random())))
    images = [scans.as_scanned(page, rng, rotation) for page in pages]
    return _File(scans.scanned_pdf(images), "pdf", "application/pdf", "scan", rotation)


def _image(letter: Letter, rng: random.Random) -> _File:
    pages = scans.page_images(to_pdf(letter, look_for(letter, rng.random())))
    images = [scans.as_scanned(page, rng) for page in pages]
    if len(images) > 1 or rng.random() < 0.5:
        return _File(scans.tiff(images), "tif", "image/tiff", "image")
    return _File(scans.png(images[0]), "png", "image/png", "image")


def _word(letter: Letter, rng: random.Random) -> _File:
    del rng
    return _File(formats.to_docx(letter), "docx", _WORD, "word")


def _mail(letter: Letter, rng: random.Random) -> _File:
    attachment = None
    if rng.random() < 0.3:
        attachment = ("Schreiben.pdf", to_pdf(letter, look_for(letter, rng.random())))
    data = formats.to_mail(letter, load_city().email, attachment)
    return _File(data, "eml", "message/rfc822", "mail")


def _plain(letter: Letter, rng: random.Random) -> _File:
    del rng
    return _File(formats.to_text(letter).encode(), "txt", "text/plain", "plain")


def _html(letter: Letter, rng: random.Random) -> _File:
    del rng
    return _File(formats.to_html(letter), "html", "text/html", "html")


_FORMS: Mapping[float, Callable[[Letter, random.Random], _File]] = {
    0.08: _scan,
    0.11: _image,
    0.19: _word,
    0.31: _mail,
    0.35: _plain,
    0.38: _html,
}
"""Upper bound of the drawn number for each form; the rest are PDFs with a text layer."""
