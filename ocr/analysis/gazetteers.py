"""Names the analysis may know beforehand: streets, offices, staff, places and the shape of the own Aktenzeichen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from config.seeds import city_data
from config.settings import get_settings


@dataclass(frozen=True)
class Office:
    """An office of the own administration, with the abbreviation used in letters."""

    key: str
    name: str
    short: str


@dataclass(frozen=True)
class Gazetteers:
    """Master data as plain values. ``aktenzeichen_patterns`` are regular expressions without groups;
    ``organisations`` are the names of the own administration; ``model`` names an installed spaCy model
    that adds its named entities (the setting ``RATHAUS_SPACY_MODEL``), ``None`` for rules alone.
    """

    streets: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    staff: tuple[str, ...] = ()
    aktenzeichen_patterns: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    model: str | None = None

    @staticmethod
    @lru_cache(maxsize=1)
    def default() -> "Gazetteers":
        """What the own city's file (setting ``city_file``) says, and nothing of the demo city beside it; else what
        config/seed knows of that, files that are missing there counting as empty. The model is the one the settings name.
        """
        own = get_settings().city_file is not None
        city = city_data() or {}
        known, people = (
            (city.get("offices") or (), city.get("staff") or ())
            if own
            else (_seed("offices.yaml") or (), _seed("people.yaml") or ())
        )
        offices = tuple(
            Office(str(entry["key"]), entry["name"], entry.get("short") or entry["name"])
            for entry in known
        )
        name, pattern = city.get("name"), city.get("aktenzeichen", {}).get("pattern")
        return Gazetteers(
            streets=tuple(_names(city.get("streets") or ())),
            offices=offices,
            staff=tuple(_names(people)),
            aktenzeichen_patterns=(pattern,) if pattern else (),
            places=tuple(
                part
                for key in ("places", "districts")
                for part in _names(city.get(key) or ())
                if part != name
            )
            + ((name,) if name else ()),
            organisations=_own_names(city),
            model=get_settings().spacy_model,
        )


def _own_names(city: Mapping[str, Any]) -> tuple[str, ...]:
    name = city.get("name")
    if not name:
        return ()
    named = [city.get("title") or f"Stadt {name}", f"Stadtverwaltung {name}", f"Rathaus {name}"]
    return tuple(dict.fromkeys(named))


def _names(entries: Mapping[str, Iterable[Any]] | Iterable[Any]) -> Iterable[str]:
    """The names in a list of names, a list of mappings with a name, or lists of names by district."""
    if isinstance(entries, Mapping):
        for part in entries.values():
            yield from _names(part)
        return
    for entry in entries:
        yield str(entry["name"]) if isinstance(entry, Mapping) else str(entry)


def _seed(file: str) -> Any:
    """The content of a seed file, ``None`` where there is none. Raises yaml.YAMLError."""
    import yaml

    path = resources.files("config") / "seed" / file
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else None
