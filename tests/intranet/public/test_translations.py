"""Every sentence of the citizens' pages and mails stands in every catalogue, with the same gaps to fill in."""

import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from config.translations import FOLDER, LANGUAGES, SOURCE, catalogue
from intranet.public import room_status, sending
from intranet.public.room_form import PERSON, fields
from presence.citizens import letters, links, room_requests
from presence.citizens.occupancy import PublicRoom
from presence.spaces.terms import Terms

ROOT = Path(__file__).parents[3]
IN_TEMPLATES = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
IN_CODE = re.compile(r"""\bsay\(\s*"((?:[^"\\]|\\.)*)\"""")
OTHERS = sorted(set(LANGUAGES) - {SOURCE})


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
    for field in [*fields(room, conflicts=True), *PERSON]:
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
    found |= {links.INVALID, links.EXPIRED}
    return found - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated(language: str) -> None:
    assert sorted(spoken() - set(catalogue(language).sentences)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_gaps_are_the_same(language: str) -> None:
    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    sentences = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    assert [german for german, other in sentences.items() if gaps(german) != gaps(other)] == []
