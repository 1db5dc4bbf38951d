"""A small sum for the browser, so that sending many forms costs something; whoever has no script waits instead.

Found is a number whose SHA-256 together with the form's own begins with so many zero bits (as in Hashcash). A form's
number is good for one sending, so a sum can't be used twice.
"""

import re
from datetime import timedelta
from hashlib import sha256

from intranet.public.seals import Seal

BITS = 17
"""Half a second on a desk, two on an old telephone, while the form is being filled in."""
PATIENCE = timedelta(seconds=20)
STEPS = (5, 15, 30)
"""Sendings of one connection within an hour from which on the sum is twice as long, and the waiting too. Behind one
address there may be a town hall's terminal or thousands of telephones: it costs them more, but nobody is shut out."""
BUSY = (
    "Von Ihrem Anschluss kommen gerade viele Meldungen. Die Prüfung dauert deshalb länger, ohne Skripte bis zu drei "
    "Minuten. Ihre Angaben sind noch da. Bitte senden Sie sie gleich noch einmal ab."
)
WAIT = (
    "Ihr Browser führt keine Skripte aus. Damit keine Maschine unser Formular überflutet, dauert die Prüfung "
    "dann 20 Sekunden. Ihre Angaben sind noch da. Bitte senden Sie sie gleich noch einmal ab."
)
_FOUND = re.compile(r"\d{1,12}", re.ASCII)


def harder(lately: int) -> int:
    """By how many bits the sum is longer after so many sendings within an hour."""
    return sum(lately >= each for each in STEPS)


def is_solved(number: str, found: str, bits: int = BITS) -> bool:
    """``number``: the form's own (``Seal.number``); ``found``: what the browser sent."""
    if not _FOUND.fullmatch(found):
        return False
    digest = sha256(f"{number}:{found}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - bits) == 0


def paid(seal: Seal, found: str, more: int = 0) -> bool:
    """Whether the sum is right, or somebody waited instead. ``more``: how much harder it is (``harder``).

    One step less is enough: others may have sent theirs while this form was filled in.
    """
    less = max(0, more - 1)
    return seal.age >= PATIENCE * 2**less or is_solved(seal.number, found, BITS + less)
