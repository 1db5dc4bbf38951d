"""Persons by cue and organisations by legal form or by the way public bodies are called."""

import re
from collections.abc import Iterator

from ocr.analysis.sheet import Hit, Sheet, found_at

_PART = r"[A-ZÄÖÜÇŞŠŽĆČŁÉÈÁÀÓØÅİ][a-zäöüßéèêëáàâãçñøåïîôóòúùíìšžčćđłńőűğşıțśźż’']{1,24}"
_NAME = rf"{_PART}(?:-{_PART})*"
_TITLE = r"(?:(?:Prof|Dr|Dipl|Mag|Ing)\.?(?:[- ]?(?:Ing|med|jur|phil|rer|nat|oec|dent|Kfm|Kffr)\.?)*[ ]){0,3}"
_PARTICLE = r"(?:(?:von|van|de|der|den|zu|zur|vom|del|di|da|bin|al)[ ]){0,2}"
FULL_NAME = rf"{_TITLE}(?:{_NAME}[ ]){{1,3}}{_PARTICLE}{_NAME}"
_COUPLE = rf"(?:{_NAME}[ ](?:und|&|u\.)[ ])?{FULL_NAME}"
_ANY_NAME = rf"{_TITLE}{_PARTICLE}{_NAME}(?:[ ]{_PARTICLE}{_NAME}){{0,3}}"

_MISTER = re.compile(
    rf"(?:H(?<![^\W_].)(?:errn?|r\.)|F(?<![^\W_].)(?:rau|r\.|amilie)|E(?<![^\W_].)heleute)[ \u00a0]{{0,2}}\n?[ ]?({_ANY_NAME})"
)
_SALUTATION = re.compile(
    rf"\n[ \t]*(?:Liebe[rs]?|Hallo|Guten Tag|Dear|Hi|Moin)[ ](?:(?:Mr|Mrs|Ms)\.?[ ])?({_ANY_NAME})[ ]*[,!]"
)
_ROLE = re.compile(
    r"(?:Ansprechpartner(?:in)?|Ansprechperson|Sachbearbeit(?:er|erin|ung)|Bearbeit(?:er|erin|et von)|Geschäftsf(?:ührer(?:in)?|ührung|\.)|Name(?:, Vorname)?|Vor- und (?:Zun|N)achname"
    r"|Antragsteller(?:in)?|Inhaber(?:in)?|Kontakt|Auskunft erteilt|Vorstand|Vorsitz(?:ende[r]?)?|Protokoll(?:führung|führer(?:in)?)?|Schriftführer(?:in)?|Mandant(?:in)?|Vollmachtgeber(?:in)?"
    rf"|Kläger(?:in)?|Beklagte[r]?|Mieter(?:in)?|Vermieter(?:in)?|Betroffene[r]?|Zeug(?:e|in)|Verfasser(?:in)?|Teilnehmende|Anwesend)(?:/in|:in|\(in\))?[ \t]*:[ \t]*(?:Herrn?[ ]|Frau[ ]|Hr\.[ ]|Fr\.[ ])?({FULL_NAME})"
)
_SIGNED = re.compile(
    r"(?:Grüßen|Grüssen|Gruß|Grüße|Hochachtungsvoll|Auftrag|Vertretung|regards|sincerely|faithfully|Vollmacht)[ ]*,?[ ]*\n"
    rf"(?:[ \t_]*\n){{0,5}}[ \t]*(?:(?:gez\.|i\.[ ]?A\.|i\.[ ]?V\.|ppa\.|Ihre?|Im Auftrag|In Vertretung)[ ]*\n?[ \t]*)?({FULL_NAME})[ \t]*(?=\n|$|,|\()"
)
_INITIALLED = re.compile(
    rf"(?:\bgez\.|\bi\.[ ]?A\.|\bi\.[ ]?V\.|\bppa\.|/s/)[ ]{{1,2}}({FULL_NAME})(?![\w])"
)
_INITIALS = re.compile(r"gez\.|i\. ?[AV]\.|ppa\.|/s/")
_UNDER_DATE = re.compile(
    rf"\d\d{{3}}[ ]*\n(?:[ \t_.]*\n){{0,4}}[ \t]*({FULL_NAME})[ \t]*(?=\n[ \t_(]|\n?$|\nGeschäftsf|\nVorsitz)"
)
_SELF = re.compile(rf"[Ii](?<!\w.)ch,[ ]({FULL_NAME})[ ]?,")
_ADDRESSEE = re.compile(
    rf"\n[ \t]*({_COUPLE})[ \t]*(?:\n[ \t]*|[,·|•][ \t]*)[^\n,·|•]{{2,40}}\d{{1,4}}[ ]?[a-z]?[ \t]*(?:\n[ \t]*|[,·|•][ \t]*)(?:D[- ])?\d{{5}}[ ]"
)

_NO_NAME = frozenset(
    "Fraktion Gruppe Verein Initiative Geschäftsstelle Damen Herren Bürgermeister Bürgermeisterin Oberbürgermeister Oberbürgermeisterin Landrat Landrätin Kollege Kollegin Kollegen Kolleginnen "  # noqa: SIM905 - words read better than a list
    "Minister Ministerin Präsident Präsidentin Vorsitzender Vorsitzende Richter Richterin Rechtsanwalt Rechtsanwältin Amtsleiter Amtsleiterin Nachbar "
    "Nachbarn Nachbarin Stadtrat Stadträtin Direktor Direktorin Rektor Rektorin Staatsanwalt Staatsanwältin Notar Notarin Team Zusammen Alle "
    "Sehr Mit Bitte Kunde Kundin Mitglieder Mitglied Freunde Eltern Bürgerinnen Bürger Beteiligte Hiermit Ich Wir Sie Der Die Das Dem Den Ein Eine "
    "Ihr Ihre Ihrer Im In Am An Auf Aus Bei Bis Für Von Vor Zu Zum Zur Nach Über Unter Und Oder Stadt Gemeinde Amt Telefon Tel Fax Mobil Seite Datum Betreff Anlage Anlagen "
    "Straße Platz Rathaus Postfach Deutschland Rechnung Lieferschein Firma Haus Abteilung Referat Fachbereich Antrag Bescheid Az Aktenzeichen "
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember Grüße Grüßen Gruß Freundliche Freundlichen Beste Besten Viele Herr Frau Anwesende Leitung".split()
)


def is_name(text: str) -> bool:
    """Whether none of the parts is a word that only looks like a name."""
    return _NO_NAME.isdisjoint(text.replace("-", " ").split(" "))


def plain_name(name: str) -> str:
    """The name without titles, in single blanks."""
    return re.sub(r"\s+", " ", re.sub(rf"^{_TITLE}", "", name)).strip()


def find_persons(sheet: Sheet) -> Iterator[Hit]:
    """Names behind Herr/Frau, in salutations, closings, roles („Bearbeiterin: ...“) and address blocks.
    ``normalized`` is the name without titles.
    """
    rules = (
        (_MISTER, "person.mister", 0.9),
        (_ROLE, "person.role", 0.85),
        (_SIGNED, "person.closing", 0.88),
        (_UNDER_DATE, "person.closing", 0.75),
        (_SELF, "person.self", 0.85),
        (_INITIALLED, "person.signed", 0.85),
        (_ADDRESSEE, "person.address_block", 0.8),
        (_SALUTATION, "person.salutation", 0.6),
    )
    taken = bytearray(len(sheet.text))
    opened = "\n" + sheet.text  # so that every line begins behind a break
    for pattern, rule, confidence in rules:
        if pattern is _INITIALLED and not _INITIALS.search(sheet.text):
            continue
        for found in pattern.finditer(opened):
            start, end = _trimmed(sheet.text, found.start(1) - 1, found.end(1) - 1)
            if start >= end or taken.find(1, start, end) >= 0:
                continue
            name = plain_name(sheet.text[start:end])
            if not name:
                continue
            taken[start:end] = b"\1" * (end - start)
            yield Hit("person", start, end, name, rule, confidence)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span up to the first word that is no name; empty where it begins with one."""
    for word in re.finditer(r"\S+", text[start:end]):
        if not is_name(word[0]) or (word.start() and _LEGAL.fullmatch(word[0])):
            return start, start + len(text[start : start + word.start()].rstrip())
    return start, end


_LEGAL_START = re.compile(r"[GAUKOSPVLIBgmoeas](?:[GbHA.]|(?<=[A-Z])[mMEaVötnp])(?<![^\W_]..)")
_LEGAL = re.compile(
    r"(?<![^\W_])(?:(?:g?GmbH|GMBH|mbH|AG|UG(?:[ ]\(haftungsbeschränkt\))?)(?:[ ]&[ ]Co\.?[ ]?KG(?:aA)?)?|KGaA|KG|OHG|oHG|GbR|eG|eGbR|SE|PartG(?:[ ]?mbB)?|PartGmbB|VVaG|AöR|A\.ö\.R\.|gAG"
    r"|e\.[ ]?V\.|a\.[ ]?G\.|e\.[ ]?K\.|e\.[ ]?Kfm\.|Ltd\.?|Inc\.|S\.A\.|B\.V\.|s\.r\.o\.|Sp\.[ ]z[ ]o\.o\.)(?![\w])"
)
_ORG_WORD = re.compile(r"[A-ZÄÖÜ0-9][\w.&’'+-]*|&|\+|und|für|der|des|im|am|zur|von|e\.")
_NO_START = frozenset(
    "Die Der Das Den Dem Des Firma Fa. Fa Bei Von Für Und Im Am An Zur Sehr Ihre Unsere Eine Ein Mit Als und für der des im am zur von & + Lieferant Käufer Wir Herrn Frau Herr".split()  # noqa: SIM905
)
_PUBLIC_START = re.compile(
    r"(?:Gro|Lan|Uni|Han|Hau|[Ss]ta|Gem|Ges|Kre|Bür|Amt|Obe|Ver|Vet|Soz|Arb|Fin|Fam|Nac|Reg|Bez|Pol|Job|Age|Ind"
    r"|IHK|Not|Bun|Deu|Vol|Spa|Kul|Umw|Jus|[Mm]in|amt|Inn)(?<![\w-]...)"
)
_PUBLIC = re.compile(
    r"(?<![\w-])(?:(?:Große[n]?[ ]Kreis|Landeshaupt|Universitäts|Hanse)?[Ss]tadt(?:verwaltung|kasse|werke)?|Stadt|Gemeinde(?:verwaltung)?|Landratsamt|Landkreis|Kreis(?:verwaltung|ausschuss)|Bürgermeisteramt"
    r"|(?:Amts|Land|Oberlandes|Verwaltungs|Oberverwaltungs|Sozial|Landessozial|Arbeits|Landesarbeits|Finanz|Familien|Nachlass)gericht|Verwaltungsgerichtshof|Finanzamt|Hauptzollamt|Regierungspräsidium|Regierung"
    r"|Bezirksregierung|Polizei(?:präsidium|revier|direktion|inspektion)|Jobcenter|Staatsanwaltschaft|Agentur für Arbeit|Handwerkskammer|Industrie- und Handelskammer|IHK|Notariat|Bundespolizei|Deutsche Rentenversicherung"
    r"|Veterinäramt|Gesundheitsamt|Kreissparkasse|Sparkasse|Volksbank)[ ](?:(?:des|der|am|für|im|von|in)[ ])?[A-ZÄÖÜ][\wäöüß-]+(?:[ ](?:am|an der|ob der|im|in)[ ][A-ZÄÖÜ]\w+|[- ][A-ZÄÖÜ][a-zäöüß]+(?=[ \n,]))?"
    r"|(?<![\w-])(?:Bundes|Landes|Innen|Finanz|Kultus|Sozial|Umwelt|Verkehrs|Justiz)?(?:[Mm]inisterium|amt)[ ](?:des|der|für)[ ][A-ZÄÖÜ][\wäöüß-]+(?:(?:,[ ][A-ZÄÖÜ]\w+)*[ ]und[ ][A-ZÄÖÜ]\w+)?"
)


def find_organisations(sheet: Sheet) -> Iterator[Hit]:
    """Companies and associations by legal form, courts, authorities and banks by their name's first word."""
    text = sheet.text
    for legal in found_at(_LEGAL_START, _LEGAL, text):
        line_start = text.rfind("\n", 0, legal.start()) + 1
        start = _organisation_start(text, max(line_start, legal.start() - 90), legal.start())
        if start is not None:
            name = re.sub(r"\s+", " ", text[start : legal.end()])
            yield Hit("organisation", start, legal.end(), name, "organisation.legal_form", 0.92)
    for found in found_at(_PUBLIC_START, _PUBLIC, text):
        name = re.sub(r"\s+", " ", found[0])
        yield Hit("organisation", *found.span(), name, "organisation.public_body", 0.85)


_HAS_MEMBERS = re.compile(
    r"(?:[Vv]erein|[Ff]reunde|[Vv]erband|[Kk]reis|[Gg]esellschaft|[Ss]tiftung|[Bb]und|[Hh]aus|[Gg]ilde|[Ii]nitiative)(?:es|s)?[ ]$"
)


def _organisation_start(text: str, low: int, legal: int) -> int | None:
    """Where the name before a legal form begins: up to seven capitalised words or connectors back."""
    words = list(re.finditer(r"[^\s,:;()„“\"]+|[,:;()„“\"]", text[low:legal]))
    start: int | None = None
    for count, word in enumerate(reversed(words)):
        if count >= 7 or not _ORG_WORD.fullmatch(word[0]):
            break
        if re.fullmatch(r"\d+\.?|[A-ZÄÖÜa-z]?\d{4,}", word[0]) or (
            word[0].endswith(".") and len(word[0]) > 4 and word[0] != "Chr."
        ):
            break  # a number or the end of a sentence before the name
        if word[0] in {"der", "des"} and not _HAS_MEMBERS.search(text, low, low + word.start()):
            break
        if word[0] in _NO_START:
            continue  # part of the name only if another word stands before it
        if word[0] in {"Sehr", "Mit"}:
            break
        start = low + word.start()
    return start
