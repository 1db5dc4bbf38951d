"""What a Dienstvereinbarung can be about: every function that could monitor people is off until one allows it.

LPVG BW § 75 gives the staff council its say before such a function is introduced; that a function is merely suited to
monitoring is enough. Rooms name their function by its key. What needs a source of availability is offered once a room
has registered one: nobody shall agree to something that does not exist.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """``title`` is how the function is called, ``allows`` what is switched on by an agreement about it.

    ``fed``: it is there only where a room feeds it (``offer``).
    """

    key: str
    title: str
    allows: str
    fed: bool = False


SUBJECTS: dict[str, Subject] = {
    subject.key: subject
    for subject in (
        Subject(
            "monitor",
            "Anwesenheitsmonitor",
            "Anzeigetafeln und jede Übersicht im Intranet, wer gerade wie erreichbar ist, auch in Listen und Suchergebnissen.",
        ),
        Subject(
            "calendar",
            "Kalender als Quelle der Erreichbarkeit",
            "Frei- und Belegt-Zeiten aus dem eigenen Kalender, den jede Person selbst verbindet.",
        ),
        Subject(
            "booking",
            "Platzbuchung als Quelle der Erreichbarkeit",
            "Gebuchte Arbeitsplätze und Räume zeigen, wo jemand ist, Räume auch „eingeschränkt“.",
            fed=True,
        ),
        Subject(
            "consultation",
            "Videosprechstunde als Quelle der Erreichbarkeit",
            "Wer gerade eine Videosprechstunde hält, ist „nur dringend“ zu erreichen.",
            fed=True,
        ),
        Subject(
            "phone",
            "Telefon als Quelle der Erreichbarkeit",
            "Laufende Gespräche und Rufumleitung der Telefonanlage zählen mit.",
            fed=True,
        ),
    )
}
"""By key; later rooms add theirs (learning details, load figures, times of processing)."""

_fed: set[str] = set()


def offer(key: str) -> None:
    """A room feeds this from now on. Raises ``KeyError`` for what is no subject."""
    _fed.add(SUBJECTS[key].key)


def offered() -> dict[str, Subject]:
    """What an agreement can be entered about today, by key."""
    return {key: each for key, each in SUBJECTS.items() if key in _fed or not each.fed}
