"""What the evaluation calls its figures, and what exactly each of them means: no figure is shown without its definition."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A figure's title and definition in German."""

    title: str
    definition: str


HAND_OVER_WORDS: dict[str, Word] = {
    "cases": Word("Fälle", "Fälle mit mindestens einem Ereignis, das eine Stelle nennt."),
    "events": Word("Ereignisse", "Ereignisse, die eine Stelle nennen; andere zählen nirgends mit."),
    "units": Word("Stellen", "Verschiedene Stellen in diesen Ereignissen."),
    "handovers": Word(
        "Weitergaben",
        "Wechsel von einer Stelle zur nächsten; mehrere Ereignisse derselben Stelle hintereinander zählen als eines.",
    ),
    "cases_with_handover": Word("Fälle mit Weitergabe", "Fälle mit mindestens einer Weitergabe."),
    "ping_pong_cases": Word(
        "Fälle mit Hin und Her",
        "Fälle, die mindestens einmal von A nach B und gleich zurück zu A gingen.",
    ),
    "ping_pong_total": Word(
        "Hin und Her insgesamt", "Wie oft ein Fall von A nach B und gleich zurück zu A ging."
    ),
    "revisit_cases": Word(
        "Fälle mit Rückkehr",
        "Fälle, die irgendwann zu einer Stelle zurückkamen, die sie schon einmal hatte.",
    ),
}

CLASSES: dict[str, tuple[str, str]] = {
    "none": ("ohne Weitergabe", "Vom ersten bis zum letzten Ereignis, Fälle ohne Weitergabe."),
    "handover": (
        "mit Weitergabe",
        "Vom ersten bis zum letzten Ereignis, Fälle mit Weitergabe, aber ohne Hin und Her.",
    ),
    "ping_pong": ("mit Hin und Her", "Vom ersten bis zum letzten Ereignis, Fälle mit Hin und Her."),
}


MEASURES: dict[str, Word] = {
    "cases": Word("Fälle", "Fälle im betrachteten Zeitraum."),
    "hand_overs": HAND_OVER_WORDS["handovers"],
    "with_hand_over": Word(
        "Anteil mit Weitergabe", "Fälle mit mindestens einer Weitergabe, geteilt durch alle Fälle."
    ),
    "ping_pong": Word(
        "Anteil mit Hin und Her",
        "Fälle, die einmal von A nach B und gleich zurück zu A gingen, geteilt durch alle.",
    ),
    "revisits": Word(
        "Anteil mit Rückkehr",
        "Fälle, die zu einer Stelle zurückkamen, die sie schon hatte, geteilt durch alle.",
    ),
    "first_time_right": Word(
        "Gleich richtig",
        "Von den beantworteten Fällen der Anteil, den die erste Stelle ohne Weitergabe und ohne Wiederöffnung erledigt hat.",
    ),
    "rework": Word(
        "Nacharbeit",
        "Anteil der Fälle, die zu einer früheren Stelle zurückkamen oder nach der Antwort wieder geöffnet wurden.",
    ),
    "reopened": Word(
        "Wieder geöffnet", "Von den beantworteten Fällen der Anteil, der wieder geöffnet wurde."
    ),
    "median_days": Word(
        "Dauer in Tagen",
        "Vom ersten bis zum letzten Schritt, beantwortete Fälle; die Hälfte war schneller (Median).",
    ),
    "first_answer_days": Word(
        "Tage bis zur ersten Antwort",
        "Vom Eingang bis zur ersten Antwort oder Schließung, beantwortete Fälle (Median).",
    ),
    "waiting_days": Word(
        "Wartezeit in Tagen",
        "Tage, in denen niemand daran arbeitete: neu, zugewiesen, wartend oder wieder geöffnet (Median).",
    ),
    "working_days": Word("Bearbeitungszeit in Tagen", "Tage im Zustand „in Arbeit“ (Median)."),
    "unclear": Word(
        "Unklare Zuständigkeit (0 bis 100)",
        "Mittel aus zwei Anteilen: wie verstreut die erste Zuständigkeit ist (0 = immer dieselbe Stelle) und wie viele Fälle "
        "weitergegeben werden.",
    ),
    "duplicates": Word(
        "Doppelte",
        "Anliegen, die mit einem dieser Fälle zusammengeführt wurden. Sie zählen sonst nirgends mit.",
    ),
    "duplicate_share": Word(
        "Anteil Doppelter", "Doppelte, geteilt durch alle Fälle und Doppelten zusammen."
    ),
    "satisfaction": Word(
        "Zufriedenheit (1 bis 5)",
        "Mittel der Bewertungen von Bürgerinnen und Bürgern, 5 ist das Beste; ab fünf Bewertungen.",
    ),
}

SHORT: dict[str, str] = {
    "cases": "Fälle",
    "hand_overs": "Weitergaben",
    "with_hand_over": "Mit Weitergabe",
    "ping_pong": "Hin und Her",
    "revisits": "Rückkehr",
    "first_time_right": "Gleich richtig",
    "rework": "Nacharbeit",
    "reopened": "Wieder geöffnet",
    "median_days": "Dauer (Tage)",
    "first_answer_days": "Erste Antwort (Tage)",
    "waiting_days": "Warten (Tage)",
    "working_days": "Arbeit (Tage)",
    "unclear": "Unklar (0–100)",
    "duplicates": "Doppelte",
    "duplicate_share": "Anteil Doppelter",
    "satisfaction": "Zufriedenheit (1–5)",
}
"""Headings of columns beside each other; above or below stands what they mean."""

SHARES = frozenset(
    {
        "with_hand_over",
        "ping_pong",
        "revisits",
        "first_time_right",
        "rework",
        "reopened",
        "duplicate_share",
    }
)
"""Figures that are shown in per cent."""


def shown(name: str, value: float | None) -> str:
    """A figure of ``MEASURES`` as people read it."""
    return percent(value) if name in SHARES else number(value)


def number(value: float | None) -> str:
    """A figure as people write it: a point in thousands, a comma before decimals; a dash where there is none."""
    if value is None:
        return "–"
    shown = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return shown.translate(str.maketrans(",.", ".,"))


def percent(share: float | None) -> str:
    """With a space before the sign that no line breaks at (DIN 5008)."""
    return "–" if share is None else f"{number(100 * share)}\u00a0%"


TOO_FEW = "Im gewählten Zeitraum gibt es weniger als fünf Fälle. Sie werden nicht ausgewertet, damit niemand zu erkennen ist."

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Without the characters that no XML may hold."""
    return _UNFIT.sub("", text)
