"""Every sentence of the citizens' pages and mails stands in every catalogue, with the same gaps to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

from config.translations import FOLDER, LANGUAGES, SOURCE, catalogue
from intranet.public import (
    bodies,
    confirming,
    forms,
    puzzles,
    report_form,
    report_status,
    room_confirming,
    room_status,
    rooms,
    sending,
    uploads,
)
from intranet.public.room_form import PERSON, fields
from presence.citizens import deciding, letters, links, offers, room_requests
from presence.citizens.occupancy import PublicRoom
from presence.spaces.terms import Terms
from workflows.kiss.citizens import examining, following
from workflows.kiss.citizens.reporting import ForReportingOfficeError

FIELDS = (
    "von",
    "bis",
    "tag",
    "verein",
    "name",
    "letzter_tag",
    "bilder",
    "ort",
    "thema",
    "betroffen",
)
"""Names of fields that stand where messages do."""
ROOT = Path(__file__).parents[3]
IN_TEMPLATES = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
IN_CODE = re.compile(r"""\bsay\(\s*"((?:[^"\\]|\\.)*)\"""")
SPEAKING = {"message", "refuse", "_WrongError", "LinkError"}
"""Calls whose words people read."""
RULES = (
    "presence/spaces/terms.py",
    "presence/citizens/wishes.py",
    "presence/citizens/room_requests.py",
)
OTHERS = sorted(set(LANGUAGES) - {SOURCE})


def in_pages() -> Iterator[str]:
    """Titles and messages of the pages' code, where they stand in it as they are."""
    for path in (ROOT / "intranet/public").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            titles = [each.value for each in call.keywords if each.arg in {"title", "submit"}]
            for value in [*(call.args if name in SPEAKING else []), *titles]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def said_by_rules() -> Iterator[str]:
    """Whole sentences of the rules a form is checked by, with ``{}`` where they fill something in."""
    for name in RULES:
        tree = ast.parse((ROOT / name).read_text("utf-8"))
        inside = {
            id(part)
            for each in ast.walk(tree)
            if isinstance(each, ast.JoinedStr)
            for part in each.values
        }
        for node in ast.walk(tree):
            text = ""
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in inside
            ):
                text = node.value
            if (
                re.search(r"(Bitte|Tage?|Sie|Zeit|geschlossen|gesperrt)\b.*[.:)}]$", text)
                and "``" not in text
            ):
                yield text


def spoken() -> set[str]:
    """The German sentences that are looked up."""
    room = PublicRoom(
        links.UUID(int=0), "", "", "", "", "", 1, (), "", Terms("", "both", (), True, None, 1), (),
        None, (0, 0, 0, 0), "", (0, 0),
    )  # fmt: skip
    found = set()
    for template in (ROOT / "intranet/public/templates").glob("*.html"):
        found |= {a or b for a, b in IN_TEMPLATES.findall(template.read_text("utf-8"))}
    for name in ("intranet/public/week.py", "presence/citizens/letters.py"):
        found |= {
            text.replace("\\n", "\n") for text in IN_CODE.findall((ROOT / name).read_text("utf-8"))
        }
    for field in [*fields(room, conflicts=True), *PERSON, *report_form.fields()]:
        found |= {
            field.label,
            field.hint,
            field.missing,
            field.when,
            *(words for _, words in field.options),
        }
    found |= {*letters.SUBJECTS.values(), *letters.OPENINGS.values(), *letters.STATES.values()}
    found |= {*room_status.DONE.values(), room_status.OVER, room_requests.REVOKED}
    found |= {sending.STALE, sending.TRAPPED, sending.TOO_FAST, sending.TOO_OFTEN}
    found |= {links.INVALID, links.EXPIRED, forms.NO_DAY, offers.OVER, offers.CHANGED}
    found |= {offers.REPLACED, deciding.GONE, room_requests.TOO_MANY, room_requests.CHANGED}
    found |= {*report_status.STATES.values(), *report_status.DONE.values(), report_status.NOTHING}
    found |= {report_status.ANSWERED_BEFORE}
    found |= {words for _, words in report_status.RATINGS}
    found |= {report_status.TOO_OFTEN, report_status.RATE_1_TO_5, report_form.NO_SPACE}
    found |= {report_form.WHERE, report_form.ONLY_SUPERVISORY, puzzles.WAIT}
    found |= {str(ForReportingOfficeError())}
    found |= {uploads.TOO_MANY, uploads.TOO_LARGE, uploads.HEIC, uploads.NO_PICTURE, uploads.AGAIN}
    found |= {uploads.NO_FILE, examining.PROGRAM, examining.ARCHIVE, examining.LOCKED}
    found |= {examining.DAMAGED}
    found |= {puzzles.BUSY}
    found |= {bodies.TOO_SLOW, bodies.TOO_MUCH, bodies.NO_ROOM}
    found |= {following.REVOKED, following.GONE}
    found |= {rooms.BACK[1], room_confirming.TITLE, confirming.OVER}
    found |= set(in_pages()) - set(FIELDS)
    return found - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated(language: str) -> None:
    assert sorted(spoken() - set(catalogue(language).sentences)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_gaps_are_the_same(language: str) -> None:
    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    sentences = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    messages = yaml.safe_load((FOLDER / f"{language}-meldungen.yaml").read_text("utf-8"))
    everything = [
        *sentences.items(),
        *(pair for held in messages.values() for pair in held.items()),
    ]
    assert [german for german, other in everything if gaps(german) != gaps(other)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_rules_say_is_known(language: str) -> None:
    held = catalogue(language)
    known = {
        re.sub(r"\{\w+\}", "{}", each) for each in (*held.messages["sentences"], *held.sentences)
    }
    said = set(said_by_rules())
    assert len(said) > 12
    assert sorted(said - known) == []


@pytest.mark.parametrize(
    ("german", "english"),
    [
        ("Großer Saal ist in dieser Zeit schon gebucht. Frei ist: „Treff“.",
         "Großer Saal is booked already at this time. Free instead: „Treff“."),
        (("Saal und Foyer ist dienstags von 8:00 bis 12:00 und 14:00 bis 18:00 Uhr geöffnet. "
         "Bitte wählen Sie eine Zeit, zu der am Dienstag geöffnet ist."),
         ("Saal und Foyer is open on Tuesdays from 8:00 to 12:00 and 14:00 to 18:00. "
         "Please choose a time at which it is open on Tuesday.")),
        ("Saal kann am Stück höchstens 2 Stunden und 30 Minuten gebucht werden.",
         "Saal can be booked for at most 2 hours and 30 minutes at a time."),
        ("Das Dach ist undicht.", "Das Dach ist undicht."),
    ],
)  # fmt: skip
def test_messages_are_known_with_their_gaps_filled_in(german: str, english: str) -> None:
    assert catalogue("en").told(german) == english
    assert catalogue("de").told(german) == german
