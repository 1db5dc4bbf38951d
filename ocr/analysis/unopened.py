"""Which post is forwarded unopened: folder, file name, mail header or the uploader's tick decide, never the content.

What a rule matches is not read: no OCR, no index, no learning, straight to the addressee (config/seed/unopened.yaml).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import getaddresses
from functools import lru_cache
from importlib import resources
from typing import Any

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to")


@dataclass(frozen=True, slots=True)
class UnopenedRule:
    """A class of post to hand over as it is. ``forward_to`` is the key of an office, ``None`` for the person
    the envelope names; ``named``: for the people named for the rule alone, whichever office it lies with; ``key`` holds
    letters and digits only; words, folders and addresses are folded (lower case, ae oe ue ss).
    """

    key: str
    title: str
    forward_to: str | None
    valid_from: date
    valid_to: date | None
    source: str
    words: tuple[str, ...]
    folders: tuple[str, ...]
    addresses: tuple[str, ...]
    headers: tuple[tuple[str, tuple[str, ...]], ...]
    tick: str
    named: bool = False

    @property
    def personal(self) -> bool:
        """For the person on the envelope, whom no rule knows."""
        return self.forward_to is None and not self.named


@lru_cache(maxsize=1)
def seed() -> tuple[UnopenedRule, ...]:
    """The rules of config/seed/unopened.yaml in the order in which they are tried."""
    import yaml

    data = yaml.safe_load((resources.files("config") / "seed" / "unopened.yaml").read_text("utf-8"))
    return tuple(_rule(entry) for entry in data["rules"])


def _rule(entry: Mapping[str, Any]) -> UnopenedRule:
    return UnopenedRule(
        key=entry["key"],
        title=entry["title"],
        forward_to=entry["forward_to"],
        valid_from=entry["valid_from"],
        valid_to=entry.get("valid_to"),
        source=entry["source"],
        words=tuple(fold(word) for word in entry["words"]),
        folders=tuple(fold(word) for word in entry["folders"]),
        addresses=tuple(entry["addresses"]),
        headers=tuple((name, tuple(values)) for name, values in entry.get("headers", {}).items()),
        tick=entry["tick"],
        named=entry.get("named", False),
    )


def fold(text: str) -> str:
    """Lower case, umlauts spelled out, everything but letters and digits a single blank."""
    import unicodedata

    plain = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    return " ".join(re.findall(r"[^\W_]+", plain))


def forward_unopened(
    name: str,
    folder: str | None,
    headers: Mapping[str, Any],
    rules: Sequence[UnopenedRule] | None = None,
    *,
    tick: str | None = None,
    today: date | None = None,
) -> UnopenedRule | None:
    """The first rule that claims this post, ``None`` where it may be opened.

    ``name``: file name; ``folder``: path of the folder it lay in; ``headers``: mail headers, names in lower case,
    values text or lists of text; ``rules``: by default the seed's; ``tick``: key the uploader ticked;
    ``today``: leaves out rules that are not valid on that day, all count without it.
    """
    known = [rule for rule in (seed() if rules is None else rules) if _counts(rule, today)]
    if tick:
        for rule in known:
            if rule.tick == tick:
                return rule
    lowered = {key.lower(): value for key, value in headers.items()}
    written = f" {fold(re.sub(r'[.][A-Za-z0-9]{1,5}$', '', name))} | {fold(_text(lowered.get('subject')))} "
    parts = [f" {fold(part)} " for part in re.split(r"[\\/]", folder or "")]
    boxes = _boxes(lowered)
    for rule in known:
        if (
            any(f" {word} " in written for word in rule.words)
            or any(f" {word} " in part for word in rule.folders for part in parts)
            or any(_addressed(box, address) for address in rule.addresses for box in boxes)
            or any(
                _text(lowered.get(key)).strip().lower() in values for key, values in rule.headers
            )
        ):
            return rule
    return None


def _counts(rule: UnopenedRule, today: date | None) -> bool:
    return today is None or (
        rule.valid_from <= today and (rule.valid_to is None or today <= rule.valid_to)
    )


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def _boxes(headers: Mapping[str, Any]) -> list[str]:
    """What stands before the @ of each recipient, in lower case."""
    pairs = getaddresses([_text(headers.get(key)) for key in _RECIPIENTS if headers.get(key)])
    return [address.rpartition("@")[0].lower() for _, address in pairs if "@" in address]


def _addressed(box: str, address: str) -> bool:
    """``dsb`` and ``dsb-stadt`` and ``amt.dsb`` are addressed, ``dsbauer`` is not."""
    return address in re.split(r"[.+_-]", box)
