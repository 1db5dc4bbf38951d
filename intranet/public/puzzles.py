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
WAIT = (
    "Ihr Browser führt keine Skripte aus. Damit keine Maschine unser Formular überflutet, dauert die Prüfung "
    "dann 20 Sekunden. Ihre Angaben sind noch da. Bitte senden Sie sie gleich noch einmal ab."
)
_FOUND = re.compile(r"\d{1,12}", re.ASCII)


def is_solved(number: str, found: str) -> bool:
    """``number``: the form's own (``Seal.number``); ``found``: what the browser sent."""
    if not _FOUND.fullmatch(found):
        return False
    digest = sha256(f"{number}:{found}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def paid(seal: Seal, found: str) -> bool:
    """Whether the sum is right, or somebody waited instead."""
    return seal.age >= PATIENCE or is_solved(seal.number, found)
