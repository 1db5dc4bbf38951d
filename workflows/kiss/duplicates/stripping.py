"""What somebody wrote, without what mail programs and politeness put around it.

Quotes, headers of forwarded mails, greetings, closing formulas, signatures and small print are alike in thousands of
messages and differ between two copies of one: both would mislead a comparison.
"""

import re

LONGEST = 20_000
"""Characters that are looked at; nobody retypes more."""
_FEWEST = 4
"""Words that must be left for a cut to count: who writes „Hallo, danke!“ has written just that."""

_PREFIX = re.compile(
    r"^[ \t>]*(?:Betreff:\s*|Subject:\s*)?(?:(?:WG|AW|FW|FWD|RE|Weitergeleitet|Antw(?:ort)?)\s*(?:\[\d+\])?:\s*)+",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]*(?:[>|][ \t]?)+(.*)$", re.MULTILINE)
_HEAD = (
    r"(?:Von|From|Gesendet|Sent|An|To|Cc|Kopie|Bcc|Datum|Date|Betreff|Subject|Antwort an|Reply-To|"
    r"Wichtigkeit|Priorität|Importance|Anlagen?|Attachments?)"
)
_HEADER = re.compile(
    rf"(?:^[ \t]*\*?{_HEAD}\*?:[^\n]*(?:\n|\Z)){{2,}}", re.IGNORECASE | re.MULTILINE
)
_FORWARDED = re.compile(
    r"^[ \t]*(?:[-_=]{2,}[ \t]*(?:Weitergeleitete (?:Nachricht|E-?Mail)[^\n]*|Forwarded message[^\n]*)"
    r"|Anfang der weitergeleiteten (?:Nachricht|E-?Mail):?|Begin forwarded message:?)[ \t]*[-_=]*[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL = re.compile(
    r"^[ \t]*[-_=]{2,}[ \t]*(?:Urspr(?:ü|ue)ngliche (?:Nachricht|E-?Mail)|Original(?:nachricht| Message))[ \t]*[-_=]{2,}[ \t]*$"
    r"|^[ \t]*_{20,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_WROTE = re.compile(
    r"^[ \t]*(?:Am|On)\b[^\n]{5,160}(?:\n[^\n]{1,80})?\b(?:schrieb|wrote)\b[^\n]{0,120}:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FRAMES = (_FORWARDED, _ORIGINAL, _WROTE, _HEADER)
_GREETING = re.compile(
    r"\A\s*(?:(?:Sehr (?:geehrte|verehrte)[rs]?|Hallo|Hi|Guten (?:Tag|Morgen|Abend)|Liebe[rs]?|Moin(?: moin)?|Servus|"
    r"Grüß Gott|Gruess Gott|Werte[rs]?|Dear|Hello)\b[^\n.?;]{0,90}?(?:[,!:]|\n|\Z)\s*)+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:^|(?<=[.!?…,])|(?<= und))[ \t]*(?:Ich verbleibe\s+)?"
    r"(?:(?:Mit|Viele|Beste|Schöne|Liebe|Herzliche|Freundliche)\s+(?:den\s+)?"
    r"(?:(?:freundlichen|freundlichem|besten|herzlichen|lieben|vielen|bürgerlichen)\s+)?(?:Gr(?:ü|ue)(?:ß|ss)(?:en?)?|Gruß|Gruss)"
    r"|Hochachtungsvoll|MfG|M\.?f\.?G\.?|VG|LG|Gruß|Gruss|Grüße|Best regards|Kind regards|Regards)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_SMALL_PRINT = re.compile(
    r"^[ \t]*(?:Gesendet (?:von|mit|aus)\b|Von meinem \S+(?: \S+){0,4} gesendet|Sent from my\b|Diese Nachricht wurde (?:von|mit)\b|"
    r"(?:Diese E-?Mail|Der Inhalt dieser E-?Mail|This e-?mail)\b[^\n]{0,80}\b(?:vertraulich|confidential|Viren|virus)|"
    r"Holen Sie sich Outlook|Get Outlook for|WICHTIGER HINWEIS:|Virenfrei\b)",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_SIGNATURE = 600


def strip(text: str) -> str:
    """The person's own words. Of a forwarded mail, the mail; of an answer, the answer. Never empty unless the text is."""
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").strip()
    for cut in (_without_frame, _without_quotes, _without_prefix, _without_greeting, _without_end):
        shorter = cut(text).strip()
        if _words(shorter) >= _FEWEST:
            text = shorter
    return text


def _words(text: str) -> int:
    return len(text.split(None, _FEWEST))


def _unquoted(text: str) -> str:
    return _QUOTED.sub(r"\1", text)


def _without_frame(text: str) -> str:
    """The mail inside a forwarded one, or the answer above the mail it answers."""
    for _ in range(5):  # forwarded more than once
        marks = [found for form in _FRAMES if (found := form.search(text))]
        if not marks:
            return text
        mark = min(marks, key=lambda found: found.start())
        above, below = text[: mark.start()], _unquoted(text[mark.end() :]).lstrip()
        head = _HEADER.match(below)
        below = below[head.end() :] if head else below
        if mark.re is not _FORWARDED and not _is_cover_note(above, below):
            return above
        text = below.strip()
    return text


def _is_cover_note(above: str, below: str) -> bool:
    """Whether what stands above a mail only hands it on („zur weiteren Veranlassung“)."""
    own = _without_end(_without_greeting(_without_prefix(above)))
    return len(own.split()) <= 25 and len(own) < len(below)


def _without_quotes(text: str) -> str:
    """Without quoted lines; a message of nothing else is what it quotes."""
    rest = _QUOTED.sub("", text)
    return rest if _words(rest) >= _FEWEST else _unquoted(text)


def _without_prefix(text: str) -> str:
    return _PREFIX.sub("", text)


def _without_greeting(text: str) -> str:
    return _GREETING.sub("", text, count=1)


def _without_end(text: str) -> str:
    """Without signature, small print and closing formula."""
    for form in (_SIGNATURE, _SMALL_PRINT):
        if found := form.search(text):
            text = text[: found.start()]
    ends = [found.start() for found in _CLOSING.finditer(text)]
    return next((text[:end] for end in ends if len(text) - end <= _LONGEST_SIGNATURE), text)
