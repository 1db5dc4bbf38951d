"""Whether a reply is nothing but thanks, so that an Anliegen that is done stays done. Pure, and strict: every word counts.

A word it does not know makes it a message like any other: rather once too often opened than a complaint overheard.
"""

import re

LONGEST = 30
"""Words; who writes more has something to say."""

_QUOTE = re.compile(
    r"^(?:>|-{2,}|_{5,}|Am .{4,80}schrieb|Von: |On .{4,80}wrote:|Gesendet von|Von meinem)",
    re.MULTILINE,
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
    quote = _QUOTE.search(text)
    own = _GREETING.sub("", text[: quote.start()] if quote else text, count=1)
    closing = _CLOSING.search(own)
    own = own[: closing.start()] if closing else own
    words = _WORD.findall(own.lower())
    return (
        0 < len(words) <= LONGEST
        and "?" not in own
        and not _THANKS.isdisjoint(words)
        and _KNOWN.issuperset(words)
    )
