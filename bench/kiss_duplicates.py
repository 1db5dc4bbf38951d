"""Whether copies are found among 10,000 citizens' messages, while many similar reports are left alone; and how fast."""

import time
from collections.abc import Callable, Iterator
from random import Random

from bench.figures import Figure
from workflows.kiss.duplicates.candidates import Index
from workflows.kiss.duplicates.finding import find_among, find_duplicates
from workflows.kiss.duplicates.scoring import Text, ready
from workflows.kiss.duplicates.sketches import Sketch, sketches

MESSAGES = 10_000
COPIES = 200
"""Of each kind."""
SPEED = 2_500
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"


def _words(text: str) -> list[str]:
    return text.split()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


_STREETS = [
    f"{front}{back}"
    for front in _words(
        "Garten Linden Goethe Schiller Berg Mühl Kirch Bahnhof Schul Wiesen Birken Ulmen Rosen Tannen Brunnen Markt Post Hafen Kloster Jahn Eichen Akazien"
    )
    for back in ("straße", "weg", "allee", "platz", "gasse", "ring")
]
_NAMES = _words(
    "Abel Brandt Çelik Dörr Ebert Fink Groß Huber Iwanow Jung Kaya Lorenz Maurer Nowak Öztürk Pfaff Quandt Roth Seidel Thoma Ullrich Vogt Weber Yildiz Zeller"
)
_SINCE = _lines(
    """
    seit gestern Abend
    seit etwa {n} Tagen
    schon seit {n} Wochen
    seit dem letzten Sturm
    seit dem {n}. März
    seit den Bauarbeiten
    seit Montag früh
    immer wieder seit {n} Monaten
    """
)
_ASKS = _lines(
    """
    Bitte kümmern Sie sich darum.
    Wann ist mit einer Reparatur zu rechnen?
    Ich bitte um kurze Rückmeldung, wer dafür zuständig ist.
    Können Sie bitte jemanden vorbeischicken?
    Es wäre schön, wenn sich endlich etwas tut.
    Bitte geben Sie mir Bescheid, sobald der Schaden behoben ist.
    Vielen Dank für Ihre Mühe.
    Wer ist dafür eigentlich zuständig?
    """
)
_MORE = _lines(
    """
    Meine Nachbarin Frau {name} hat das auch schon gemeldet.
    Gerade für ältere Leute mit Rollator ist das ein Problem.
    Beim letzten Mal hat es {n} Wochen gedauert, bis jemand kam.
    Am Telefon wurde ich {n}-mal weiterverbunden.
    Letzte Woche wäre hier beinahe ein Kind gestürzt.
    Ein Foto habe ich, ich kann es gerne schicken.
    Herr {name} vom Bürgerbüro sagte, ich soll mich an Sie wenden.
    Abends sieht man dort kaum die Hand vor Augen.
    Der Hausmeister der Nummer {n} weiß Bescheid, kann aber nichts machen.
    Die Kinder gehen dort jeden Morgen zur Schule vorbei.
    Mein Mann hat schon am {n2}. {month} angerufen, ohne Erfolg.
    Das Gleiche hatten wir voriges Jahr in der {street2}.
    Ich bin unter 0170 {number} zu erreichen.
    Mit dem Bus der Linie {n2} komme ich deshalb zu spät zur Arbeit.
    Familie {name} im Erdgeschoss ist genauso betroffen.
    Wenn es regnet, wird es noch schlimmer.
    Mein Schwager {name} ist Handwerker und sagt, das sei schnell gemacht.
    Ich wohne seit {n2} Jahren hier und habe so etwas noch nie erlebt.
    """
)
_TOPICS = _lines(
    """
    Die Straßenlaterne in der {street} {n} ist {since} ausgefallen.|In der {street} vor Haus {n} brennt {since} kein Licht mehr.|Vor dem Haus {street} {n} flackert die Laterne {since}.|Es ist {since} dunkel, weil die Lampe an der Ecke {street} und {street2} nicht geht.
    In der {street} vor Nummer {n} ist {since} ein tiefes Schlagloch.|Der Gehweg in der {street} auf Höhe {n} ist {since} kaputt, die Platten stehen hoch.|Die Fahrbahn {street} Ecke {street2} hat {since} einen Riss.|Vor Haus {n} in der {street} ist {since} der Gullydeckel locker.
    Der Restmüll in der {street} {n} wurde {since} nicht abgeholt.|Unsere gelbe Tonne ({street} {n}) ist {since} voll und wird nicht geleert.|Am Containerplatz {street} Ecke {street2} stapeln sich {since} Kartons und Flaschen.|In der {street} bei {n} liegt {since} ein altes Sofa auf dem Gehweg.
    Am Spielplatz {street} hinter Haus {n} ist {since} die Schaukel abgerissen.|Auf dem Spielplatz in der {street} nahe {street2} liegen {since} Scherben im Sand.|Das Klettergerüst am Platz {street} Ecke {street2} wackelt {since} bedenklich.|Der Zaun vom Spielplatz {street} {n} hat {since} ein Loch.
    Ich habe {since} nichts zu meinem Antrag auf Wohngeld (Nummer {number}) gehört.|Mein Wohngeldantrag mit dem Zeichen {number} liegt {since} bei Ihnen.|Zum Bescheid {number} über Wohngeld habe ich {since} eine Frage offen.|Für den Wohngeldantrag {number} fehlt {since} angeblich eine Lohnbescheinigung.
    Der Termin {number} im Bürgerbüro für den neuen Ausweis wurde {since} zweimal verschoben.|Ich warte {since} auf meinen Reisepass mit der Nummer {number}.|Zur Ummeldung in die {street} {n} gibt es online {since} keinen einzigen freien Termin.|Mein Personalausweis {number} ist {since} fertig, aber niemand sagt mir wo.
    Der Baum vor {street} {n} ragt {since} über die Fahrbahn.|In der {street} bei {n} hängt {since} ein abgebrochener Ast über dem Radweg.|Die Hecke an der {street} Ecke {street2} ist {since} so hoch, dass man nichts sieht.|Das Laub in der {street} zwischen {n} und {street2} wird {since} nicht weggeräumt.
    In der {street} bei {n} parken {since} ständig Autos auf dem Radweg.|Vor der Einfahrt {street} {n} steht {since} ein Wagen ohne Kennzeichen.|Die Feuerwehrzufahrt {street} {n} ist {since} zugeparkt.|Ein Lieferwagen blockiert {since} die Bushaltestelle {street} Richtung {street2}.
    Aus der Gaststätte {street} {n} kommt {since} bis spät in die Nacht laute Musik.|Die Baustelle {street} Ecke {street2} macht {since} schon vor sechs Uhr Lärm.|Der Nachbar in der {street} {n} mäht {since} jeden Sonntag Rasen.|Am Bolzplatz {street} hinter {n} wird {since} bis Mitternacht gespielt.
    Für den Kitaplatz meiner Tochter (Vormerkung {number}) habe ich {since} keine Antwort.|Die Kita in der {street} {n} hat {since} nur noch bis 13 Uhr offen.|Der Elternbeitrag mit dem Kassenzeichen {number} stimmt {since} nicht.|In der Kita {street} {n} fällt {since} dauernd eine Gruppe aus.
    """
)
_MONTHS = _words("Januar Februar März April Mai Juni Juli August September Oktober")


def message(random: Random) -> str:
    """What citizens write: one of few ways to say it, with their own place, time and number, and up to three remarks."""

    def filled(form: str) -> str:
        return form.format(
            street=random.choice(_STREETS),
            street2=random.choice(_STREETS),
            n=random.randint(2, 180),
            n2=random.randint(2, 28),
            month=random.choice(_MONTHS),
            number=f"{random.randint(10, 99)}/{random.randint(1000, 99999)}",
            name=random.choice(_NAMES),
            since=random.choice(_SINCE).format(n=random.randint(2, 9)),
        )

    said = [filled(random.choice(random.choice(_TOPICS).split("|")))]
    said += [filled(form) for form in random.sample(_MORE, random.randint(1, 3))]
    if random.random() < 0.6:
        said.append(random.choice(_ASKS))
    text = " ".join(said)
    if random.random() < 0.5:
        greeting = random.choice(["Sehr geehrte Damen und Herren,", "Guten Tag,", "Hallo,"])
        text = f"{greeting}\n\n{text}\n\nMit freundlichen Grüßen\n{random.choice(_NAMES)}"
    return text


def forwarded(text: str, random: Random) -> str:
    note = random.choice(
        ["z. K.", "Bitte um weitere Veranlassung.", "Gehört wohl eher zu euch?", ""]
    )
    signature = f"Viele Grüße\n{random.choice(_NAMES)}\n\n-- \nStadt Musterburg, Bürgerbüro\nTel. 07089 204-11"
    if random.random() < 0.3:
        quoted = "\n".join(f"> {line}" for line in text.splitlines())
        return f"{note}\n\n-------- Weitergeleitete Nachricht --------\n{quoted}"
    return (
        f"WG: Ihre Nachricht\n\n{note}\n\n{signature}\n\nVon: {random.choice(_NAMES)} <a@b.example>\n"
        f"Gesendet: Montag, 3. März 2025 10:12\nAn: Rathaus\nBetreff: Anliegen\n\n{text}"
    )


def shortened(text: str, random: Random) -> str:
    """60 % of the words, in one piece."""
    words = text.split()
    kept = round(0.6 * len(words))
    start = random.randint(0, len(words) - kept)
    return " ".join(words[start : start + kept])


def thinned(text: str, random: Random) -> str:
    """60 % of the words, from all over the text."""
    words = text.split()
    kept = sorted(random.sample(range(len(words)), round(0.6 * len(words))))
    return " ".join(words[place] for place in kept)


def retyped(text: str, random: Random) -> str:
    """A slip of the keyboard at 3 % of the letters: another one, none, one too many, two in the wrong order."""
    letters = list(text)
    for place in range(len(letters) - 1):
        if random.random() < 0.03:
            kind = random.randrange(4)
            if kind == 0:
                letters[place] = random.choice(_LETTERS)
            elif kind == 1:
                letters[place] = ""
            elif kind == 2:
                letters[place] += random.choice(_LETTERS)
            else:
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


KINDS: dict[str, tuple[str, Callable[[str, Random], str]]] = {
    "forwarded": ("weitergeleitete", forwarded),
    "shortened": ("auf 60 % gekürzte", shortened),
    "thinned": ("auf 60 % ausgedünnte", thinned),
    "retyped": ("abgetippte (3 % Tippfehler)", retyped),
}


def corpus(
    random: Random, size: int = MESSAGES, copies: int = COPIES
) -> tuple[list[str], dict[str, set[tuple[int, int]]]]:
    """Messages in any order, and the planted pairs of each kind."""
    texts = [message(random) for _ in range(size - copies * len(KINDS))]
    sources = iter(random.sample(range(len(texts)), copies * len(KINDS)))
    planted: dict[str, list[tuple[int, int]]] = {name: [] for name in KINDS}
    for name, (_, copy) in KINDS.items():
        for _ in range(copies):
            source = next(sources)
            planted[name].append((source, len(texts)))
            texts.append(copy(texts[source], random))
    order = random.sample(range(len(texts)), len(texts))
    where = {old: new for new, old in enumerate(order)}
    moved = {
        name: {(min(where[a], where[b]), max(where[a], where[b])) for a, b in pairs}
        for name, pairs in planted.items()
    }
    return [texts[old] for old in order], moved


def measure() -> Iterator[Figure]:
    """Processor time: the machine is shared."""
    texts, planted = corpus(Random(4))
    began = time.process_time()
    prepared = [ready(text) for text in texts]
    sketched = sketches([text.core for text in prepared])
    speed = len(texts) / (time.process_time() - began)
    began = time.process_time()
    found = {(pair.a, pair.b) for pair in find_duplicates(texts)}
    spent = time.process_time() - began
    for name, (german, _) in KINDS.items():
        share = len(planted[name] & found) / len(planted[name])
        yield _at_least(f"Doppelte: {german} Nachrichten gefunden", share, "", 0.9)
    copies = {row for pairs in planted.values() for pair in pairs for row in pair}
    flagged = {row for pair in found for row in pair} - copies
    share = len(flagged) / (len(texts) - len(copies))
    yield _at_most("Doppelte: übrige Nachrichten, fälschlich verdächtigt", share, "", 0.05)
    yield _at_least("Doppelte: Texte bereit machen und skizzieren", speed, "Texte/s", SPEED)
    yield _at_most(f"Doppelte unter {len(texts)} Nachrichten suchen", spent, "s", 30)
    yield _one_by_one(prepared, sketched)


def _one_by_one(texts: list[Text], sketched: list[Sketch]) -> Figure:
    """A new message against all others, as when it comes in."""
    index = Index(enumerate(sketched))
    spent = []
    for row in range(0, len(texts), len(texts) // 200):
        began = time.process_time()
        near = index.candidates(sketched[row])
        find_among(texts[row], [(key, texts[key]) for key, _ in near])
        spent.append(1000 * (time.process_time() - began))
    p95 = sorted(spent)[int(0.95 * len(spent))]
    return _at_most(f"Doppelte: neue Nachricht unter {len(texts)}, p95", p95, "ms", 10)


def _at_least(promise: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(
        promise, value, unit, None, "", f"mindestens {limit:g} {unit}".strip(), value >= limit
    )


def _at_most(promise: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(
        promise, value, unit, None, "", f"höchstens {limit:g} {unit}".strip(), value <= limit
    )
