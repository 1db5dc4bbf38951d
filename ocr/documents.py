"""What reading and analysing a file yields: plain values that travel between processes.

Boxes are ``(x0, y0, x1, y1)`` with the origin at the top left of the page *as it is shown*, that is after the
page was turned upright by ``Page.rotation`` degrees: PDF points for PDF pages, pixels for images, ``None`` for
formats without layout. Offsets count characters (code points) of ``Page.text``; ``end`` is exclusive.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Box = tuple[float, float, float, float]
Method = Literal["text", "ocr", "none"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: ``text == page.text[start:end]``."""

    text: str
    start: int
    end: int
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a reading. ``confidence`` runs from 0 to 1; ``rotation`` is the clockwise turn in degrees
    (0, 90, 180, 270) that makes the page upright; ``width`` and ``height`` belong to the upright page.
    """

    number: int
    text: str
    method: Method
    confidence: float
    rotation: int = 0
    width: float | None = None
    height: float | None = None
    words: tuple[Word, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file found inside another one (mail attachment, PDF attachment, ZIP member).

    ``name`` is safe to show and to store: no directories, no control characters. ``folder``: where it lay inside, as
    safely, parted by slashes; folders may say what is to stay unopened.
    """

    name: str
    type: str
    size: int
    content: bytes = field(repr=False)
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read from one file. ``properties`` holds what the format itself states
    (mail headers ``from``, ``to``, ``subject``, ``date``, ``message_id``; PDF or office title and author; form fields).
    """

    type: str
    pages: tuple[Page, ...]
    attachments: tuple[Attachment, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of all pages, pages parted by a form feed."""
        return "\f".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Finding:
    """A value found in the text, with the place that proves it (contracts.md lists kinds and normal forms)."""

    kind: str
    value: str
    normalized: Any
    valid: bool
    page: int
    start: int
    end: int
    box: Box | None
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is suggested: a span of the text, the rule or feature behind it and its weight (-1 to 1)."""

    page: int | None
    start: int | None
    end: int | None
    text: str
    rule: str
    weight: float


@dataclass(frozen=True, slots=True)
class Field:
    """A suggested value of a document (its kind, sender, subject, ...), with its evidence and the runners-up."""

    value: str | None
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an e-invoice (EN 16931 BG-25). Amounts are decimal strings with a point."""

    number: str
    name: str
    quantity: str | None
    unit: str | None
    price: str | None
    total: str | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice's figures. ``total`` is the signed gross grand total (negative for a credit note),
    ``due`` the amount still to pay; ``source`` says whether structured data or the printed page was read.
    """

    number: str | None
    date: str | None
    currency: str | None
    total: str | None
    tax: str | None
    due: str | None
    seller: str | None
    buyer: str | None
    iban: str | None
    leitweg_id: str | None
    lines: tuple[InvoiceLine, ...] = ()
    due_date: str | None = None
    source: Literal["xml", "page"] = "xml"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the text analysis understood of a reading. ``fields`` has the keys kind, sender_kind, sender,
    recipient, subject, date, title, language; ``summary`` is made of the document's own sentences.
    """

    version: str
    findings: tuple[Finding, ...]
    fields: dict[str, Field]
    invoice: Invoice | None
    summary: tuple[Evidence, ...] = ()


class UnreadableError(Exception):
    """The file can't be read. ``message`` is one German line that says what to do; ``code`` is stable
    (``empty``, ``encrypted``, ``damaged``, ``unsupported``, ``too_large``, ``bomb``, ``timeout``, ``memory``).
    ``permanent`` is false where another try may help.
    """

    def __init__(self, code: str, message: str, *, permanent: bool = True) -> None:
        super().__init__(code, message, permanent)
        self.code = code
        self.message = message
        self.permanent = permanent

    def __str__(self) -> str:
        return self.message
