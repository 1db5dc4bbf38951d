"""File names from outside, made safe to show, to log and to store."""

import re
import unicodedata

# Control and format characters incl. the bidirectional overrides that make "gnp.exe" look like "exe.png".
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile(r'[<>:"|?*]')
_LONGEST = 150


def safe_name(name: str | None, fallback: str = "Anhang") -> str:
    """``name`` without directories, control characters and characters that file systems refuse."""
    text = unicodedata.normalize("NFC", name or "")
    text = text.replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c for c in text if unicodedata.category(c) not in _UNSAFE_CATEGORIES)
    text = " ".join(_RESERVED.sub("_", text).split()).strip(". ")
    if not text:
        return fallback
    if len(text) > _LONGEST:
        stem, dot, ending = text.rpartition(".")
        if dot and len(ending) <= 10:
            return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
        return text[:_LONGEST]
    return text


def safe_folder(path: str) -> str | None:
    """The folders of a path, each as ``safe_name`` makes it, parted by slashes; none where it has none."""
    parts = path.replace("\\", "/").split("/")[:-1]
    return "/".join(name for part in parts if (name := safe_name(part, ""))) or None
