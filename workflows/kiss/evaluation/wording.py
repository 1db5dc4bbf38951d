"""What the evaluation calls its figures, and what exactly each of them means: no figure is shown without its definition."""

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


def number(value: float | None) -> str:
    """A figure as people write it: a point in thousands, a comma before decimals; a dash where there is none."""
    if value is None:
        return "–"
    shown = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return shown.translate(str.maketrans(",.", ".,"))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{number(100 * share)} %"
