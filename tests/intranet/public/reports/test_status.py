"""The page behind the link: what citizens see of their Anliegen, and what they do there."""

import re
from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy import select

from intranet.public import report_status, uploads
from storage.clock import local_date, new_id
from storage.conflicts import NotFoundError
from storage.jobs.tables import Job
from storage.organisation.operations import add_person
from tests.intranet.public.conftest import Browser, hidden
from tests.intranet.public.reports.conftest import SYSTEM, Reports, Upload, picture
from tests.workflows.kiss.citizens.test_examining import docx, packed, pdf
from workflows.kiss.anliegen.assigning import take_over
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.conversation import Reply, add_note, hear
from workflows.kiss.anliegen.merging import merge, unmerge
from workflows.kiss.anliegen.sight import load_anliegen
from workflows.kiss.anliegen.tables import Anliegen, Group, Message, MessageFile
from workflows.kiss.citizens import examining
from workflows.kiss.citizens.publishing import publish

JPEG = ("bilder", ("nachher.jpg", picture(), "image/jpeg"))


@pytest.fixture
def link(reports: Reports) -> str:
    found = reports.link(reports.send({"veroeffentlichen": "ja"}))
    reports.hand_to_tim()
    return found


def write(
    reports: Reports, link: str, deed: str, text: str, files: Sequence[Upload] = ()
) -> httpx.Response:
    seal = hidden(reports.browser.get(link).text)
    return reports.post(f"{link}/{deed}", {**seal, "text": text}, files)


def test_it_says_where_it_stands_and_names_nobody(reports: Reports, link: str) -> None:
    row = reports.row()
    with reports.house.database.write() as session:
        add_note(session, reports.staff("tim"), row.id, "Streng geheime Notiz", now=reports.clock())
        stranger = Reply("x", "Ich bin jemand anders", "fremd@example.org", trusted=False)
        hear(session, SYSTEM, row.id, stranger, now=reports.clock())
    page = reports.browser.get(link).text
    assert report_status.STATES[report_status.State.ASSIGNED] in page
    assert "Tiefbauamt" in page
    assert "Antwort geplant bis</dt><dd>0" in page
    for hidden_word in ("Tim", "geheime", "Ich bin jemand", "fremd@"):
        assert hidden_word not in page


def test_an_answer_and_not_done_after_all(reports: Reports, link: str) -> None:
    reports.answer("Das Loch ist <b>zu</b>.")
    page = reports.browser.get(link).text
    assert report_status.STATES[report_status.State.ANSWERED] in page
    assert "Das Loch ist &lt;b&gt;zu&lt;/b&gt;." in page
    seal = hidden(page)
    for _ in range(2):
        told = reports.post(f"{link}/nicht-erledigt", {**seal, "text": "Es ist wieder da."}, [JPEG])
        assert told.status_code == 303
    assert reports.row().state == "reopened"
    texts = [each.text for each in reports.messages() if each.kind == "incoming"]
    assert texts[1:] == ["Doch nicht erledigt.\n\nEs ist wieder da."]
    page = reports.browser.get(told.headers["location"])
    assert report_status.DONE["nicht-erledigt"] in page.text
    assert "nachher.jpg" in page.text


def test_a_question_is_answered_and_the_work_goes_on(reports: Reports, link: str) -> None:
    reports.answer("Wie groß ist es?", asks=True)
    page = reports.browser.get(link).text
    assert "Frage der Stadtverwaltung" in page
    assert "Antwort geplant bis" not in page
    assert write(reports, link, "schreiben", "Ein Meter.").status_code == 303
    assert reports.row().state == "in_work"


def test_files_of_the_talk_and_no_others(reports: Reports, link: str) -> None:
    assert write(reports, link, "schreiben", "", [JPEG]).status_code == 303
    page = reports.browser.get(link).text
    (path,) = re.findall(r'href="(/anliegen/[\w-]+/datei/\w+)"', page)
    file = reports.browser.get(path)
    assert file.content == JPEG[1][1]
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["cache-control"] == "no-store"
    other = reports.link(reports.send({"text": "Noch ein Loch"}))
    assert reports.browser.get(path.replace(link, other)).status_code == 404
    assert reports.browser.get(f"{link}/datei/unsinn").status_code == 404


def test_documents_that_were_asked_for(reports: Reports, link: str) -> None:
    files: list[Upload] = [
        ("bilder", ("bescheid.pdf", pdf(), "application/pdf")),
        ("bilder", ("brief.docx", docx(), "")),
        ("bilder", ("notiz.txt", b"Guten Tag", "text/plain")),
    ]
    assert write(reports, link, "schreiben", "Hier ist er.", files).status_code == 303
    page = reports.browser.get(link).text
    assert all(name in page for name in ("bescheid.pdf", "brief.docx", "notiz.txt"))


@pytest.mark.parametrize(
    ("text", "files", "told"),
    [
        ("  ", [], report_status.NOTHING),
        ("x", [("bilder", ("a.pdf", b"%PDF-1.4", "image/jpeg"))], examining.DAMAGED),
        ("x", [("bilder", ("a.pdf", packed(a=b"x"), "application/pdf"))], examining.ARCHIVE),
        ("x", [("bilder", ("a.pdf", b"MZ\0\0", "application/pdf"))], uploads.NO_FILE),
        ("x" * 6000, [], "Bitte höchstens 5000 Zeichen."),
    ],
)
def test_what_can_not_be_taken_is_told_beside_what_was_typed(
    reports: Reports, link: str, text: str, files: list[Upload], told: str
) -> None:
    answer = write(reports, link, "schreiben", text, files)
    assert answer.status_code == 422
    assert told in answer.text
    assert len(reports.messages()) == 1


def test_a_whistleblower_report_is_refused_here_too(reports: Reports, link: str) -> None:
    answer = write(reports, link, "schreiben", "Als Hinweisgeberin melde ich Betrug.")
    assert "Meldestelle" in answer.text
    assert len(reports.messages()) == 1


ABOUT_TIM = "Ich erhebe Dienstaufsichtsbeschwerde: Ihr Sachbearbeiter hat mich angeschrien."


@pytest.mark.parametrize("mail", ["", "vera@example.org"])
def test_a_complaint_about_who_is_at_it_does_not_lie_with_them(reports: Reports, mail: str) -> None:
    link = reports.link(reports.send({"mail": mail}))
    reports.hand_to_tim()
    told = write(reports, link, "schreiben", ABOUT_TIM, [JPEG])
    assert "eine Leitung" in told.text
    shown = re.findall(r'href="(/anliegen/[\w-]+)">http', told.text)
    assert bool(shown) is not bool(mail), "who gave an address gets the link there"
    assert all("angeschrien" in reports.browser.get(each).text for each in shown)
    assert "angeschrien" not in reports.browser.get(link).text
    _, complaint = reports.rows()
    assert (complaint.kind, complaint.protection) == ("supervisory", "personnel")
    assert [each.anliegen_id for each in reports.messages() if "angeschrien" in each.text] == [
        complaint.id
    ]
    with reports.house.database.read() as session, pytest.raises(NotFoundError):
        load_anliegen(session, reports.staff("tim"), complaint.id)


@pytest.mark.parametrize("deed", ["schreiben", "nicht-erledigt"])
def test_a_complaint_may_be_in_a_file_alone_and_says_what_it_follows_from(
    reports: Reports, link: str, deed: str
) -> None:
    reports.answer("Das ist erledigt.")
    file = ("bilder", ("Dienstaufsichtsbeschwerde.pdf", pdf(), "application/pdf"))
    assert "eine Leitung" in write(reports, link, deed, "", [file]).text
    row, complaint = reports.rows()
    (said,) = [each for each in reports.messages() if each.anliegen_id == complaint.id]
    assert said.text.startswith("Zu Anliegen 2026-00001:")
    assert row.state == ("reopened" if deed == "nicht-erledigt" else "answered")


def test_who_has_it_does_not_get_the_complaint_even_as_the_head(reports: Reports) -> None:
    link, kora = reports.link(reports.send()), reports.staff("kora")
    with reports.house.database.write() as session:
        take_over(session, kora, reports.row().id, reports.row().revision, now=reports.clock())
    told = write(reports, link, "schreiben", ABOUT_TIM)
    assert told.status_code == 422
    assert report_status.NOBODY_LEADS in told.text
    assert "angeschrien" in told.text, "what was typed is still there"
    assert len(reports.rows()) == 1
    with reports.house.database.write() as session:
        office = session.get_one(Group, reports.ids["hauptamt"]).office_id
        add_person(
            session, SYSTEM, login="kim", name="Kim Beispiel", office=office,
            valid_from=local_date(reports.clock()), now=reports.clock(),
        )  # fmt: skip
    assert "eine Leitung" in write(reports, link, "schreiben", ABOUT_TIM).text
    assert reports.rows()[1].person_id not in {None, kora.person}


def test_not_done_and_a_complaint_in_one_are_two_things(reports: Reports, link: str) -> None:
    reports.answer("Das ist erledigt.")
    seal = hidden(reports.browser.get(link).text)
    for _ in range(2):
        reports.post(f"{link}/nicht-erledigt", {**seal, "text": ABOUT_TIM})
    row, complaint = reports.rows()
    assert (complaint.kind, row.state) == ("supervisory", "reopened")
    said = [each.text for each in reports.messages() if each.anliegen_id == row.id]
    assert said[-1] == "Doch nicht erledigt."


def test_a_link_is_no_way_to_flood_an_office(reports: Reports, link: str) -> None:
    answers = [
        write(reports, link, "schreiben", f"Und {number}").status_code for number in range(11)
    ]
    assert answers == [303] * 10 + [422]


def test_rating_counts_once_it_is_answered(reports: Reports, link: str) -> None:
    assert reports.browser.post(f"{link}/bewerten", {"punkte": "4"}).status_code == 409
    reports.answer("Erledigt.")
    assert reports.browser.post(f"{link}/bewerten", {"punkte": "9"}).status_code == 422
    for points in ("2", "5"):
        assert reports.browser.post(f"{link}/bewerten", {"punkte": points}).status_code == 303
    assert reports.row().satisfaction == 5
    assert 'value="5" checked' in reports.browser.get(link).text


def test_consent_is_taken_back_and_with_it_what_was_published(reports: Reports, link: str) -> None:
    assert write(reports, link, "schreiben", "Bild", [JPEG]).status_code == 303
    row, blobs = reports.row(), reports.house.blobs
    with reports.house.database.read() as session:
        file = session.scalars(select(MessageFile)).one()
    with blobs.stage(b"neu gezeichnet") as staged, reports.house.database.write() as session:
        publish(
            session, reports.staff("tim"), row.id, row.revision, "Loch in der Straße", {file.id: staged},
            blobs=blobs, now=reports.clock(),
        )  # fmt: skip
    assert "Loch in der Straße" in reports.browser.get(link).text
    assert reports.browser.post(f"{link}/zuruecknehmen", {}).status_code == 303
    row = reports.row()
    assert (row.may_publish, row.published_at, row.published_text) == (False, None, None)
    with reports.house.database.read() as session:
        assert session.scalars(select(MessageFile.shown_sha256)).one() is None
    assert "zuruecknehmen" not in reports.browser.get(link).text


def test_a_locked_link_opens_nothing_and_the_new_one_is_shown_once(
    reports: Reports, link: str
) -> None:
    answer = reports.browser.post(f"{link}/neuer-link", {})
    new = reports.link(answer)
    assert new != link
    assert reports.browser.get(link).status_code == 410
    assert reports.browser.post(f"{link}/zuruecknehmen", {}).status_code == 410
    assert reports.browser.get(new).status_code == 200


def test_who_gave_an_address_gets_the_new_link_there_alone(reports: Reports) -> None:
    link = reports.link(reports.send({"mail": "erika@example.org"}))
    answer = reports.browser.post(f"{link}/neuer-link", {})
    assert report_status.DONE["neuer-link"] in answer.text
    assert "/anliegen/" not in answer.text
    with reports.house.database.read() as session:
        told = session.scalars(select(Job.payload).where(Job.kind == "kiss.tell")).all()
    assert [each["what"] for each in told] == ["link"]


@pytest.mark.parametrize("token", ["A" * 60, "kurz", "ä" * 60, "-" * 60])
def test_guessed_links_open_nothing(reports: Reports, token: str) -> None:
    reports.send()
    assert reports.browser.get(f"/anliegen/{token}").status_code == 410
    assert reports.browser.post(f"/anliegen/{token}/zuruecknehmen", {}).status_code == 410


def test_who_was_merged_sees_the_one_answer_but_not_the_other_report(reports: Reports) -> None:
    first = reports.link(reports.send({"text": "Das erste Loch."}))
    second = Reports(reports.house, reports.clock, reports.ids)
    second.browser = Browser(reports.house, "203.0.113.9")
    other = second.link(second.send({"text": "Von mir, Erna Nachbarin."}))
    one, two = (row.id for row in reports.rows())
    with reports.house.database.write() as session:
        merge(session, reports.staff("kora"), one, 1, two, now=reports.clock())
    with reports.house.database.read() as session:
        main = session.get_one(Anliegen, two)
    from workflows.kiss.anliegen.answering import answer

    reports.clock.forward(minutes=1)
    with reports.house.database.write() as session:
        answer(
            session,
            reports.staff("kora"),
            two,
            main.revision,
            "Beide sind zu.",
            now=reports.clock(),
        )
    page = reports.browser.get(first).text
    assert "Beide sind zu." in page
    assert report_status.STATES[report_status.State.ANSWERED] in page
    assert "Erna" not in page
    assert "Das erste Loch" not in second.browser.get(other).text
    with reports.house.database.write() as session:
        row = session.get_one(Anliegen, one)
        unmerge(session, reports.staff("kora"), one, row.revision, now=reports.clock())
    assert "Beide sind zu." not in reports.browser.get(first).text


def test_a_closed_one_can_be_opened_without_a_word(reports: Reports, link: str) -> None:
    row = reports.row()
    with reports.house.database.write() as session:
        close(session, reports.staff("tim"), row.id, row.revision, now=reports.clock())
    assert write(reports, link, "nicht-erledigt", "").status_code == 303
    assert reports.row().state == "reopened"


def test_in_english(reports: Reports, link: str) -> None:
    page = reports.browser.get(link, language="en").text
    assert '<html lang="en">' in page
    assert "Your request" in page


def test_who_is_merged_into_an_answered_one_sees_that_and_an_answer_sent_to_them(
    reports: Reports,
) -> None:
    first = reports.link(reports.send({"text": "Das erste Loch."}))
    reports.hand_to_tim()
    reports.answer("Guten Tag, Frau Nachbarin. Es ist zu.")
    second = Reports(reports.house, reports.clock, reports.ids)
    second.browser = Browser(reports.house, "203.0.113.9")
    other = second.link(second.send({"text": "Das Loch."}))
    main, row = reports.rows()
    reports.clock.forward(minutes=1)
    with reports.house.database.write() as session:
        kora = reports.staff("kora")
        merge(session, kora, row.id, row.revision, main.id, tells=False, now=reports.clock())
    page = second.browser.get(other).text
    assert report_status.ANSWERED_BEFORE in page
    assert "Frau Nachbarin" not in page
    with reports.house.database.write() as session:  # what a clerk sends to these people alone
        session.add(
            Message(
                id=new_id(), revision=1, anliegen_id=main.id, via_id=row.id, key="nachgereicht",
                kind="answer", state="sent", text="Es ist schon zu.", at=reports.clock(),
                sent_at=reports.clock(),
            )
        )  # fmt: skip
    page = second.browser.get(other).text
    assert "Es ist schon zu." in page
    assert report_status.ANSWERED_BEFORE not in page
    assert "Es ist schon zu." not in reports.browser.get(first).text
