"""The language of a text by its stop words: de, en or other."""

import re
from collections.abc import Iterable

from ocr.documents import Evidence, Field

_WORD = re.compile(r"[^\W\d_]{2,}")
_GERMAN = frozenset(
    "der die das und ist nicht mit für von dem den ein eine einer eines einem auf zu zum zur sich auch im in wir ich sie es bei nach aus wird werden wurde hat haben als an oder wie bis über unter durch bitte ihre ihr ihnen mein meine uns dass kann diese dieser vom am sind rechnung datum betrag summe stadt straße seite nummer anlage menge gesamt telefon".split()  # noqa: SIM905
)
_ENGLISH = frozenset(
    "the and is not with for of to a an in on that this it be are was we you your our by from or as at have has will would please which can may any been their there dear sincerely if invoice date amount total number street page".split()  # noqa: SIM905
)
_SAMPLE = 6000


def find_language(texts: Iterable[str]) -> Field:
    """``de``, ``en`` or ``other`` for texts long enough to tell, else ``None``. ``texts`` are folded."""
    sample = ""
    for text in texts:
        sample += text
        if len(sample) > _SAMPLE:
            break
    words = _WORD.findall(sample[:_SAMPLE])
    if len(words) < 8:
        return Field(None, 0.0)
    german = sum(word in _GERMAN for word in words) / len(words)
    english = sum(word in _ENGLISH for word in words) / len(words)
    umlauts = any(c in sample for c in "äöüß")
    scores = {"de": german + (0.04 if umlauts else 0.0), "en": english}
    best = max(scores, key=lambda key: scores[key])
    if scores[best] < 0.06:
        return Field("other", 0.5 if scores[best] < 0.03 else 0.3, alternatives=((best, 0.3),))
    sure = scores[best] / (scores["de"] + scores["en"])
    evidence = (
        Evidence(
            None, None, None, f"{scores[best]:.0%} Funktionswörter", "stop_words", round(sure, 2)
        ),
    )
    other = "en" if best == "de" else "de"
    return Field(
        best,
        round(min(0.99, sure), 3),
        evidence,
        ((other, round(1 - sure, 3)),) if sure < 0.99 else (),
    )
