"""Post that is for others: whatever it says of itself, and wherever, it goes on unopened and leaves nothing here."""

import pytest
from sqlalchemy import func, select

from storage.jobs.tables import Job
from storage.organisation.operations import add_office
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import LONG_AGO, MONDAY, SYSTEM, City
from tests.workflows.kiss.mail.conftest import TakeIn, everything, letter, mark, said
from workflows.eakte.tables import Document
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.tables import Message
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.glance import others_post
from workflows.kiss.mail.tables import MailItem

SECRET = "Im Bauhof wird Geld veruntreut."


def with_offices(city: City, *keys: str) -> City:
    with city.house.database.write() as session:
        for number, key in enumerate(keys, 90):
            city.offices[key] = add_office(
                session, SYSTEM, key=key, number=str(number), name=key.title(), short=key.title(),
                valid_from=LONG_AGO, now=city.clock(),
            ).id  # fmt: skip
    return city


def sealed(city: City) -> Document:
    with city.house.database.read() as session:
        [document] = session.scalars(select(Document)).all()
    assert (document.state, document.protection) == ("unopened", "unopened")
    return document


def nothing_of_it_is_here(city: City) -> None:
    assert everything(city) == []
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        items = session.scalars(select(MailItem)).all()
    assert [(each.fate, each.original, each.sender, each.subject) for each in items] == [
        ("handed_over", None, None, None)
    ]


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (SECRET, {"To": "meldestelle@stadt.example", "Cc": "personalrat@stadt.example"}),
        (SECRET, {"Subject": "Hinweisgebermeldung: Bewerbungen"}),
        (SECRET, {"Subject": "Vertraulich, persönlich: HinSchG"}),
        (f"Ich melde als Hinweisgeberin nach HinSchG: {SECRET}", {}),
        (f"Wer ist hier zuständig? {SECRET} Ich schreibe als\nHinweisgeber.", {}),
    ],
)
def test_a_report_goes_to_the_reporting_office_whatever_else_it_could_be(
    with_mailbox: City, take_in: TakeIn, text: str, headers: dict[str, str]
) -> None:
    city = with_offices(with_mailbox, "beauftragte", "personalrat", "personal")
    assert take_in(letter(text, **headers)) == [Fate.HANDED_OVER]
    assert take_in(letter(text, **headers)) == [None]
    document = sealed(city)
    assert (document.office_id, document.unopened_rule) == (
        city.offices["beauftragte"],
        "hinweisgeber",
    )
    nothing_of_it_is_here(city)


def test_a_report_is_known_by_the_name_of_what_is_attached(
    with_mailbox: City, take_in: TakeIn
) -> None:
    city = with_offices(with_mailbox, "beauftragte")
    mail = letter("Siehe Anlage.", "Unterlagen")
    mail.add_attachment(
        b"%PDF-1.4", maintype="application", subtype="pdf", filename="Meldung_HinSchG.pdf"
    )
    assert take_in(mail) == [Fate.HANDED_OVER]
    assert sealed(city).unopened_rule == "hinweisgeber"
    nothing_of_it_is_here(city)


@pytest.mark.parametrize(
    ("headers", "rule", "office"),
    [
        ({"Cc": "personalrat@stadt.example"}, "personalrat", "personalrat"),
        ({"To": "personalrat@stadt.example"}, "personalrat", "personalrat"),
        ({"Subject": "Bewerbung als Gärtnerin"}, "bewerbung", "personal"),
        ({"To": "bem@stadt.example"}, "bem", "beauftragte"),
        ({"Subject": "Angebot – nicht öffnen"}, "vergabe", "rechtsamt"),
        ({"To": "briefwahl@stadt.example"}, "briefwahl", "buergerdienste"),
        ({"Sensitivity": "Private"}, "persoenlich", "hauptamt"),
    ],
)
def test_other_post_that_is_not_ours_is_not_opened_either(
    with_mailbox: City, take_in: TakeIn, headers: dict[str, str], rule: str, office: str
) -> None:
    city = with_offices(
        with_mailbox, "beauftragte", "personalrat", "personal", "rechtsamt", "buergerdienste"
    )
    assert take_in(letter("Bitte vertraulich: Es geht um das HinSchG.", **headers)) == [
        Fate.HANDED_OVER
    ]
    document = sealed(city)
    assert (document.unopened_rule, document.office_id) == (rule, city.offices[office])
    nothing_of_it_is_here(city)


def test_a_reply_belongs_to_its_anliegen_whatever_that_is_called(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Welcher Platz?", asks=True)
    subject = f"AW: Bewerbung um einen Standplatz [{mark(with_mailbox, anliegen)}]"
    assert take_in(letter("Der am Brunnen.", subject)) == [Fate.HEARD]
    forged = subject.replace("-00001-", "-00002-")
    assert take_in(letter("Der am Brunnen.", forged, number=2)) == [Fate.HANDED_OVER]


def test_a_reply_that_is_a_report_is_handed_over_and_one_that_quotes_the_word_is_not(
    with_mailbox: City, take_in: TakeIn
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(
        with_mailbox, answer, "tim", anliegen, "Die Stelle nach HinSchG ist im Rathaus.", asks=True
    )
    subject = f"AW: Anliegen [{mark(with_mailbox, anliegen)}]"
    thanks = "Danke, das genügt mir schon.\n\n> Die Stelle nach HinSchG ist im Rathaus.\n"
    assert take_in(letter(thanks, subject)) == [Fate.HEARD]
    report = f"Dann melde ich als Hinweisgeber: {SECRET}"
    assert take_in(letter(report, subject, number=2)) == [Fate.HANDED_OVER]
    assert len(said(with_mailbox, anliegen)) == 2


def test_of_one_that_can_t_be_read_the_head_decides_in_the_same_way() -> None:
    head = b"From: a@b.de\nCc: personalrat@stadt.example\nSubject: {}\n\n"
    day = MONDAY.date()
    assert others_post(head.replace(b"{}", b"Hinweisgebermeldung"), day) == "hinweisgeber"
    assert others_post(head, day) == "personalrat"
