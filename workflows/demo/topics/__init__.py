"""What letters on a subject of the Aktenplan talk about: subjects, facts and items that can be bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml
from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Topic:
    """Patterns (see phrases.py) for one entry of the Aktenplan; ``items`` are goods and services."""

    subjects: tuple[str, ...]
    facts: tuple[str, ...]
    items: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def load_topics() -> Mapping[str, Topic]:
    """The topic of each entry, by its number. Raises pydantic.ValidationError for a malformed file."""
    topics: dict[str, Topic] = {}
    files = resources.files(__name__).iterdir()
    for file in sorted(files, key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            data = yaml.safe_load(file.read_text("utf-8"))
            topics |= TypeAdapter(dict[str, Topic]).validate_python(data)
    return topics
