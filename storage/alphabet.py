"""The order of German lists (DIN 5007-1): ä stands with a, ß with ss, capitals and marks change nothing."""

import unicodedata


def place_of(name: str) -> str:
    """What names are sorted by."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
