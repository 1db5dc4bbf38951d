"""Distinguished names (RFC 4514) in one spelling, so that they can be compared."""

import re

_HEX_RUN = re.compile(r"(?:\\[0-9a-fA-F]{2})+")
_AROUND = re.compile(r" *(?<!\\)([,=+]) *")
_SPECIAL = frozenset(',+"\\<>;=#')


def normal(name: str) -> str:
    r"""Lower case, no blanks around separators, umlauts as letters (``\C3\BC`` is ü), special signs escaped by ``\``."""
    if "\\" in name:
        name = _HEX_RUN.sub(_spelled_out, name)
    if " " in name:
        name = _AROUND.sub(r"\1", name.strip())
    return name.casefold()


def _spelled_out(run: re.Match[str]) -> str:
    octets = bytes.fromhex(run[0].replace("\\", ""))
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return run[0]
    return "".join(f"\\{sign}" if sign in _SPECIAL else sign for sign in text)
