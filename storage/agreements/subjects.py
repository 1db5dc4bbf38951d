"""What a Dienstvereinbarung can be about: every function that could monitor people is off until one allows it.

LPVG BW § 75 gives the staff council its say before such a function is introduced; that a function is merely suited to
monitoring is enough. Rooms name their function by its key.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """``title`` is how the function is called, ``allows`` what is switched on by an agreement about it."""

    key: str
    title: str
    allows: str


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
        ),
        Subject(
            "phone",
            "Telefon als Quelle der Erreichbarkeit",
            "Laufende Gespräche und Rufumleitung der Telefonanlage zählen mit.",
        ),
    )
}
"""By key; later rooms add theirs (learning details, load figures, times of processing)."""
