"""Login names: how they are kept, and which spellings of a name are to be taken for the same. Pure."""

import unicodedata


def same_login(text: str) -> str:
    """The spelling that is kept: without blanks around it, in lower case, composed letters (NFC)."""
    return unicodedata.normalize("NFC", text.strip().lower())


def alike(text: str) -> str:
    """One and the same text for all spellings that a directory may find one name by, to be compared and not shown.

    Directories compare without case, in compatibility forms (full-width letters, ligatures) and with blanks collapsed
    (RFC 4518, 2.2 to 2.6); the folding is Unicode's compatibility caseless match (Unicode 3.13, D146).
    """
    folded = unicodedata.normalize("NFD", text).casefold()
    folded = unicodedata.normalize("NFKD", folded).casefold()
    return " ".join(unicodedata.normalize("NFKD", folded).split())
