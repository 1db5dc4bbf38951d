"""A document as its page shows it: pages, suggestions with their evidence, places to file it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intranet.views.deadlines import DeadlineShown, deadlines_shown
from intranet.views.details import detail_spans
from intranet.views.marks import Mark, Span, marks
from ocr.documents import Analysis, Evidence, Page, Reading
from ocr.packing import unpack_analysis, unpack_reading
from storage.actors import ProtectionClass, Staff
from storage.clock import local_date
from storage.rights import Verb, may
from workflows.eakte.deadlines import next_of
from workflows.eakte.plan import plan_entries
from workflows.eakte.queries import analysis_of, reading_of, visible_document
from workflows.eakte.sight import scope_of
from workflows.eakte.tables import Document

FIELDS = {
    "title": "Titel",
    "kind": "Art",
    "sender": "Absender",
    "recipient": "Empfänger",
    "subject": "Betreff",
    "date": "Datum des Schreibens",
}
FINDING_NAMES = {
    "iban": "IBAN",
    "bic": "BIC",
    "amount": "Betrag",
    "aktenzeichen": "Aktenzeichen",
    "vat_id": "Umsatzsteuer-ID",
    "tax_id": "Steuernummer",
    "leitweg_id": "Leitweg-ID",
    "person": "Person",
    "organisation": "Organisation",
    "address": "Anschrift",
    "email": "E-Mail",
    "phone": "Telefon",
    "parcel": "Flurstück",
    "plate": "Kennzeichen",
    "url": "Adresse im Netz",
    "date": "Datum",
}
SHOWN_FINDINGS = 40
SHOWN_PAGES = 30


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggested value with what speaks for it. ``name`` ties it to the boxes on the page pictures."""

    name: str
    label: str
    value: str | None
    probability: float
    because: tuple[str, ...]
    others: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the Aktenplan the document may belong to."""

    entry: UUID
    label: str
    probability: float | None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something found in the text."""

    name: str
    label: str
    text: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not read as it should be: of a page, or (``page`` is ``None``) of the whole file."""

    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Inside:
    """A file that lies inside the document."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Everything the page draws. ``references``: the Aktenzeichen it quotes. ``boxes``: by name of a proposal, a detail (``angabe-KEY``) or a finding."""

    document: Document
    pages: tuple[Page, ...]
    boxes: Mapping[str, Sequence[Mark]]
    fields: tuple[Proposal, ...]
    places: tuple[Place, ...]
    sure: bool
    entries: tuple[Place, ...]
    references: tuple[str, ...]
    deadlines: tuple[DeadlineShown, ...]
    next_deadline: date | None
    findings: tuple[Found, ...]
    summary: tuple[str, ...]
    problems: tuple[Problem, ...]
    inside: tuple[Inside, ...]
    may_file: bool
    may_edit: bool

    @property
    def details(self) -> Mapping[str, Any]:
        """What the fields of the kind show: of the deadlines the one that is next today."""
        known = self.document.details or {}
        day = self.next_deadline
        return known if day is None else {**known, "deadline": day.isoformat()}

    @property
    def sealed(self) -> bool:
        """Forwarded unopened: nothing of the inside is shown, also after its addressee took it over."""
        return self.document.protection == ProtectionClass.UNOPENED.value

    @property
    def has_pictures(self) -> bool:
        return any(page.width for page in self.pages)

    def field(self, name: str) -> Proposal | None:
        return next((each for each in self.fields if each.name == name), None)


def load(session: Session, staff: Staff, document_id: UUID, now: datetime) -> DocumentView:
    """The document with all that was read and understood. Raises ``NotFoundError`` outside the person's sight."""
    document = visible_document(session, staff, document_id)
    stored, understood = (
        reading_of(session, staff, document_id),
        analysis_of(session, staff, document_id),
    )
    reading = unpack_reading(stored.content) if stored else None
    analysis = unpack_analysis(understood.content) if understood else None
    suggestions = dict(understood.suggestions) if understood else {}
    day = local_date(now)
    entries = tuple(
        Place(row.id, f"{row.number} {row.title}", None)
        for row in plan_entries(session, day)
        if row.leaf
    )
    places, sure = _places(suggestions.get("plan_entry"), {each.entry for each in entries})
    scope = scope_of(document)
    return DocumentView(
        document=document,
        pages=reading.pages if reading else (),
        boxes=_boxes(document, reading, analysis, suggestions),
        fields=tuple(_proposals(analysis)),
        places=places,
        sure=sure,
        entries=entries,
        references=tuple(_references(analysis)),
        deadlines=tuple(_deadlines(document, analysis, day)),
        next_deadline=next_of(document.details, day),
        findings=tuple(_findings(analysis)),
        summary=tuple(each.text for each in analysis.summary) if analysis else (),
        problems=tuple(_problems(reading)),
        inside=tuple(
            Inside(each.name, each.size) for each in (reading.attachments if reading else ())
        ),
        may_file=may(staff, Verb.DOCUMENT_FILE, scope),
        may_edit=may(staff, Verb.DOCUMENT_EDIT, scope),
    )


def _proposals(analysis: Analysis | None) -> list[Proposal]:
    if analysis is None:
        return []
    return [
        Proposal(
            name,
            label,
            found.value,
            found.confidence,
            tuple(dict.fromkeys(_short(each.text) for each in found.evidence if each.text)),
            tuple((value, share) for value, share in found.alternatives if value != found.value),
        )
        for name, label in FIELDS.items()
        if (found := analysis.fields.get(name)) is not None
    ]


def _places(suggestion: Any, known: set[UUID]) -> tuple[tuple[Place, ...], bool]:
    """The suggested entries that still exist, best first, and whether the first one is proposed."""
    if not suggestion:
        return (), False
    places = tuple(
        Place(
            UUID(option["value"]),
            option["label"],
            option["probability"],
            tuple(dict.fromkeys(_short(each["text"]) for each in option["evidence"])),
        )
        for option in suggestion["options"]
        if UUID(option["value"]) in known
    )
    sure = bool(places) and suggestion["value"] == places[0].entry.hex
    return places, sure


def _findings(analysis: Analysis | None) -> list[Found]:
    if analysis is None:
        return []
    order = {kind: rank for rank, kind in enumerate(FINDING_NAMES)}
    ranked = sorted(
        (
            (number, each)
            for number, each in enumerate(analysis.findings)
            if each.kind != "deadline"
        ),
        key=lambda item: (order.get(item[1].kind, 99), item[0]),
    )
    seen: set[tuple[str, str]] = set()
    found = []
    for number, each in ranked:
        words = _short(each.value)
        if (each.kind, words) in seen:
            continue
        seen.add((each.kind, words))
        label = FINDING_NAMES.get(each.kind, each.kind)
        found.append(Found(f"fund-{number}", label, words, each.valid))
    return found[:SHOWN_FINDINGS]


def _deadlines(document: Document, analysis: Analysis | None, today: date) -> list[DeadlineShown]:
    found = [
        (f"fund-{number}", each)
        for number, each in enumerate(analysis.findings if analysis else ())
        if each.kind == "deadline" and isinstance(each.normalized, Mapping)
    ]
    return deadlines_shown(document, found, today)


def _references(analysis: Analysis | None) -> list[str]:
    """The Aktenzeichen the document quotes."""
    found = (
        each for each in (analysis.findings if analysis else ()) if each.kind == "aktenzeichen"
    )
    return list(dict.fromkeys(str(each.normalized) for each in found))


def _problems(reading: Reading | None) -> list[Problem]:
    if reading is None:
        return []
    pages = [Problem(page.number, page.problem) for page in reading.pages if page.problem]
    counted = "Seiten ohne lesbaren Text."  # said below, page by page
    whole = (each for each in reading.warnings if not (pages and each.endswith(counted)))
    return [*(Problem(None, warning) for warning in whole), *pages]


def _boxes(
    document: Document,
    reading: Reading | None,
    analysis: Analysis | None,
    suggestions: Mapping[str, Any],
) -> dict[str, list[Mark]]:
    if reading is None or analysis is None:
        return {}
    spans: dict[str, list[Span]] = {
        name: _spans(found.evidence) for name, found in analysis.fields.items() if name in FIELDS
    }
    for number, finding in enumerate(analysis.findings):
        spans[f"fund-{number}"] = [Span(finding.page, finding.start, finding.end)]
    for option in (suggestions.get("plan_entry") or {}).get("options", ()):
        spans[f"ort-{option['value']}"] = [
            Span(each["page"], each["start"], each["end"])
            for each in option["evidence"]
            if each["page"] is not None and each["start"] is not None and each["end"] is not None
        ]
    details = document.details or {}
    spans |= detail_spans(document.kind, details, analysis.findings, reading.pages)
    drawn = {name: marks(reading.pages, wanted) for name, wanted in spans.items()}
    return {name: found for name, found in drawn.items() if found}


def _spans(evidence: Sequence[Evidence]) -> list[Span]:
    return [
        Span(each.page, each.start, each.end)
        for each in evidence
        if each.page is not None and each.start is not None and each.end is not None
    ]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 90 else plain[:87] + "…"
