"""What citizens are written: each their own link, in the conversation they began, and never too much by machines."""

from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from ocr.detection import PDF
from presence.citizens.links import LinkError
from storage.blobs.store import BlobStore
from storage.jobs.handlers import JobContext
from storage.jobs.tables import Job
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    TakeIn,
    everything,
    letter,
    mark,
    said,
    sent,
    written,
)
from workflows.kiss.anliegen.answering import TELL, answer, release
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.conversation import FileIn
from workflows.kiss.anliegen.links import AnliegenLinks
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import Caller
from workflows.kiss.anliegen.tables import Contact
from workflows.kiss.mail.refused import REFUSED
from workflows.kiss.work import schedules


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_who_writes_is_told_that_it_arrived(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter("Streng geheim", "Loch [kauft Uhren]"))
    [row] = everything(with_mailbox)
    [receipt] = sent(with_mailbox)
    assert receipt["To"] == "erika@example.org"
    assert (
        receipt["Subject"] == f"Ihr Anliegen ist bei uns eingegangen [{mark(with_mailbox, row.id)}]"
    )
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["In-Reply-To"] == "<1@example.org>"
    assert receipt["Reply-To"] == f"feedback+{mark(with_mailbox, row.id)}@stadt.example"
    text = body(receipt)
    assert "2026-00001" in text
    assert "/anliegen/" in text
    assert "geheim" not in text, "nothing a stranger typed goes to an address that may be forged"
    assert "Uhren" not in receipt["Subject"]


def test_an_answer_comes_from_a_person(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter())
    [row] = everything(with_mailbox)
    deed(with_mailbox, assign, "kora", row.id, To(with_mailbox.groups["tiefbau"]))
    deed(with_mailbox, answer, "tim", row.id, "Guten Tag,\n\nwir kommen am Montag.\n\nTim")
    found = {each["Subject"].partition(" [")[0]: each for each in sent(with_mailbox)}
    reply = found["Antwort auf Ihr Anliegen: Schlagloch"]
    assert "Auto-Submitted" not in reply
    assert reply["In-Reply-To"] == "<1@example.org>"
    receipt = found["Ihr Anliegen ist bei uns eingegangen"]
    assert reply["References"].split() == ["<1@example.org>", receipt["Message-ID"]]
    assert body(reply).startswith("Guten Tag,\n\nwir kommen am Montag.\n\nTim\n\n-- \n")
    assert reply.get_content_type() == "text/plain"
    assert mark(with_mailbox, row.id) in reply["Message-ID"]


def test_the_link_in_a_mail_opens_this_anliegen_alone(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter())
    [row] = everything(with_mailbox)
    [receipt] = sent(with_mailbox)
    token = body(receipt).partition("/anliegen/")[2].split()[0]
    links = AnliegenLinks(with_mailbox.house.settings)
    now = with_mailbox.clock()
    assert (links.read(token, now).id, links.read(token, now).revision) == (row.id, 1)
    with pytest.raises(LinkError):
        links.read(token, now + timedelta(days=3 * 366 + 1))
    with pytest.raises(LinkError):
        links.links.read("raumanfrage", token, now)


def test_files_go_along(with_mailbox: City) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    blobs = with_mailbox.house.blobs
    with blobs.stage(b"%PDF-1.4 Plan") as plan, blobs.stage(b"From: a@b.de\n\nx") as old:
        files = [FileIn("Plan.pdf", PDF, plan), FileIn("alt.eml", "message/rfc822", old)]
        deed(with_mailbox, answer, "tim", anliegen, "Anbei der Plan.", files=files, blobs=blobs)
    [mail] = sent(with_mailbox)
    found = [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]
    assert found == [("Plan.pdf", b"%PDF-1.4 Plan"), ("alt.eml", b"From: a@b.de\n\nx")]


def test_files_too_large_for_mail_stay_here_and_are_named(with_mailbox: City) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    blobs: BlobStore = with_mailbox.house.blobs
    with blobs.stage(bytes(13 * 1024 * 1024)) as large:
        files = [FileIn("Plan.pdf", PDF, large)]
        deed(with_mailbox, answer, "tim", anliegen, "Anbei.", files=files, blobs=blobs)
    [mail] = sent(with_mailbox)
    assert list(mail.iter_attachments()) == []
    assert "zu groß" in body(mail)


def merged(city: City) -> "tuple[UUID, UUID, UUID]":
    main = given_to(city, "tiefbau", caller=Caller("Erika", "erika@example.org"), title="Loch")
    karl = given_to(city, "tiefbau", caller=Caller("Karl", "karl@example.org"), title="Krater")
    again = given_to(city, "tiefbau", caller=Caller("Erika", "ERIKA@example.org"), title="Noch da")
    for each in (karl, again):
        deed(city, merge, "tim", each, main)
    return main, karl, again


def test_one_answer_reaches_all_who_asked_and_names_none_of_the_others(with_mailbox: City) -> None:
    main, karl, _ = merged(with_mailbox)
    deed(with_mailbox, answer, "tim", main, "Wir füllen es am Montag.")
    mails = {each["To"]: each for each in sent(with_mailbox)}
    assert set(mails) == {"erika@example.org", "karl@example.org"}
    assert "Krater" in mails["karl@example.org"]["Subject"]
    assert mark(with_mailbox, karl) in mails["karl@example.org"]["Subject"]
    for mail, other in (("karl@example.org", "rika"), ("erika@example.org", "arl")):
        assert other not in mails[mail].as_string()
    links = [body(each).partition("/anliegen/")[2].split()[0] for each in mails.values()]
    assert links[0] != links[1]


def test_closing_without_an_answer_is_told_to_all(with_mailbox: City) -> None:
    main, _, _ = merged(with_mailbox)
    deed(with_mailbox, close, "tim", main)
    assert sorted(each["To"] for each in sent(with_mailbox)) == [
        "erika@example.org",
        "karl@example.org",
    ]


def test_nothing_goes_out_before_the_second_pair_of_eyes(with_mailbox: City) -> None:
    anliegen = given_to(with_mailbox, "ordnung", "laerm")
    deed(with_mailbox, answer, "otto", anliegen, "Wir messen nach.")
    assert sent(with_mailbox) == []
    [waiting] = said(with_mailbox, anliegen, "answer")
    with with_mailbox.house.database.write() as session:
        release(
            session,
            with_mailbox.staff("olga"),
            waiting.id,
            waiting.revision,
            now=with_mailbox.clock(),
        )
    assert len(sent(with_mailbox)) == 1


def test_who_left_no_address_is_not_written_to(with_mailbox: City) -> None:
    anliegen = given_to(with_mailbox, "tiefbau", caller=Caller("Erika", phone="0700 1"))
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    assert sent(with_mailbox) == []


def test_english_for_who_writes_english(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter("There is a hole.", "Hole", Content_Language="en-GB"))
    [receipt] = sent(with_mailbox)
    assert receipt["Subject"].startswith("We have received your message [")
    assert "Guten Tag" not in body(receipt)


def test_without_a_mailbox_people_answer_by_the_link(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    [mail] = sent(city)
    assert "Reply-To" not in mail
    assert "über diesen Link" in body(mail)


def test_a_supervisory_complaint_is_not_named_in_a_subject(
    with_mailbox: City, take_in: TakeIn
) -> None:
    take_in(letter("über Herrn X", "Dienstaufsichtsbeschwerde gegen Herrn X"))
    [row] = everything(with_mailbox)
    with with_mailbox.house.database.write() as session:
        answer(
            session,
            with_mailbox.staff("hilde"),
            row.id,
            row.revision,
            "Ich gehe dem nach.",
            now=with_mailbox.clock(),
        )
    subjects = [each["Subject"] for each in sent(with_mailbox)]
    assert all("Herrn" not in each for each in subjects)
    assert len(subjects) == 2


def test_one_address_gets_so_many_automatic_mails_a_day(
    with_mailbox: City, take_in: TakeIn
) -> None:
    for number in range(8):
        take_in(letter(f"Meldung {number}", number=number + 1))
    assert len(everything(with_mailbox)) == 8
    assert len(written(with_mailbox)) == Settings.model_fields["notices_per_day"].default
    anliegen = everything(with_mailbox)[-1].id
    deed(with_mailbox, assign, "kora", anliegen, To(with_mailbox.groups["tiefbau"]))
    deed(with_mailbox, answer, "tim", anliegen, "Ein Mensch antwortet immer.")
    assert len(written(with_mailbox)) == 6
    with_mailbox.clock.forward(hours=25)
    take_in(letter("Am nächsten Tag", number=99))
    assert len(written(with_mailbox)) == 7


def test_the_job_done_twice_writes_one_mail(with_mailbox: City, take_in: TakeIn) -> None:
    take_in(letter())
    assert len(written(with_mailbox)) == 1
    with with_mailbox.house.database.write() as session:
        session.execute(update(Job).where(Job.kind == "kiss.tell").values(state="waiting"))
    assert len(written(with_mailbox)) == 1


def test_an_answer_the_server_refuses_is_noted_once_also_where_no_mailbox_is_read(
    with_mailbox: City,
) -> None:
    anliegen = given_to(with_mailbox, "tiefbau")
    deed(with_mailbox, answer, "tim", anliegen, "Erledigt.")
    written(with_mailbox)
    house = with_mailbox.house
    why = "Der Mailserver nimmt den Empfänger nicht an (Antwort 550)."
    with house.database.write() as session:
        session.execute(update(Job).where(Job.kind == "mail").values(state="failed", reason=why))
    without = house.settings.model_copy(update={"mailboxes": None})
    (by_the_clock,) = [each for each in schedules(without) if each.key == "kiss.fristen"]
    for expected in (1, 0):
        assert by_the_clock.run(JobContext(house))["nicht zugestellt"] == expected
    [note] = said(with_mailbox, anliegen, "note")
    assert note.text == f"{REFUSED} {why}"


def test_a_contact_s_address_that_went_bad_stops_nobody_else(with_mailbox: City) -> None:
    main, _, _ = merged(with_mailbox)
    with with_mailbox.house.database.write() as session:
        session.execute(update(Contact).where(Contact.name == "Karl").values(mail=None))
    deed(with_mailbox, answer, "tim", main, "Wir füllen es am Montag.")
    assert [each["To"] for each in sent(with_mailbox)] == ["erika@example.org"]


def test_an_address_that_is_refused_takes_the_answer_from_nobody_else(with_mailbox: City) -> None:
    main, karl, _ = merged(with_mailbox)
    number = with_mailbox.row(karl).number
    with with_mailbox.house.database.write() as session:  # kept by an earlier release
        session.execute(update(Contact).where(Contact.name == "Karl").values(mail="karl@@b.de"))
    deed(with_mailbox, answer, "tim", main, "Wir füllen es am Montag.")
    assert [each["To"] for each in sent(with_mailbox)] == ["erika@example.org"]
    [note] = said(with_mailbox, main, "note")
    assert note.text == (
        f"Ihre Antwort kam nicht an bei Anliegen 2026-{number:05d}: Die E-Mail-Adresse ist nicht gültig."
    )
    with with_mailbox.house.database.read() as session:
        waiting = [task.kind for task in tasks_for(session, with_mailbox.staff("tim"))]
        assert session.scalars(select(Job.state).where(Job.kind == TELL)).all() == ["done"]
    assert waiting == ["kiss.look"]


def test_who_alone_cannot_be_written_to_is_named_once(with_mailbox: City) -> None:
    anliegen = given_to(with_mailbox, "tiefbau", caller=Caller("Karl", "karl@example.org"))
    with with_mailbox.house.database.write() as session:
        session.execute(update(Contact).values(name=None, mail="karl@@b.de"))
    deed(with_mailbox, close, "tim", anliegen)
    for _ in range(2):
        assert sent(with_mailbox) == []
        [note] = said(with_mailbox, anliegen, "note")
        assert note.text.startswith("Die Nachricht über das Ende kam nicht an bei Anliegen 2026-")
        assert "karl" not in note.text
        with with_mailbox.house.database.write() as session:
            session.execute(update(Job).where(Job.kind == TELL).values(state="waiting"))
