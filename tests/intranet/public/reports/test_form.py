"""The form everybody can report with: taken in once, with a link shown once, and nothing kept of what is refused."""

import re

import pytest
from sqlalchemy import func, select

from intranet.public import puzzles, report_form, sending, uploads
from presence.citizens.links import KEY_NAME
from presence.citizens.tables import FormAttempt
from presence.citizens.throttle import reserve
from presence.keys import load_key
from storage.blobs.tables import Blob
from storage.jobs.tables import Job
from tests.intranet.public.conftest import hidden
from tests.intranet.public.reports.conftest import GOOD, Reports, picture
from tests.workflows.kiss.citizens.test_examining import pdf
from workflows.kiss.anliegen.tables import Anliegen, Contact, MessageFile
from workflows.kiss.citizens import examining

JPEG = ("bilder", ("loch.jpg", picture(), "image/jpeg"))


def count(reports: Reports, table: type) -> int:
    with reports.house.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def solve(number: str) -> str:
    return next(str(each) for each in range(10_000_000) if puzzles.is_solved(number, str(each)))


def test_without_a_name_it_is_taken_in_and_the_link_leads_to_it(reports: Reports) -> None:
    answer = reports.send()
    row = reports.row()
    assert f"{row.year}-{row.number:05d}" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert (row.kind, row.channel, row.place) == ("fault", "form", "Marktplatz, vor Haus 3")
    assert (row.latitude, row.longitude) == (48.53125, 9.84217)
    assert row.contact_id is None
    assert not row.may_publish
    assert [each.text for each in reports.messages()] == [GOOD["text"]]
    page = reports.browser.get(reports.link(answer))
    assert page.status_code == 200
    assert GOOD["text"] in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_title_holds_no_word_of_the_sender(reports: Reports) -> None:
    reports.send(
        {"mail": "fremd@example.org", "name": "Kauft jetzt", "genauer": "http://werbung.example"}
    )
    row = reports.row()
    assert row.title == "Störung: Straßenschäden, Marktplatz"
    with reports.house.database.read() as session:
        contact = session.scalars(select(Contact)).one()
    assert (contact.name, contact.mail, contact.language) == (
        "Kauft jetzt",
        "fremd@example.org",
        "de",
    )


def test_the_same_form_twice_is_one_and_shows_the_same_link(reports: Reports) -> None:
    seal = hidden(reports.browser.get("/melden").text)
    reports.clock.forward(seconds=30)
    first, second = (reports.post("/melden", {**seal, **GOOD}, [JPEG]) for _ in range(2))
    assert reports.link(first) == reports.link(second)
    assert len(reports.rows()) == 1
    assert count(reports, MessageFile) == 1


def test_pictures_are_kept_as_they_came_and_encrypted(reports: Reports) -> None:
    webp = ("bilder", ("ä/..\\b.webp", picture("WEBP"), "image/webp"))
    assert reports.send(files=[JPEG, webp]).status_code == 200
    with reports.house.database.read() as session:
        files = session.scalars(select(MessageFile).order_by(MessageFile.position)).all()
    assert [file.media_type for file in files] == ["image/jpeg", "image/webp"]
    assert reports.house.blobs.read(files[0].sha256) == JPEG[1][1]
    stored = b"".join(
        path.read_bytes() for path in reports.house.settings.data_dir.rglob("*") if path.is_file()
    )
    assert b"Geheimkamera" not in stored


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", uploads.HEIC),
        (b"%PDF-1.7\n", examining.DAMAGED),
        (b"Nur ein Text", uploads.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", uploads.NO_PICTURE),
        (b"", uploads.NO_PICTURE),
        (b"\xff\xd8\xff" + b"\0" * uploads.LARGEST_FILE, uploads.TOO_LARGE),
    ],
)
def test_what_is_no_picture_is_refused_kindly(reports: Reports, content: bytes, told: str) -> None:
    answer = reports.send(files=[("bilder", ("bild.heic", content, "image/heic"))])
    assert answer.status_code == 422
    assert told in answer.text
    assert GOOD["text"] in answer.text
    assert reports.rows() == []
    assert count(reports, Blob) == 0


def test_a_pdf_goes_with_a_report(reports: Reports) -> None:
    assert reports.send(files=[("bilder", ("plan.pdf", pdf(), "x/y"))]).status_code == 200
    with reports.house.database.read() as session:
        assert session.scalars(select(MessageFile.media_type)).all() == ["application/pdf"]


def test_more_than_three_pictures_are_too_many(reports: Reports) -> None:
    assert uploads.TOO_MANY in reports.send(files=[JPEG] * 4).text
    assert reports.rows() == []


def test_a_flood_is_cut_off(reports: Reports) -> None:
    big = (
        "bilder",
        ("bild.jpg", b"\xff\xd8\xff" + b"\0" * (uploads.LARGEST_BODY // 3), "image/jpeg"),
    )
    assert reports.send(files=[big] * 4).status_code == 413
    assert reports.rows() == []


@pytest.mark.parametrize(
    "text",
    [
        "Ich melde als Hinweisgeberin, dass im Amt Rechnungen gefälscht werden.",
        "Meldung nach dem HinSchG: Vergaben werden abgesprochen.",
    ],
)
def test_a_report_for_the_reporting_office_is_not_kept(reports: Reports, text: str) -> None:
    answer = reports.send({"text": text, "mail": "mut@example.org"}, [JPEG])
    assert answer.status_code == 422
    assert "Nur dort ist Ihre Meldung geschützt" in answer.text
    assert reports.rows() == []
    for table in (Blob, Contact, FormAttempt, Job):
        assert count(reports, table) == 0


def test_the_form_points_to_the_reporting_office_first(reports: Reports) -> None:
    form = reports.browser.get("/melden").text
    assert form.index('href="/meldestelle"') < form.index("<form")
    office = reports.browser.get("/meldestelle")
    assert "Büro der Beauftragten" in office.text
    assert "07089 204-1080" in office.text


def test_a_complaint_about_somebody_is_confidential_and_goes_past_the_model(
    reports: Reports,
) -> None:
    reports.send(
        {"art": "supervisory", "text": "Herr B. war sehr unfreundlich.", "veroeffentlichen": "ja"}
    )
    row = reports.row()
    assert (row.kind, row.protection, row.topic_id) == ("supervisory", "personnel", None)
    assert row.title == "Dienstaufsichtsbeschwerde, Marktplatz"
    assert not row.may_publish
    with reports.house.database.read() as session:
        assert session.scalars(select(Job).where(Job.kind == "kiss.route")).all() == []


def test_whom_a_complaint_is_about_can_be_said_in_words(reports: Reports) -> None:
    complaint = {"art": "supervisory", "text": "Er war grob.", "betroffen": "Herr Wühr"}
    assert "Um wen geht es?" in reports.browser.get("/melden").text
    wrong = reports.send(complaint | {"art": "complaint"})
    assert wrong.status_code == 422
    assert "nur bei einer Dienstaufsichtsbeschwerde: Nur die" in wrong.text
    assert "Herr Wühr" in wrong.text  # nothing typed is lost
    assert count(reports, Anliegen) == 0
    answer = reports.send(complaint)
    assert "Wühr" not in answer.text
    row = reports.row()
    assert (row.title, row.about_id) == ("Dienstaufsichtsbeschwerde, Marktplatz", None)
    assert [each.text for each in reports.messages()] == [
        "Um wen es geht: Herr Wühr\n\nEr war grob."
    ]


def test_a_fault_needs_a_place_and_nothing_typed_is_lost(reports: Reports) -> None:
    answer = reports.send({"ort": "", "genauer": ""})
    assert answer.status_code == 422
    assert report_form.WHERE in answer.text
    assert GOOD["text"] in answer.text
    assert reports.send({"art": "idea", "ort": "", "genauer": ""}).status_code == 200


def test_words_for_a_place_that_is_not_in_the_list_are_kept(reports: Reports) -> None:
    reports.send({"ort": "hinterm Deich", "genauer": ""})
    assert (reports.row().place, reports.row().latitude) == ("hinterm Deich", None)


def test_places_and_public_topics_are_offered(reports: Reports) -> None:
    form = reports.browser.get("/melden").text
    assert '<option value="Hafenstraße">' in form
    assert "Straßenschäden" in form
    assert "Drucker" not in form
    assert reports.send({"thema": "intern"}).status_code == 422


@pytest.mark.parametrize(
    "script", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{77777*77777}}"]
)
def test_scripts_in_every_field_stay_words(reports: Reports, script: str) -> None:
    every = dict.fromkeys(("text", "ort", "genauer", "name"), script)
    page = reports.browser.get(reports.link(reports.send(every))).text
    again = reports.send({**every, "datenschutz": ""}).text
    for html in (page, again):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert "6049261729" not in page


def test_the_trap_and_a_form_of_somebody_else_are_refused(reports: Reports) -> None:
    assert sending.TRAPPED in reports.send({"webseite": "http://spam.example"}).text
    reports.browser.cookies.clear()
    assert reports.post("/melden", GOOD).status_code == 422
    assert reports.rows() == []


def test_without_script_one_waits_and_sends_again(reports: Reports) -> None:
    first = reports.send({}, [JPEG], wait=5)
    assert first.status_code == 422
    assert puzzles.WAIT in first.text
    assert uploads.AGAIN in first.text
    reports.clock.forward(seconds=16)
    assert reports.post("/melden", {**hidden(first.text), **GOOD}).status_code == 200


def test_who_has_done_the_sum_need_not_wait(reports: Reports) -> None:
    seal = hidden(reports.browser.get("/melden").text)
    solved = solve(seal["siegel"].split(".")[1])
    reports.clock.forward(seconds=5)
    wrong = reports.post("/melden", {**seal, **GOOD, "aufgabe": str(int(solved) + 1)})
    assert wrong.status_code == 422
    assert reports.post("/melden", {**seal, **GOOD, "aufgabe": solved}).status_code == 200


def bits(reports: Reports) -> int:
    return int(re.findall(r'data-bits="(\d+)"', reports.browser.get("/melden").text)[0])


def test_from_a_shared_address_it_costs_more_and_more_but_nobody_is_shut_out(
    reports: Reports,
) -> None:
    assert bits(reports) == puzzles.BITS
    for number in range(15):  # a terminal in the town hall on a busy day
        answer = reports.send({"text": f"Loch Nummer {number}"}, wait=90)
        assert answer.status_code == 200
    assert bits(reports) == puzzles.BITS + 2
    first = reports.send({"text": "Loch Nummer 15"}, wait=25)  # 20 seconds are too short by now
    assert puzzles.BUSY in first.text
    assert len(reports.rows()) == 15
    reports.clock.forward(seconds=60)
    again = reports.post("/melden", {**hidden(first.text), **GOOD, "text": "Loch Nummer 15"})
    assert again.status_code == 200
    reports.clock.forward(hours=2)
    assert bits(reports) == puzzles.BITS


def test_there_is_an_end_to_it(reports: Reports) -> None:
    most = report_form.LIMITS[0].most
    key = load_key(reports.house.settings, KEY_NAME)
    with reports.house.database.write() as session:
        for _ in range(most):
            assert reserve(
                session, key, "melden", "203.0.113.5", report_form.LIMITS, now=reports.clock()
            )
    assert reports.send(wait=300).status_code == 429
    assert reports.rows() == []


def test_only_its_own_script_may_run(reports: Reports) -> None:
    form = reports.browser.get("/melden")
    assert form.headers["content-security-policy"] == report_form.WITH_SCRIPT
    assert re.findall(r"<script[^>]*>", form.text) == ['<script src="/eigen/melden.js" defer>']
    assert reports.browser.get("/eigen/melden.js").status_code == 200


def test_without_the_room_there_is_no_form(reports: Reports) -> None:
    from config.rooms import Room
    from tests.intranet.public.conftest import Browser

    house = reports.house
    house.settings = house.settings.model_copy(update={"rooms_off": frozenset({Room.KISS})})
    browser = Browser(house)
    assert browser.get("/melden").status_code == 404
    assert "/melden" not in browser.get("/").text
