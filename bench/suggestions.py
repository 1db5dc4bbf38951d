"""How often the suggestions are right, before and after learning, on generated letters nobody has seen."""

from collections.abc import Sequence

from bench.figures import Figure
from config.seeds import load_aktenplan, load_offices
from ocr.analysis.pipeline import analyse
from ocr.documents import Page, Reading
from workflows.demo.documents import plain_texts
from workflows.eakte.profiles import Entry
from workflows.eakte.suggesting import Letter, OfficeName, Suggester
from workflows.eakte.text_model import TextModel, train

TRAINED = 400
TRIED = 400


def _suggester(models: Sequence[TextModel]) -> Suggester:
    entries = [
        Entry(e.number, e.number, e.title, e.keywords, e.kinds, e.office)
        for e in load_aktenplan().entries
    ]
    offices = [
        OfficeName(o.key, o.name, o.short, (o.name, f"Amt {o.number} ", f"- {o.short} -"))
        for o in load_offices()
    ]
    return Suggester(entries, offices, models)


def _letter(text: str) -> Letter:
    pages = (Page(1, text, "text", 1.0),)
    fields = analyse(Reading("text/plain", pages)).fields

    def value(name: str) -> str | None:
        return fields[name].value if name in fields else None

    return Letter(
        [text], subject=value("subject"), recipient=value("recipient"), kind=value("kind")
    )


def measure() -> list[Figure]:
    known = list(plain_texts(11, TRAINED))
    unseen = [(_letter(text), truth) for text, truth in plain_texts(12, TRIED)]
    model = train([text for text, _ in known], [truth["aktenplan"] for _, truth in known])
    assert model is not None
    figures = []
    for what, suggester in (
        ("ohne Beispiele", _suggester([])),
        (f"nach {TRAINED} Bestätigungen", _suggester([model])),
    ):
        results = suggester.suggest([letter for letter, _ in unseen])
        first = sum(
            r["plan_entry"].options[:1] and r["plan_entry"].options[0].value == t["aktenplan"]
            for r, (_, t) in zip(results, unseen, strict=True)
        )
        three = sum(
            any(o.value == t["aktenplan"] for o in r["plan_entry"].options)
            for r, (_, t) in zip(results, unseen, strict=True)
        )
        office = sum(
            r["office"].options[:1] and r["office"].options[0].value == t["office"]
            for r, (_, t) in zip(results, unseen, strict=True)
        )
        sure = [
            (r["plan_entry"].value == t["aktenplan"])
            for r, (_, t) in zip(results, unseen, strict=True)
            if r["plan_entry"].value
        ]
        for name, value in (
            ("Eintrag an erster Stelle", first / TRIED),
            ("Eintrag unter den ersten drei", three / TRIED),
            ("Amt an erster Stelle", office / TRIED),
        ):
            figures.append(
                Figure(
                    f"Ablagevorschlag {what}: {name}",
                    100 * value,
                    "%",
                    None,
                    "",
                    "möglichst viel",
                    holds=value > 0.6,
                )
            )
        right = sum(sure) / max(len(sure), 1)
        figures.append(
            Figure(
                f"Ablagevorschlag {what}: richtig, wo nicht enthalten",
                100 * right,
                "%",
                100 * len(sure) / TRIED,
                "gewagt in %",
                "über 85 %",
                holds=right > 0.85,
            )
        )
    return figures
