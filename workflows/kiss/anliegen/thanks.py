"""Whether a reply is nothing but thanks, so that an Anliegen that is done stays done. Pure, and strict: every word counts.

A word it does not know makes it a message like any other: rather once too often opened than a complaint overheard.
"""

import re

LONGEST = 30
"""Words; who writes more has something to say."""

_QUOTED = re.compile(r"^[ \t]*[>|][^\n]*$", re.MULTILINE)
_FRAME = re.compile(
    r"^[ \t]*(?:Am|On)\b(?=[^\n]*\d)[^\n]{4,160}\b(?:schrieb|wrote)\b(?! ich\b)[^\n]{0,120}(?:\n[^\n]{1,80})?:[ \t]*$"
    r"|^[ \t]*[-_=]{2,}[ \t]*(?:Urspr(?:ü|ue)ngliche (?:Nachricht|E-?Mail)|Original(?:nachricht|[ -]Message))[ \t]*[-_=]*[ \t]*$"
    r"|^[ \t]*_{5,}[ \t]*$"
    r"|(?:^[ \t]*\*?(?:Von|From|Gesendet|Sent|An|To|Cc|Datum|Date|Betreff|Subject)\*?:[^\n]*(?:\n|\Z)){2,}",
    re.IGNORECASE | re.MULTILINE,
)
"""What mail programs put above the mail that is answered; one such line alone is somebody's sentence."""
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_SMALL_PRINT = re.compile(
    r"^[ \t]*(?:Gesendet (?:von|mit|aus)\b[^\n]{0,60}|Von meinem [^\n]{1,60} gesendet)\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_GREETING = re.compile(
    r"\A\s*(?:sehr geehrte|guten (?:tag|morgen|abend)|hallo|liebe|moin|servus|grüß gott)[^\n]{0,60}[,!\n]", re.IGNORECASE
)  # fmt: skip
_CLOSING = re.compile(
    r"\b(?:mit (?:freundlichen|besten|herzlichen|lieben)|viele|beste|liebe|herzliche|schöne|freundliche)\s+(?:grüße|grüßen|grüsse|gruß)"
    r"|\b(?:mfg|lg|vg|gruß|grüße)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_SAYING_THANKS = "danke dankeschön dankeschoen dank bedanke bedanken dankbar merci thanks thx"
_BESIDE = """
vielen herzlichen besten lieben schönen schön großen tausend herzlich sehr ganz recht lieb nett freundlich
freundliche freundlichen für die das der den dem ihre ihren ihrer ihr ihnen eure euch deine schnelle schnellen
schnell prompte prompten rasche raschen gute guten tolle tollen rückmeldung antwort nachricht hilfe info infos
information informationen auskunft mühe mühen bearbeitung erledigung unterstützung einsatz arbeit reaktion so
super prima toll klasse perfekt wunderbar top ok okay alles klar gut bestens hat geklappt funktioniert freut
freue mich uns ich wir bei dafür und es ist sind damit erledigt nun jetzt ein einen eine schönes schöne
wochenende tag abend noch auch nochmal nochmals im voraus voll zufrieden bin hilft hilfreich you
"""
_THANKS = frozenset(_SAYING_THANKS.split())
_KNOWN = _THANKS | frozenset(_BESIDE.split())


def is_thanks(text: str) -> bool:
    """Whether the person's own words say thanks and nothing else („Danke!“, „Vielen Dank für die schnelle Hilfe“)."""
    above, below = _around_quotes(_SMALL_PRINT.sub("", text.replace("\r\n", "\n")))
    if _WORD.search(below):
        return False
    own = _GREETING.sub("", above, count=1)
    closing = _CLOSING.search(own)
    own = own[: closing.start()] if closing else own
    words = _WORD.findall(own.lower())
    return (
        0 < len(words) <= LONGEST
        and "?" not in own
        and not _THANKS.isdisjoint(words)
        and _KNOWN.issuperset(words)
    )


def _around_quotes(text: str) -> tuple[str, str]:
    """What is written above the mail that is answered, and below or between its lines, both without signature.

    Where no line is marked as quoted, all below the frame is the old mail.
    """
    quoted = _QUOTED.search(text)
    frame = _FRAME.search(text, 0, quoted.start() if quoted else len(text))
    end = frame.start() if frame else quoted.start() if quoted else len(text)
    begin = frame.end() if frame else end
    below = _QUOTED.sub("", text[begin:]) if quoted else ""
    return _unsigned(text[:end]), _unsigned(below)


def _unsigned(text: str) -> str:
    found = _SIGNATURE.search(text)
    return text[: found.start()] if found else text
