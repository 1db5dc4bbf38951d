"""Letters as PDF: four layouts along DIN 5008 (form B), e-invoices with their XML embedded."""

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from workflows.demo.bills import Bill
from workflows.demo.inventions import euros, german_date, grouped
from workflows.demo.letters import Letter

WIDTH, HEIGHT = A4
LEFT, RIGHT, BOTTOM = 25 * mm, WIDTH - 20 * mm, 32 * mm


@dataclass(frozen=True, slots=True)
class Look:
    """How a letter is set: fonts, size in points, colour of the letterhead, where the sender stands."""

    name: str
    font: str
    bold: str
    size: float
    accent: Color
    head: str


_BLACK = HexColor("#000000")
LOOKS = (
    Look("klassisch", "Helvetica", "Helvetica-Bold", 10.5, HexColor("#1d3557"), "right"),
    Look("band", "Vera", "Vera-Bold", 9, HexColor("#2a6f4e"), "band"),
    Look("privat", "Times-Roman", "Times-Bold", 12, _BLACK, "plain"),
    Look("amtlich", "Helvetica", "Helvetica-Bold", 11, HexColor("#5a1a1a"), "centre"),
)
_ACCENTS = tuple(
    HexColor(code) for code in ("#2a6f4e", "#1d3557", "#7a2e2e", "#5b3a78", "#0f5c66", "#8a5a00")
)
_BY_SENDER = {"citizen": (2, 2, 0), "company": (0, 1, 1, 3), "council": (0, 2)}


@lru_cache(maxsize=1)
def _prepare() -> None:
    """Bitstream Vera comes with reportlab: the same glyphs on every machine, beyond WinAnsi. Streams stay
    binary, since ASCII armour costs a fifth of the size and most of the time.
    """
    import reportlab
    from reportlab import rl_config

    rl_config.useA85 = 0
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont("Vera", folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("Vera-Bold", folder / "VeraBd.ttf"))


def look_for(letter: Letter, draw: float) -> Look:
    """A look that suits the sender; ``draw`` in [0, 1) chooses. Names beyond WinAnsi need the embedded font."""
    options = _BY_SENDER.get(letter.sender.kind, (3, 3, 0))
    look = LOOKS[options[int(draw * len(options))]]
    texts = (letter.subject, letter.salutation, letter.signature, *letter.paragraphs,
             letter.sender.name, letter.recipient.name)  # fmt: skip
    try:
        "".join(texts).encode("cp1252")
    except UnicodeEncodeError:
        look = LOOKS[1]
    if letter.sender.kind != "company":
        return look
    accent = _ACCENTS[sum(map(ord, letter.sender.name)) % len(_ACCENTS)]
    return replace(look, accent=accent)


def to_pdf(letter: Letter, look: Look, xml: bytes | None = None) -> bytes:
    """The letter as PDF with a text layer, the same bytes for the same letter. ``xml`` is attached as
    ``factur-x.xml`` (not PDF/A-3: readers find it, validators of the archive format would complain).
    """
    _prepare()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, lang="de-DE")
    canvas.setTitle(letter.subject)
    canvas.setAuthor(letter.sender.name)
    _Sheet(canvas, letter, look).draw()
    if xml is not None:
        _attach(canvas, "factur-x.xml", xml)
    canvas.save()
    return buffer.getvalue()


class _Sheet:
    """Draws a letter from top to bottom; ``y`` is the base line of the next line."""

    def __init__(self, canvas: Canvas, letter: Letter, look: Look) -> None:
        self.canvas = canvas
        self.letter = letter
        self.look = look
        self.leading = look.size * 1.35
        self.y = HEIGHT - 27 * mm
        self.page = 1

    def draw(self) -> None:
        self._head()
        self._address()
        self._information()
        self.y = HEIGHT - 103 * mm
        self._wrapped(self.letter.subject, bold=True)
        self.y -= self.leading
        if self.letter.salutation:
            self._wrapped(self.letter.salutation)
            self.y -= self.leading * 0.6
        *parts, last = self.letter.paragraphs
        for part in parts:
            self._wrapped(part)
            self.y -= self.leading * 0.5
        if self.letter.bill:
            self._table(self.letter.bill)
        self._wrapped(last)
        self._close()
        self._foot()
        self.canvas.showPage()

    def _line(self, text: str, x: float, y: float, *, bold: bool = False, size: float = 0) -> None:
        self.canvas.setFont(self.look.bold if bold else self.look.font, size or self.look.size)
        self.canvas.drawString(x, y, text)

    def _right(self, text: str, x: float, y: float, *, bold: bool = False) -> None:
        self.canvas.setFont(self.look.bold if bold else self.look.font, self.look.size)
        self.canvas.drawRightString(x, y, text)

    def _wrapped(self, text: str, *, bold: bool = False) -> None:
        font = self.look.bold if bold else self.look.font
        for line in simpleSplit(text, font, self.look.size, RIGHT - LEFT):
            self._need(self.leading)
            self._line(line, LEFT, self.y, bold=bold)
            self.y -= self.leading

    def _need(self, space: float) -> None:
        if self.y - space < BOTTOM:
            self._foot()
            self.canvas.showPage()
            self.page += 1
            self.y = HEIGHT - 25 * mm
            self._line(f"Seite {self.page}", LEFT, self.y, size=8)
            self.y -= 2 * self.leading

    def _head(self) -> None:
        sender, canvas, accent = self.letter.sender, self.canvas, self.look.accent
        contact = [f"Telefon {sender.phone}"] if sender.phone else []
        contact += [sender.email] if sender.email else []
        canvas.setFillColor(accent)
        if self.look.head == "band":
            canvas.rect(0, HEIGHT - 18 * mm, WIDTH, 18 * mm, stroke=0, fill=1)
            canvas.setFillColor(HexColor("#ffffff"))
            self._line(sender.name, LEFT, HEIGHT - 12 * mm, bold=True, size=15)
        elif self.look.head == "centre":
            canvas.setFont(self.look.bold, 16)
            canvas.drawCentredString(WIDTH / 2, HEIGHT - 18 * mm, sender.name)
            canvas.setStrokeColor(accent)
            canvas.line(LEFT, HEIGHT - 22 * mm, RIGHT, HEIGHT - 22 * mm)
        elif self.look.head == "right":
            canvas.setFont(self.look.bold, 14)
            canvas.drawRightString(RIGHT, HEIGHT - 20 * mm, sender.name)
        canvas.setFillColor(_BLACK)
        if self.look.head == "plain":
            y = HEIGHT - 18 * mm
            for text in (sender.name, *sender.lines, *contact):
                self._line(text, LEFT, y, size=10)
                y -= 13
            return
        y = HEIGHT - 30 * mm
        for text in (*sender.lines, *contact):
            canvas.setFont(self.look.font, 8)
            canvas.drawRightString(RIGHT, y, text)
            y -= 10

    def _address(self) -> None:
        """Address window of DIN 5008 form B: return line, then at most six lines."""
        sender, recipient = self.letter.sender, self.letter.recipient
        y = HEIGHT - 50 * mm
        if self.look.head != "plain":
            small = " · ".join((sender.name, *sender.lines[-2:]))
            size = 7.0
            while self.canvas.stringWidth(small, self.look.font, size) > 85 * mm:
                size -= 0.25
            self._line(small, LEFT, y, size=size)
        y -= 7 * mm
        for text in (recipient.name, *recipient.lines):
            self._line(text, LEFT, y)
            y -= self.look.size * 1.25

    def _information(self) -> None:
        rows = [*self.letter.references, ("Datum", german_date(self.letter.date))]
        y = HEIGHT - 93 * mm + (len(rows) - 1) * self.look.size * 1.25
        if self.look.head == "plain":
            town = self.letter.sender.lines[-1].split(" ", 1)[-1]
            self._right(f"{town}, den {rows.pop()[1]}", RIGHT, HEIGHT - 93 * mm)
        for label, value in rows:
            self._line(f"{label}:", 118 * mm, y, size=8)
            self._line(value, 142 * mm, y, size=9)
            y -= self.look.size * 1.25

    def _table(self, bill: Bill) -> None:
        priced = bill.kind != "Lieferschein"
        stops = (LEFT, LEFT + 10 * mm, 122 * mm, 148 * mm, RIGHT)
        self._need(4 * self.leading)
        for text, x in (("Pos.", stops[0]), ("Bezeichnung", stops[1])):
            self._line(text, x, self.y, bold=True)
        self._right("Menge", stops[2], self.y, bold=True)
        if priced:
            self._right("Einzelpreis", stops[3], self.y, bold=True)
            self._right("Gesamt", stops[4], self.y, bold=True)
        self._rule()
        for number, line in enumerate(bill.lines, 1):
            self._need(self.leading)
            self._line(str(number), stops[0], self.y)
            self._line(line.name, stops[1], self.y)
            self._right(f"{line.quantity} {line.unit}", stops[2], self.y)
            if priced:
                self._right(euros(line.price), stops[3], self.y)
                self._right(euros(line.total), stops[4], self.y)
            self.y -= self.leading
        if priced:
            self._totals(bill)
        self.y -= self.leading * 0.8

    def _rule(self) -> None:
        self.canvas.setStrokeColor(_BLACK)
        self.canvas.line(LEFT, self.y - 3, RIGHT, self.y - 3)
        self.y -= self.leading * 1.1

    def _totals(self, bill: Bill) -> None:
        sign = -1 if bill.kind == "Gutschrift" else 1
        self.y += self.leading * 0.6
        self._rule()
        for label, value, bold in (
            ("Nettobetrag", bill.net, False),
            (f"zzgl. {bill.rate} % MwSt.", bill.tax, False),
            ("Gesamtbetrag", bill.total, True),
        ):
            self._need(self.leading)
            self._right(label, 148 * mm, self.y, bold=bold)
            self._right(euros(sign * value), RIGHT, self.y, bold=bold)
            self.y -= self.leading
        self.y -= self.leading * 0.6
        for text in _bill_notes(bill):
            self._need(self.leading)
            self._line(text, LEFT, self.y)
            self.y -= self.leading

    def _close(self) -> None:
        self.y -= self.leading
        self._need(5 * self.leading)
        if self.letter.closing:
            self._line(self.letter.closing, LEFT, self.y)
            self.y -= self.leading
        if self.letter.sender.kind in {"authority", "internal", "court"}:
            self._line("Im Auftrag", LEFT, self.y)
        self.y -= 2 * self.leading
        self._line(self.letter.signature, LEFT, self.y)

    def _foot(self) -> None:
        bill, sender = self.letter.bill, self.letter.sender
        if self.look.head == "plain":
            return
        self.canvas.setStrokeColor(self.look.accent)
        self.canvas.line(LEFT, 24 * mm, RIGHT, 24 * mm)
        self._line(" · ".join((sender.name, *sender.lines[-2:])), LEFT, 20 * mm, size=7)
        if bill:
            self._line(
                f"USt-IdNr. {bill.vat_id} · IBAN {grouped(bill.iban)}", LEFT, 16 * mm, size=7
            )


def _bill_notes(bill: Bill) -> tuple[str, ...]:
    date = f"{bill.kind}sdatum: {german_date(bill.day)}"
    if bill.kind == "Rechnung":
        return (
            f"{date} · Rechnungsnummer: {bill.number} · Ihre Bestellung: {bill.order}",
            f"Zahlbar bis {german_date(bill.due)} auf IBAN {grouped(bill.iban)}",
            f"Leitweg-ID: {bill.leitweg_id}",
        )
    return (date, f"Gültig bis {german_date(bill.due)}") if bill.kind == "Angebot" else (date,)


def _attach(canvas: Canvas, name: str, content: bytes) -> None:
    """Embeds a file (ISO 32000-1, 7.11.4) and names it an alternative of the document (/AF)."""
    document: Any = canvas._doc  # noqa: SLF001  # reportlab has no public door to the catalogue
    subtype = pdfdoc.PDFName("text/xml")
    stream = pdfdoc.PDFStream(
        dictionary=pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("EmbeddedFile"), "Subtype": subtype}
        ),
        content=content,
    )
    embedded = document.Reference(stream)
    specification = document.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Filespec"),
                "F": pdfdoc.PDFString(name),
                "UF": pdfdoc.PDFString(name),
                "EF": pdfdoc.PDFDictionary({"F": embedded, "UF": embedded}),
                "AFRelationship": pdfdoc.PDFName("Alternative"),
            }
        )
    )
    files = pdfdoc.PDFDictionary(
        {"Names": pdfdoc.PDFArray([pdfdoc.PDFString(name), specification])}
    )
    catalog = document.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "AF"]
    catalog.__Refs__ = catalog.__NoDefault__
    catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": files})
    catalog.AF = pdfdoc.PDFArray([specification])
