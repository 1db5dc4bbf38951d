"""Complaints about a person of the house: suspected by what they say, in every channel alike. Pure.

A suspicion protects: it lies with the superior until a person says that it is none. That one goes to the accused's own office
could not be undone.
"""

import re
from collections.abc import Iterable

_LOOKED_AT = 20_000
_SUPERVISORY = re.compile(
    r"dienst-?\s?aufsichts-?\s?beschwerde"
    r"|\bbeschwer(?:de|e mich)\s+(?:über|ueber|gegen)\s+(?:ihr(?:e|en)?|eine[nr]?|den|die)\s+(?:\w+e[nr]?\s+)?"
    r"(?:mitarbeiter|sachbearbeiter|beamt|angestellt|bedienstet|kolleg)",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[_.]+")


def is_about_a_person(text: str, title: str = "", names: Iterable[str] = ()) -> bool:
    """Whether it reads like one; ``names``: of the files that came along."""
    said = (title, text[:_LOOKED_AT], *(_JOINTS.sub(" ", name) for name in names))
    return any(_SUPERVISORY.search(each) for each in said)
