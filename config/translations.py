"""Words of the citizens' pages and mails in other languages: German is the source, a catalogue per language beside it.

The shape is gettext's: the German sentence is the key, and what a catalogue lacks stays German.
"""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("locale")
SOURCE = "de"
LANGUAGES: dict[str, str] = {"de": "Deutsch", "en": "English"}
"""What people may choose, each by its own name. Leichte Sprache joins with a catalogue ``de-leicht.yaml``."""


class Catalogue(NullTranslations):
    """Sentences by their German original; ``language`` is what pages say in ``lang``."""

    def __init__(self, language: str, sentences: dict[str, str]) -> None:
        super().__init__()
        self.language = language
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        return self.sentences.get(message, message)

    def __call__(self, message: str, **values: object) -> str:
        """The sentence in this language with its ``{names}`` filled in."""
        found = self.gettext(message)
        return found.format_map(values) if values else found


@cache
def catalogue(language: str) -> Catalogue:
    """The words of a language; German for one we don't speak."""
    if language == SOURCE or language not in LANGUAGES:
        return Catalogue(SOURCE, {})
    sentences = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    return Catalogue(language, sentences)


def choose(asked: str | None, accepted: str) -> str:
    """The language of a page: chosen by link, else the first of ``Accept-Language`` (RFC 9110 § 12.5.4) we speak."""
    if asked in LANGUAGES:
        return str(asked)
    wishes = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((-weight, place, tag.partition("-")[0].lower()))
    for weight, _, tag in sorted(wishes):
        if weight < 0 and tag in LANGUAGES:
            return tag
    return SOURCE
