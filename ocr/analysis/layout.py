"""The parts of a letter by their lines: address blocks, date line, subject, salutation, body, closing."""

import re
from dataclasses import dataclass
from functools import cached_property

from ocr.analysis.sheet import Line, Sheet

SALUTATION = re.compile(
    r"^(?:Sehr (?:ge)?ehrte|Sehr verehrte|Guten Tag|Guten Morgen|Liebe[rs]?[ ]|Hallo\b|Werte[r]?[ ]|Dear[ ]|To whom|Moin|Grüß Gott|Geehrte)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^(?:Mit (?:\w+ )?(?:freundlich|best|herzlich|kollegial|vorzüglich)\w*\.?(?: und \w+)? (?:Grü|Gru|Empf|Hochacht)|Freundliche Grüße|Hochachtungsvoll|(?:Viele|Beste|Herzliche|Liebe|Schöne|Kollegiale) Grüße|Best regards"
    r"|Kind regards|Yours (?:sincerely|faithfully)|MfG\b|Gruß\b|Im Auftrag\b|i\. ?A\.|In Vertretung\b|gez\.)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:Betreff|Betr\.?|Betrifft|Subject|Re|Thema|Vorhaben|hier)\s*:\s*", re.IGNORECASE
)
_SUBJECT_PLAIN = re.compile(r"^(?:Betreff|Betr\.|Betrifft)\s+(?=\S)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<!\d)\d{5}[ \u00a0]{1,3}[A-ZÄÖÜ]")
_REFERENCE = re.compile(
    r"^[\wÄÖÜäöüß.-]*(?:nummer|konto|zeichen|Nr\.?|objekt)\s*:?\s*[\w/. -]*\d[\w/. -]*$",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"[,·|•]\s")
_COLUMNS = re.compile(r"[ \t]{3,}")
_FIELD = re.compile(r"^[\wÄÖÜäöüß./ -]{2,40}\s*:\s*\S|^[\wÄÖÜäöüß./ -]{2,30}:$")
_DATE_ONLY = re.compile(
    r"^(?:[A-ZÄÖÜ][\w .()/-]{1,40}(?:,\s*(?:den|am)?|\s+den)\s*|(?:den|am)\s+)?"
    r"\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zäÄ]{3,9}\.?)\s?\d{2,4}\.?$|^\d{4}-\d\d-\d\d$"
)
_NOISE = re.compile(
    r"^(?:Seite \d|Telefon(?!\w)|Tel\.?\b|Fax(?!\w)|E-?Mail|Mobil|Internet|www\.|https?:|\S+@\S+$|Postanschrift|Sprechzeiten|Öffnungszeiten|Bankverbindung|IBAN|BIC|-+$|[_=*·-]{3,}"
    r"|(?:Per|Vorab per|Nur per) (?:Fax|E-?Mail|Post|Einschreiben|Boten)|Einschreiben|Persönlich|Vertraulich|\(?Anlagen?\b|Geschäftsf|Handelsreg|USt|Steuernr|Durchwahl|Zimmer)",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(
    r"^(?:Herrn?\b|Frau\b|Firma\b|An(?: das| die| den)?\b|Familie\b|Eheleute\b|z\. ?H(?:d|ä)?n?\.)"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong to one address; ``ends_with_place`` is the line with postcode and place."""

    lines: tuple[Line, ...]

    @property
    def on_one_line(self) -> bool:
        """Name, street and place on one line, as above an address window (DIN 5008 Rücksendeangabe)."""
        return len(self.lines) == 1 and len(_SEPARATED.findall(self.lines[0].text)) >= 2

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.lines[-1].end

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def addressed(self) -> bool:
        """Whether it begins the way an address window does (Herrn, An die ...)."""
        return any(_ADDRESSEE.match(line.text) for line in self.lines[:2])


class Letter:
    """The first page seen as a letter. Whatever it lacks is ``None`` or empty."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.lines = tuple(line for line in sheet.lines if line.text)

    @cached_property
    def salutation(self) -> int | None:
        """Index of the salutation among ``lines``."""
        for index, line in enumerate(self.lines[:70]):
            if SALUTATION.match(line.text) and len(line.text) < 90:
                return index
        return None

    @cached_property
    def closing(self) -> int | None:
        """Index of the closing formula, the first one behind the salutation."""
        first = (self.salutation or 0) + 1
        for index in range(first, len(self.lines)):
            if CLOSING.match(self.lines[index].text) and len(self.lines[index].text) < 60:
                return index
        return None

    @cached_property
    def head(self) -> tuple[Line, ...]:
        """The lines above the salutation, or the first twenty."""
        end = self.salutation if self.salutation is not None else min(20, len(self.lines))
        return self.lines[:end]

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """The lines between salutation (or subject) and closing."""
        if self.salutation is not None:
            start = self.salutation + 1
        elif self.subject_lines:
            last = self.subject_lines[-1].end
            start = next(i for i, line in enumerate(self.lines) if line.end >= last) + 1
        else:
            start = 0
        end = self.closing if self.closing is not None and self.closing > start else len(self.lines)
        return self.lines[start:end]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Address blocks in the head: the line with the postcode and up to five lines above it."""
        blocks: list[Block] = []
        used = -1
        index_of = {line.start: i for i, line in enumerate(self.sheet.lines)}
        for line in self.head:
            if not _POSTCODE.search(line.text) or _NOISE.match(line.text):
                continue
            at = index_of[line.start]
            first = at
            alone = len(_SEPARATED.findall(line.text)) >= 2  # name, street and place on one line
            while not alone and first - 1 > used and at - first < 6:
                above = self.sheet.lines[first - 1].text
                if (
                    not above
                    or _NOISE.match(above)
                    or _FIELD.match(above)
                    or _DATE_ONLY.match(above)
                    or len(above) > 70
                ):
                    break
                first -= 1
            blocks.append(Block(self.sheet.lines[first : at + 1]))
            used = at
        return tuple(blocks)

    @cached_property
    def subject_lines(self) -> tuple[Line, ...]:
        """The line behind „Betreff:“, else what stands right above the salutation, else a heading."""
        lines = self._cued_subject() or self._above_salutation() or self._heading()
        return tuple(first_column(line) for line in lines)

    @cached_property
    def stated_subject(self) -> tuple[Line, ...]:
        """The line behind „Betreff:“, empty where none says so."""
        return self._cued_subject()

    def _cued_subject(self) -> tuple[Line, ...]:
        for index, line in enumerate(self.lines[:50]):
            found = _SUBJECT.match(line.text) or _SUBJECT_PLAIN.match(line.text)
            if found is None:
                continue
            rest = line.text[found.end() :].strip()
            if not rest:
                return self.lines[index + 1 : index + 2]
            start = line.end - len(rest)
            lines = [Line(rest, start, line.end)]
            raw = self.sheet.lines
            at = next(i for i, other in enumerate(raw) if other.start == line.start)
            following = raw[at + 1] if at + 1 < len(raw) else None
            if (
                following
                and following.text
                and self._is_subject(following)
                and not SALUTATION.match(following.text)
            ):
                lines.append(following)
            return tuple(lines)
        return ()

    def _above_salutation(self) -> tuple[Line, ...]:
        if not self.salutation:
            return ()
        raw = self.sheet.lines
        at = (
            next(i for i, line in enumerate(raw) if line.start == self.lines[self.salutation].start)
            - 1
        )
        while at >= 0 and not raw[at].text:
            at -= 1
        lines: list[Line] = []
        while at >= 0 and len(lines) < 3 and raw[at].text and self._is_subject(raw[at]):
            lines.insert(0, raw[at])
            at -= 1
        while len(lines) > 1 and _REFERENCE.match(lines[-1].text):
            lines.pop()
        if any(line in block.lines for block in self.blocks for line in lines):
            return ()
        return tuple(lines)

    def _heading(self) -> tuple[Line, ...]:
        """The first line that is neither address nor date nor field, preferably one that stands alone."""
        taken = {line.start for block in self.blocks for line in block.lines}
        free = [
            line for line in self.lines[:25] if line.start not in taken and self._is_subject(line)
        ]
        named = [line for line in free if TITLE_WORD.search(line.text) and _is_title(line.text)]
        return tuple(named[:1] or free[:1])

    @staticmethod
    def _is_subject(line: Line) -> bool:
        text = line.text
        letters = sum(c.isalpha() for c in text)
        return (
            4 <= len(text) <= 160
            and letters >= 4
            and not (
                (_DATE_ONLY.match(text) and not TITLE_WORD.search(text))
                or _NOISE.match(text)
                or _POSTCODE.search(text)
                or SALUTATION.match(text)
                or text.startswith("(")
            )
            and not (_FIELD.match(text) and not TITLE_WORD.search(text.split(":", maxsplit=1)[0]))
        )


def first_column(line: Line) -> Line:
    """The line up to a wide gap: what stands to the right of it is another column."""
    gap = _COLUMNS.search(line.text)
    if gap is None or gap.start() < 4:
        return line
    return Line(line.text[: gap.start()], line.start, line.start + gap.start())


def _is_title(text: str) -> bool:
    """Few words that begin with a capital or number and do not end like a sentence."""
    return (
        sum(len(word) > 1 for word in text.split()) <= 12
        and (text[0].isupper() or text[0].isdigit())
        and text[-1] not in ".,;:"
    )


TITLE_WORD = re.compile(
    r"antrag|anzeige|meldung|anfrage|bescheid|bescheinigung|anhörung|stellungnahme|widerspruch|einspruch|beschwerde|kündigung|vertrag|angebot|lieferschein|rechnung|r e c h n u n g|gutschrift|mahnung"
    r"|erinnerung|einladung|protokoll|niederschrift|vermerk|vollmacht|bewerbung|urteil|beschluss|ladung|zustellungsurkunde|newsletter|bestätigung|korrektur|vereinbarung|minutes|invoice|nachweis|zeugnis|notiz|bericht",
    re.IGNORECASE,
)
