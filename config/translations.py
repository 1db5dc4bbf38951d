"""Words of the citizens' pages and mails in other languages: German is the source, a catalogue per language beside it.

The shape is gettext's: the German sentence is the key, and what a catalogue lacks stays German. What rules and verbs
say comes with its gaps filled in (``Catalogue.told``): it is recognised by its pattern, in a file of its own.
"""

import re
from collections.abc import Mapping
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

    def __init__(
        self, language: str, sentences: dict[str, str], messages: Mapping[str, dict[str, str]]
    ) -> None:
        super().__init__()
        self.language = language
        self.sentences = sentences
        self.messages = messages
        self._patterns = {kind: _patterns(held) for kind, held in messages.items()}

    def gettext(self, message: str) -> str:
        return self.sentences.get(message, message)

    def __call__(self, message: str, **values: object) -> str:
        """The sentence in this language with its ``{names}`` filled in."""
        found = self.gettext(message)
        return found.format_map(values) if values else found

    def told(self, message: str) -> str:
        """A message of a rule or verb, its gaps filled in already. What stands in them is translated too, but names."""
        return self._told("sentences", message)

    def _told(self, kind: str, text: str) -> str:
        if text in self.sentences:
            return self.sentences[text]
        for pattern, other in self._patterns.get(kind, ()):
            if found := pattern.fullmatch(text):
                return other.format_map(
                    {
                        gap: part if gap in _NAMES else self._told(_KINDS.get(gap, "pieces"), part)
                        for gap, part in found.groupdict().items()
                    }
                )
        return text


_NAMES = frozenset({"name", "names", "reason", "date", "number"})
"""Gaps that stay as they are."""
_KINDS = {"message": "sentences"}


def _patterns(held: dict[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """Each original with its gaps as groups, the longest first: it says the most."""
    found = []
    for german in sorted(held, key=len, reverse=True):
        parts = re.split(r"\{(\w+)\}", german)
        groups = (
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        found.append((re.compile("".join(groups), re.DOTALL), held[german]))
    return found


@cache
def catalogue(language: str) -> Catalogue:
    """The words of a language; German for one we don't speak."""
    if language == SOURCE or language not in LANGUAGES:
        return Catalogue(SOURCE, {}, {})
    sentences, messages = (
        yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
        for name in (language, f"{language}-meldungen")
    )
    return Catalogue(language, sentences, messages)


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
