"""Subject, date and title of a document."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from ocr.analysis.layout import Letter
from ocr.documents import Evidence, Field, Finding, Invoice

_PREFIX = re.compile(r"^(?:(?:Re|AW|WG|Fwd|FW|Antwort)\s*:\s*)+", re.IGNORECASE)
_LOCAL = ZoneInfo("Europe/Berlin")
_MAX_SUBJECT = 200
_MAX_DAYS = 200
_HEADING = 0.55
"""How sure a subject is that is only the first heading of a text without salutation."""
_BEFORE = 80

# What stands before a date tells what it is the date of.
_OWN_DATE = re.compile(
    r"(?:^|[\s,])(?:datum|date|rechnungsdatum|belegdatum|beleg-datum|ausstellungsdatum|ausgestellt am|vom|stand|,\s*(?:den|am)|\bden|\w+,)\s*:?\s*$"
)
_STRONG_DATE = re.compile(
    r"(?:datum|date|rechnungsdatum|beleg-?datum|ausstellungsdatum|,\s*den|,)\s*:?\s*$"
)
_OTHER_DATE = re.compile(
    r"(?:geb\.?|geboren(?: am)?|bestell\w*-?\s*(?:datum)?|liefer\w*-?\s*(?:datum)?|leistungs-?datum|vertrags-?datum|auftrag-datum[\w-]*|fällig\w*|bis|zum|ihr (?:schreiben|zeichen|brief)[\w ,.:/-]*|ihre nachricht(?: vom)?|bescheid vom|schreiben vom|antrag vom"
    r"|stand|gültig|frist\w*|zeitraum|sitzung (?:am|vom)|eingegangen(?: am)?|eingang\w*|ab|seit|unser (?:schreiben|zeichen)[\w ,.:/-]*|rechnung (?:nr\. ?\S+ )?vom|am)\s*:?\s*$"
)


def find_subject(letter: Letter, properties: dict[str, Any]) -> Field:
    """The subject: the mail's, the lines of the letter, else the title the file itself states."""
    stated = properties.get("subject")
    if isinstance(stated, str) and stated.strip():
        text = _PREFIX.sub("", stated.strip())[:_MAX_SUBJECT]
        return Field(
            text or None, 0.95, (Evidence(None, None, None, stated.strip(), "mail_header", 0.95),)
        )
    lines = letter.subject_lines
    if lines:
        text = " ".join(" ".join(line.text for line in lines).split())
        cued = letter.sheet.text[max(0, lines[0].start - 14) : lines[0].start]
        sure = (
            0.92
            if re.search(r"betr|subject", cued, re.IGNORECASE)
            else 0.75
            if letter.salutation
            else _HEADING
        )
        page = letter.sheet.number
        evidence = tuple(
            Evidence(page, line.start, line.end, line.text, "subject_line", sure) for line in lines
        )
        return Field(text[:_MAX_SUBJECT], sure, evidence)
    titled = properties.get("title")
    if isinstance(titled, str) and titled.strip():
        return Field(
            titled.strip()[:_MAX_SUBJECT],
            0.4,
            (Evidence(None, None, None, titled.strip(), "file_title", 0.4),),
        )
    return Field(None, 0.0)


def mail_date(value: Any) -> date | None:
    """The day, on the town hall's calendar, of a mail's date header: ISO or as the header writes it (RFC 5322).

    A mail of 23:30 in London was written on the next day as seen from here.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    moment = value if isinstance(value, datetime) else _moment(value)
    if moment is None:
        return None
    try:
        return (moment.astimezone(_LOCAL) if moment.tzinfo else moment).date()
    except OverflowError:  # at the end of the calendar
        return moment.date()


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(value)
        except (TypeError, ValueError, IndexError):
            continue
    return None


def find_date(letter: Letter, findings: Sequence[Finding], properties: dict[str, Any]) -> Field:
    """The document's own date as ``YYYY-MM-DD``: the mail header's, else the date line's."""
    stated = mail_date(properties.get("date"))
    if stated is not None:
        return Field(
            stated.isoformat(),
            0.97,
            (Evidence(None, None, None, str(properties["date"]), "mail_header", 0.97),),
        )
    page = letter.sheet.number
    days = [
        f
        for f in findings
        if f.kind == "date" and f.valid and f.page == page and f.rule != "date.range"
    ][:_MAX_DAYS]
    ranked = sorted(
        ((_points(letter, day), -day.start, day) for day in days),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    if not ranked or ranked[0][0] <= 0:
        return Field(
            None, 0.0, alternatives=tuple((day.normalized, 0.2) for _, _, day in ranked[:3])
        )
    points, _, best = ranked[0]
    sure = min(0.97, 0.45 + 0.1 * points)
    rest = tuple(
        dict.fromkeys(
            day.normalized
            for p, _, day in ranked[1:]
            if p > 0 and day.normalized != best.normalized
        )
    )
    evidence = (Evidence(page, best.start, best.end, best.value, "date_line", round(sure, 2)),)
    return Field(
        best.normalized, round(sure, 2), evidence, tuple((value, 0.3) for value in rest[:3])
    )


def _points(letter: Letter, day: Finding) -> float:
    text = letter.sheet.text
    start = text.rfind("\n", 0, day.start) + 1
    stop = text.find("\n", day.end)
    # a date line is short: what stands further left says nothing about this date
    before = text[max(start, day.start - _BEFORE) : day.start].lower()
    behind = text[day.end : stop if stop >= 0 else len(text)].strip(" .,\r")
    points = 0.0
    if _STRONG_DATE.search(before) and not _OTHER_DATE.search(before):
        points += 3.5
    elif _OTHER_DATE.search(before):
        points -= 4
    if not behind:
        points += 1
        if not before.strip() or re.fullmatch(
            r"[a-zäöüß .()/-]{2,40},?\s*(?:den\s+|am\s+)?", before
        ):
            points += 2.5
    head_end = letter.head[-1].end if letter.head else 0
    points += 1.5 if day.start <= head_end else -1.0
    closing = letter.lines[letter.closing].start if letter.closing is not None else None
    if (
        closing is not None
        and day.start > closing
        and not behind
        and before.strip().endswith((",", "den"))
    ):
        points += 1.5
    return points


def stated_by_invoice(invoice: Invoice | None) -> dict[str, Field]:
    """What structured invoice data states outright; it wins over what the text suggests."""
    if invoice is None or invoice.source != "xml":
        return {}
    kind = "Gutschrift" if (invoice.total or "").startswith("-") else "Rechnung"
    values = {
        "kind": kind,
        "sender": invoice.seller,
        "recipient": invoice.buyer,
        "date": invoice.date,
    }
    return {
        key: Field(value, 0.99, (Evidence(None, None, None, value, f"invoice.{key}", 1.0),))
        for key, value in values.items()
        if value
    }


def subject_of_bill(subject: Field, kind: str | None, invoice: Invoice | None) -> Field:
    """„Rechnung 4711“ where a bill has no subject of its own but a heading at best, such as „Seite 1“."""
    if invoice is None or not invoice.number or subject.confidence > _HEADING:
        return subject
    if subject.value and (
        invoice.number in subject.value or kind not in {"Rechnung", "Gutschrift"}
    ):
        return subject
    proof = Evidence(None, None, None, invoice.number, "invoice.number", 0.8)
    return Field(f"{kind or 'Rechnung'} {invoice.number}", 0.8, (proof,))


def make_title(kind: str | None, subject: str | None, sender: str | None) -> Field:
    """A title of kind, subject and sender, each said once."""
    parts: list[str] = []
    if kind and kind != "Sonstiges":
        first = kind.split("/", maxsplit=1)[0]
        if not subject or first.lower() not in subject.lower():
            parts.append(first)
    if subject:
        parts.append(subject if len(subject) <= 120 else subject[:117].rsplit(" ", 1)[0] + " …")
    title = ": ".join(parts)
    if sender and sender.lower() not in title.lower():
        title = f"{title} – {sender}" if title else sender
    evidence = tuple(
        Evidence(None, None, None, part, f"title.{name}", 1.0)
        for name, part in (("kind", kind), ("subject", subject), ("sender", sender))
        if part
    )
    return Field(title or None, 0.8 if subject else 0.5 if title else 0.0, evidence)
