"""Streets with a house number that stand alone in a text, told from what only ends like a street (Stellplatz 3)."""

import re
from collections.abc import Iterator

from ocr.analysis.sheet import Hit, Sheet

NUMBER = r"\d{1,4}(?:[ ]?[a-zA-Z](?![\w]))?(?:[ ]?[-–/][ ]?\d{1,4}[a-z]?)?"
"""A house number: 5, 5a, 5 b, 5-7, 5/1."""

# Figures are rarer than letters, so they are looked for first.
_FIGURE = re.compile(r"[1-9](?<=[egzmr.] .)")
_LONGEST = 60  # characters before the number that are looked at
_ENDINGS = (
    "straße", "strasse", "str.", "weg", "platz", "gasse", "allee", "damm", "ufer", "steige", "steig", "ring",
)  # fmt: skip
_ONE_WORD = re.compile(r"[A-ZÄÖÜ][\wÄÖÜäöüß’.-]{2,40}")
_BEFORE_ONE_WORD = re.compile(
    r"\b(?:Alte|Neue|Obere|Untere|Innere|Äußere|Vordere|Hintere|Große|Kleine|Lange)[rn]? $"
)
# „Berliner Straße“, „Lange Gasse“, „An der Alten Allee“
_BEFORE_BARE = re.compile(r"\b([A-ZÄÖÜ][a-zäöüß]{2,30}(?:er|e|en)) $")
# After a house number stands no further figure and no measure.
_HOUSE = re.compile(
    r"(\d{1,3}(?!\d)(?:(?:[a-zA-Z]|[ ][a-l])(?!\w))?(?:[ ]?[-–/][ ]?\d{1,3}(?!\d)[a-z]?(?!\w))?)"
    r"(?![\w.,:/]*\d|[ ]?(?:[€%°²]|(?:EUR|Euro|k?m|cm|mm|m2|Meter|Kilometer|Uhr|Stück|Personen|Plätze|Mal|Tage?|Wochen?"
    r"|Monate?|Jahre?|Minuten|Stunden|Prozent|Zoll|Grad)\b))"
)
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        """der diese dieser dieses eine einer einen ihre ihrer ihren unsere unserer unseren seine seiner seinen meine meiner
    deine deiner keine keiner jede jeder jeden welche welcher welchen erste erster ersten zweite zweiter zweiten dritte
    dritter dritten letzte letzter letzten nächste nächster nächsten andere anderer anderen weitere weiterer weiteren
    aber oder unter über hinter vorher wieder immer beide beiden alle aller allen freie freier freien
    laufende laufender laufenden""",
    )
)
_NO_STREETS = frozenset(
    re.findall(
        r"\S+",
        """arbeitsweg ausbildungsweg ausweg beschwerdeweg bildungsweg bremsweg dienstweg eingangsweg fahrweg federweg fluchtweg
    fußweg gehweg heimweg hinweg informationsweg instanzenweg irrweg klageweg kommunikationsweg landweg lebensweg lieferweg
    lösungsweg luftweg meldeweg radweg rechtsweg rettungsweg rückweg schriftweg transportweg übertragungsweg
    umweg verkehrsweg versandweg vertriebsweg verwaltungsweg verwaltungsrechtsweg wasserweg wirtschaftsweg zahlungsweg
    zufahrtsweg zugangsweg
    abstellplatz arbeitsplatz ausbildungsplatz behindertenparkplatz betreuungsplatz campingplatz
    heimplatz kindergartenplatz kitaplatz krippenplatz ladeplatz lagerplatz liegeplatz listenplatz parkplatz pflegeplatz
    praktikumsplatz schlafplatz sitzplatz speicherplatz spielplatz standplatz startplatz stehplatz stellplatz studienplatz
    tabellenplatz telearbeitsplatz therapieplatz übungsplatz zeltplatz bolzplatz wickelplatz
    bahnsteig bussteig
    catering clearing controlling dichtring ehering engineering factoring hering mentoring messring monitoring rettungsring
    scoring sponsoring
    sackgasse rettungsgasse staudamm
    einbahnstraße bundesstraße landesstraße kreisstraße staatsstraße fahrradstraße spielstraße durchgangsstraße
    anliegerstraße wohnstraße zufahrtsstraße verbindungsstraße produktionsstraße waschstraße fertigungsstraße
    käufer verkäufer einkäufer läufer anrufer
    registr. magistr. ministr. administr. industr. illustr. demonstr.""",
    )
)


def _name_before(line: str) -> int | None:
    """Where the street's name at the end of ``line`` begins, or ``None``."""
    word = line.rsplit(" ", 1)[-1]
    at = len(line) - len(word)
    if word.lower() in _ENDINGS:
        named = _BEFORE_BARE.search(line, 0, at) if word[0].isupper() else None
        return None if named is None or named[1].lower() in _NO_NAMES else named.start()
    if _ONE_WORD.fullmatch(word) is None or word.lower().rpartition("-")[2] in _NO_STREETS:
        return None
    more = _BEFORE_ONE_WORD.search(line, 0, at)
    return at if more is None else more.start()


def find_streets(sheet: Sheet) -> Iterator[Hit]:
    """Streets and house numbers, wherever they stand; the time grows with the figures in the text."""
    text, folded = sheet.text, sheet.folded
    for figure in _FIGURE.finditer(folded):
        end = figure.start() - 1  # of the street's name
        start = max(0, end - _LONGEST)
        if text[end] == "\n" or not folded.endswith(_ENDINGS, start, end):
            continue
        house = _HOUSE.match(text, figure.start())
        if house is None:
            continue
        line = text[max(start, text.rfind("\n", start, end) + 1) : end]
        at = _name_before(line)
        if at is not None:
            begin = end - len(line) + at
            normal = " ".join(text[begin : house.end(1)].split())
            yield Hit("address", begin, house.end(1), normal, "address.street", 0.6)
