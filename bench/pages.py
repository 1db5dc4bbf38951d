"""Pages to measure reading with: invented letters, printed in several fonts, scanned in every posture."""

import random
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from workflows.demo.corpus import search_corpus
from workflows.demo.documents import plain_texts


def _words(text: str) -> list[str]:
    return text.split()


# {n}: a noun, {s}: a street, {p}: a person, {d}: a date, {z}: a figure
SENTENCES = [
    "Hiermit beantrage ich die Genehmigung für {n} und {n} auf meinem Grundstück in der {s} {z}.",
    "Die Nachbarn {p} und {p} haben dem Vorhaben am {d} schriftlich zugestimmt.",
    "Gegen diesen Bescheid über {n} kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.",
    "Die Gebühr beträgt {z},50 EUR und ist bis zum {d} auf das angegebene Konto zu überweisen.",
    "Bitte geben Sie bei allen Rückfragen das Aktenzeichen 32.1-{z}/2026 und das Stichwort {n} an.",
    "Über eine zügige Bearbeitung würde ich mich sehr freuen, da {n} noch vor dem Winter beginnen soll.",
    "Der beigefügte Plan zeigt {n}, {n} und die Abstände zu den Grenzen der benachbarten Flurstücke.",
    "Größere Änderungen an {n} müssen dem zuständigen Amt rechtzeitig angezeigt werden.",
    "Für {n} gelten die Regeln der Satzung vom {d}, geändert am {d}.",
    "Wir haben Ihren Widerspruch geprüft und können ihm wegen {n} leider nicht abhelfen.",
    "Zuständig für {n} ist {p}, Telefon 07152 90-{z}.",
    "Die Prüfung der Unterlagen ergab, dass zwei Nachweise über {n} und einer über {n} fehlen.",
    "Der Gemeinderat berät über {n} voraussichtlich in seiner nächsten öffentlichen Sitzung.",
    "Für Ihre Unterstützung bei der Aufklärung des Schadens an {n} danken wir Ihnen herzlich.",
    "Während der Bauzeit wird der Verkehr über die {s} und die {s} umgeleitet.",
]
_FRONT = _words(
    "Abwasser Bau Bürger Denkmal Energie Entwässerungs Fahrrad Feuerwehr Friedhofs Garten Gemeinde "
    "Gewerbe Grundstücks Hafen Hallen Jugend Kanal Kinder Kultur Lärmschutz Markt Melde Müll Park "
    "Pflege Rathaus Sanierungs Schul Senioren Sondernutzungs Sport Stadt Straßen Treppen Trinkwasser "
    "Verkehrs Wald Wasser Wohnungs Zufahrts"
)
_BACK = _words(
    "abgabe anlage anmeldung aufsicht ausbau bedarf beirat bescheinigung betrieb bogen brücke fläche "
    "förderung gebühr gelände gesetz grenze haus karte konzept leitung liste maßnahme meldung "
    "nachweis netz ordnung plan platz prüfung recht satzung schutz stelle tor übergabe verband "
    "vertrag verzeichnis weg zählung"
)
_STREETS = _words(
    "Linden Mühlen Gerber Bahnhof Schiller Ring Kirch Ufer Acker Wiesen Brunnen Schloss"
)
_ENDS = _words("straße weg gasse allee platz")
_NAMES = _words(
    "Krämer Aydin Größler Nowak Lehmann Öztürk Weiß Hübner Schäfer Yilmaz Brandt Jäger Fuchs Köhler"
)
SIZE = (2480, 3508)  # A4 at 300 dpi
DPI = 300
_FONTS = (
    Path(reportlab.__file__).parent / "fonts" / "Vera.ttf",
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"),
)


@dataclass(frozen=True)
class Scan:
    """A scanned page and what is printed on it."""

    pixels: Any
    text: str
    rotation: int
    skew: float

    def png(self) -> bytes:
        output = BytesIO()
        Image.fromarray(self.pixels).save(output, "PNG", dpi=(DPI, DPI), compress_level=1)
        return output.getvalue()


def sentence(source: random.Random) -> str:
    """An invented sentence; the nouns are many, as in real letters."""

    def fill(slot: re.Match[str]) -> str:
        match slot.group(1):
            case "n":
                return source.choice(_FRONT) + source.choice(_BACK)
            case "s":
                return source.choice(_STREETS) + source.choice(_ENDS)
            case "p":
                return source.choice(("Frau ", "Herr ")) + source.choice(_NAMES)
            case "d":
                return (
                    f"{source.randint(1, 28)}.{source.randint(1, 12)}.{source.randint(2019, 2027)}"
                )
            case _:
                return str(source.randint(10, 4999))

    return re.sub(r"{(.)}", fill, source.choice(SENTENCES))


def letter(source: random.Random, sentences: int = 26) -> list[str]:
    """The paragraphs of a letter."""
    body = [sentence(source) for _ in range(sentences)]
    return [
        "Stadt Lindenbrück, Bürgerbüro",
        "Sehr geehrte Damen und Herren,",
        *(" ".join(body[start : start + 5]) for start in range(0, sentences, 5)),
        "Mit freundlichen Grüßen",
    ]


def _print(paragraphs: list[str], font: Any, columns: int) -> Any:
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    y = 260
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, columns, break_on_hyphens=False):
            draw.text((250, y), line, font=font, fill=15)
            y += 66
        y += 44
    return np.asarray(image)


def scans(count: int, seed: int, *, upright: bool = False) -> Iterator[Scan]:
    """``count`` pages in turn of all four orientations, each with up to 3 degrees of skew and with noise."""
    source = random.Random(seed)
    grain = np.random.default_rng(seed)
    fonts = [ImageFont.truetype(path, 44) for path in _FONTS if path.exists()]
    for number in range(count):
        paragraphs = letter(source)
        pixels = _print(paragraphs, fonts[number % len(fonts)], 74)
        skew, rotation = source.uniform(-3, 3), 90 * (number % 4)
        if upright:
            skew, rotation = 0.0, 0
        height, width = pixels.shape
        if skew:
            tilt = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
            pixels = cv2.warpAffine(
                pixels, tilt, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)
            )
        pixels = np.rot90(pixels, rotation // 90)
        noisy = pixels + grain.normal(0, 14, pixels.shape)
        specks = grain.random(pixels.shape) < 0.0005
        noisy[specks] = 0
        clipped = np.clip(noisy, 0, 255).astype(np.uint8)
        yield Scan(np.ascontiguousarray(clipped), " ".join(paragraphs), rotation, skew)


def text_pdf(pages: int, seed: int) -> bytes:
    """A PDF with a text layer: a letter on the first page, then pages of administrative prose of 2,500 characters
    with a vocabulary as varied as in real files (the tokenizer's cache must not live on sixteen sentences).
    """
    output = BytesIO()
    paper = canvas.Canvas(output, pagesize=A4)
    texts = [next(iter(plain_texts(seed, 1)))[0], *search_corpus(seed, pages - 1, 2_500)]
    for text in texts:
        lines = [
            line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, 92) or [""]
        ]
        body = paper.beginText(60, 800)
        body.setFont("Helvetica", 10)
        for line in lines[:58]:
            body.textLine(line)
        paper.drawText(body)
        paper.showPage()
    paper.save()
    return output.getvalue()
