"""What people are written about their Anliegen, in their language and in plain words. Pure.

What nobody has read yet goes out in no automatic mail: an address may be forged, and a stranger's words must not reach
its owner by us. Answers are written by people, who have seen whom they answer.
"""

from dataclasses import dataclass

from config.translations import Catalogue
from workflows.kiss.mail.marks import Mark

RECEIVED, ANSWER, QUESTION, CLOSED, LINK = "received", "answer", "question", "closed", "link"
BY_PEOPLE = frozenset({ANSWER, QUESTION})
SUBJECTS = {
    RECEIVED: "Ihr Anliegen ist bei uns eingegangen",
    ANSWER: "Antwort auf Ihr Anliegen",
    QUESTION: "Eine Frage zu Ihrem Anliegen",
    CLOSED: "Ihr Anliegen ist abgeschlossen",
    LINK: "Ihr neuer Link zu Ihrem Anliegen",
}
OPENINGS = {
    RECEIVED: "vielen Dank für Ihre Nachricht. Ihr Anliegen ist bei uns eingegangen. Es hat die Nummer {number}. Wir suchen jetzt, wer dafür zuständig ist, und melden uns bei Ihnen.",
    CLOSED: "Ihr Anliegen mit der Nummer {number} ist abgeschlossen.",
    LINK: "Sie haben einen neuen Link zu Ihrem Anliegen mit der Nummer {number} angefordert. Alle älteren Links sind gesperrt.",
}
LINK_TO = "Den Stand Ihres Anliegens sehen Sie hier:"
NOT_DONE = "Ist es doch nicht erledigt? Dann sagen Sie es uns über den Link unten."
REPLY = (
    "Sie können auf diese E-Mail einfach antworten. Bitte lassen Sie dabei den Betreff, wie er ist."
)
REPLY_BY_LINK = "Antworten können Sie über diesen Link."
KEEP = "Geben Sie diesen Link nicht weiter: Wer ihn kennt, kann Ihr Anliegen sehen."
TOO_LARGE = "Die Anlagen sind für eine E-Mail zu groß. Wir geben sie Ihnen gern auf anderem Weg."
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class About:
    """What a letter is about. ``title`` is ``None`` where the subject must not tell."""

    number: str
    mark: Mark
    link: str
    title: str | None = None
    can_reply: bool = False


def letter(
    say: Catalogue, what: str, about: About, text: str = "", *, without_files: bool = False
) -> tuple[str, str]:
    """Subject and text. ``text``: what somebody wrote, for answers and questions."""
    if what in BY_PEOPLE:
        parts = [text.strip()]
        if without_files:
            parts.append(say(TOO_LARGE))
        return _subject(say, what, about), "\n\n".join([*parts, _foot(say, about)]) + "\n"
    parts = [say("Guten Tag,"), say(OPENINGS[what], number=about.number)]
    if what == CLOSED:
        parts.append(say(NOT_DONE))
    goodbye = say("Mit freundlichen Grüßen\nIhre Stadtverwaltung")
    return _subject(say, what, about), "\n\n".join([*parts, _foot(say, about), goodbye]) + "\n"


def _subject(say: Catalogue, what: str, about: About) -> str:
    """The mark stands at the end, where programs that shorten subjects for people show the words first."""
    opening = say(SUBJECTS[what])
    if what in BY_PEOPLE and about.title:
        title = about.title
        if len(title) > LONGEST_TITLE:
            title = title[: LONGEST_TITLE - 1].rstrip() + "…"
        opening = f"{opening}: {title}"
    return f"{opening} [{about.mark}]"


def _foot(say: Catalogue, about: About) -> str:
    reply = say(REPLY if about.can_reply else REPLY_BY_LINK)
    return f"-- \n{say(LINK_TO)}\n{about.link}\n\n{reply}\n{say(KEEP)}"
