"""Distinguished names (RFC 4514) in one spelling, so that they can be compared."""

import re
import unicodedata

_ESCAPED = re.compile(r"(?:\\[0-9a-fA-F]{2})+|\\.")
_BLANKS = re.compile(r" {2,}")
_AROUND = re.compile(r" *(?<!\\)([,=+]) *")
_SPECIAL = frozenset(',+"\\<>;=#')


def normal(name: str) -> str:
    r"""Lower case, umlauts as letters (``\C3\BC`` is ü), special signs escaped by ``\``, blanks as they count: once inside
    and not at the ends of a value (RFC 4518, 2.6.1), even where they are escaped.
    """
    if "\\" in name:
        name = _ESCAPED.sub(_spelled_out, name)
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    if " " in name:
        name = _AROUND.sub(r"\1", _BLANKS.sub(" ", name.strip(" ")))
    return name.casefold()


def _spelled_out(run: re.Match[str]) -> str:
    if len(run[0]) == len("\\x"):
        return " " if run[0][1] == " " else run[0]
    octets = bytes.fromhex(run[0].replace("\\", ""))
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return run[0]
    return "".join(f"\\{sign}" if sign in _SPECIAL else sign for sign in text)
