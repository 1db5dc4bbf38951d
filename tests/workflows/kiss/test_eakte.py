"""Between Anliegen and the e-Akte: documents become Anliegen, go with answers, and what is finished lies in its Akte."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import func, select

from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.packing import unpack_reading
from storage.actors import ProtectionClass, Role, Scope
from storage.blobs.tables import Blob
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim, release_expired
from storage.organisation.operations import grant_role, open_class
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.kiss.conftest import LONG_AGO, SYSTEM, City
from workflows.eakte.akten import close_vorgang, open_akte, open_vorgang
from workflows.eakte.filing import file_document
from workflows.eakte.queries import reading_of, search_documents
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.sight import enter_scope, in_sight
from workflows.eakte.tables import Akte, Document, DocumentLink, PlanEntry, Vorgang
from workflows.eakte.work import job_kinds
from workflows.engine.work import work_off
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign, protect, take_over
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.conversation import add_note
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.opening import Incoming as Wish
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.eakte import (
    anliegen_of,
    document_of,
    files_for,
    find_documents,
    hand_over_document,
)
from workflows.kiss.filing import FILE, FILING, bring_in, file_anliegen


@dataclass
class Desk:
    """The city with its e-Akte: ``roads`` is a Vorgang of the Tiefbau (internal)."""

    city: City
    readers: ReaderPool
    roads: UUID
    personal: UUID

    def receive(self, content: bytes, name: str, office: str = "tiefbau", **more: bool) -> UUID:
        incoming = Incoming(name, content, self.city.offices[office], **more)
        found = receive(self.city.house, SYSTEM, incoming).document
        assert found is not None
        return found

    def work(self) -> None:
        """What the engine does with what waits now: reading first, then filing, once."""
        house = self.city.house
        for kind in [*job_kinds(house, self.readers), FILING]:
            jobs = claim(house.database, [kind.name], 50, "test", kind.lease, self.city.clock())
            if jobs:
                work_off(JobContext(house), kind, jobs)

    def work_until_filed(self) -> None:
        for _ in range(4):
            self.work()
            self.city.clock.forward(minutes=2)

    def document(self, document: UUID) -> Document:
        with self.city.house.database.read() as session:
            return session.get_one(Document, document)

    def refs(self, sha256: str) -> int:
        with self.city.house.database.read() as session:
            return session.get_one(Blob, sha256).refs

    def filed(self) -> list[Document]:
        with self.city.house.database.read() as session:
            return list(
                session.scalars(
                    select(Document).where(Document.state == "filed").order_by(Document.id)
                )
            )


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    with ReaderPool(1, Limits(seconds=60, patience=30), warm=("ocr.understanding",)) as pool:
        yield pool


@pytest.fixture
def desk(city: City, readers: ReaderPool) -> Desk:
    with city.house.database.write() as session:
        entries = [
            PlanEntry(
                number=number, title=title, leaf=True, keywords=[], kinds=[], office_id=city.offices["tiefbau"],
                protection=protection, retention_years=10, fate="anbieten", valid_from=LONG_AGO,
            )
            for number, title, protection in (("B2.01", "Straßen", "internal"), ("B2.02", "Personal", "personnel"))
        ]  # fmt: skip
        session.add_all(entries)
        session.flush()
        vorgaenge = []
        for entry in entries:
            akte = open_akte(
                session, SYSTEM, plan_entry=entry.id, title=entry.title, now=city.clock()
            )
            vorgaenge.append(
                open_vorgang(session, SYSTEM, akte.id, "Laufendes", now=city.clock()).id
            )
    return Desk(city, readers, *vorgaenge)


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Erika Muster <erika@example.org>"
    message["To"] = "tiefbau@ahlenfurt.example"
    message["Subject"] = "Schlagloch in der Ahlestraße"
    message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("In der Ahlestraße ist ein großes Schlagloch. Bitte reparieren Sie es.\n")
    return message.as_bytes()


def mail_with_file() -> bytes:
    """Addressed to somebody whose post is never opened on its way in: here it was opened long ago."""
    message = EmailMessage()
    message["From"] = "Erika Muster <erika@example.org>"
    message["To"] = "personalrat@ahlenfurt.example"
    message["Subject"] = "Beschwerde"
    message.set_content("Anbei das Gutachten.")
    message.add_attachment("Gutachten", filename="gutachten.txt")
    return message.as_bytes()


def test_a_document_becomes_an_anliegen_once_and_both_know_each_other(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    document = desk.receive(mail(), "schlagloch.eml")
    with pytest.raises(ConflictError, match="noch gelesen"), house.database.write() as session:
        hand_over_document(
            session, city.staff("tim"), document, blobs=house.blobs, now=city.clock()
        )
    desk.work()
    tim, made = city.staff("tim"), set()
    for _ in range(2):
        with house.database.write() as session:
            row = hand_over_document(session, tim, document, blobs=house.blobs, now=city.clock())
            made.add(row.id)
    [anliegen] = made
    sha256 = desk.document(document).sha256
    assert desk.refs(sha256) == 2
    assert desk.document(document).state == "ready"
    with house.database.read() as session:
        found = whole(session, SYSTEM, anliegen)
        assert (found.row.channel, found.row.title) == ("eakte", "Schlagloch in der Ahlestraße")
        assert "großes Schlagloch" in found.messages[0].text
        assert found.contact is not None
        assert (found.contact.name, found.contact.mail) == ("Erika Muster", "erika@example.org")
        [file] = found.files[found.messages[0].id]
        assert (file.name, file.sha256) == ("schlagloch.eml", sha256)
        back = document_of(session, tim, found.messages)
        assert back is not None
        assert back.id == document
        assert document_of(session, city.staff("otto"), found.messages) is None
        seen = anliegen_of(session, city.staff("kora"), document)
        assert seen is not None
        assert seen.id == anliegen


def test_only_what_is_seen_and_not_protected_is_passed_on(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    letter = desk.receive(b"Ein vertraulicher Vermerk ueber jemanden", "vermerk.txt")
    sealed = desk.receive(b"Nicht aufmachen", "brief.txt", unopened=True)
    broken = desk.receive(b"%PDF-1.7 kaputt", "kaputt.pdf")
    desk.work()
    tim = city.staff("tim")

    def refused(actor: str, document: UUID, kind: type[Exception], why: str) -> None:
        with pytest.raises(kind, match=why), house.database.write() as session:
            hand_over_document(
                session, city.staff(actor), document, blobs=house.blobs, now=city.clock()
            )

    refused("otto", letter, NotFoundError, "nicht sehen")
    refused("tim", sealed, ConflictError, "Ungeöffnete Post")
    refused("tim", broken, ConflictError, "nicht gelesen")
    with house.database.write() as session:
        row = session.get_one(Document, letter)
        file_document(session, SYSTEM, letter, row.revision, desk.personal, now=city.clock())
    refused("tim", letter, NotFoundError, "nicht sehen")
    with pytest.raises(ConflictError, match="Personaldaten"), house.database.write() as session:
        hand_over_document(session, SYSTEM, letter, blobs=house.blobs, now=city.clock())
    with house.database.read() as session:
        assert anliegen_of(session, tim, letter) is None


def given_to_tim(city: City, **more: object) -> UUID:
    anliegen = city.open(**more)  # type: ignore[arg-type]
    with city.house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(city.groups["tiefbau"]), now=city.clock())
    with city.house.database.write() as session:
        take_over(session, city.staff("tim"), anliegen, 2, now=city.clock())
    return anliegen


def test_documents_go_with_an_answer_and_protected_ones_do_not(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    plan = desk.receive(b"Der Bauplan der Strasse", "bauplan.txt")
    secret = desk.receive(b"Eine Abmahnung fuer jemanden", "abmahnung.txt")
    desk.work()
    with house.database.write() as session:
        row = session.get_one(Document, secret)
        file_document(session, SYSTEM, secret, row.revision, desk.personal, now=city.clock())
    anliegen = given_to_tim(city)
    tim = city.staff("tim")
    with house.database.read() as session:
        wish = whole(session, tim, anliegen).row
        assert [each.id for each in find_documents(session, tim, wish, "bauplan")] == [plan]
        assert find_documents(session, SYSTEM, wish, "abmahnung") == []
    with pytest.raises(NotFoundError), house.database.write() as session:
        files_for(session, tim, anliegen, [secret])
    with house.database.write() as session:
        files = files_for(session, tim, anliegen, [plan, plan])
        answer(
            session, tim, anliegen, city.row(anliegen).revision, "Siehe Plan.", files=files,
            blobs=house.blobs, now=city.clock(),
        )  # fmt: skip
    assert desk.refs(desk.document(plan).sha256) == 2
    with house.database.read() as session:
        found = whole(session, tim, anliegen)
        [file] = found.files[found.messages[-1].id]
        assert (file.name, file.size) == ("bauplan.txt", 23)


def test_what_is_finished_lies_in_its_akte_with_all_that_came(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    wish = Wish(
        key="form:1", channel=Channel.FORM, kind=Kind.FAULT, text="Ein Schlagloch im Rosenweg."
    )
    files = [("foto.txt", b"Bild des Lochs"), ("Skizze.txt", b"Skizze des Lochs")]
    anliegen = take_in(house, SYSTEM, wish, files)
    with house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(city.groups["tiefbau"]), now=city.clock())
    tim = city.staff("tim")
    with house.database.write() as session:
        add_note(session, tim, anliegen, "Der Nachbar ist schwierig.", now=city.clock())
        answer(session, tim, anliegen, 2, "Ist geflickt.", now=city.clock())

    def ask(actor: str, revision: int, vorgang: UUID) -> None:
        with house.database.write() as session:
            file_anliegen(session, city.staff(actor), anliegen, revision, vorgang, now=city.clock())

    with pytest.raises(ConflictError, match="schließen Sie es erst"):
        ask("tim", city.row(anliegen).revision, desk.roads)
    with house.database.write() as session:
        close(session, tim, anliegen, city.row(anliegen).revision, now=city.clock())
    revision = city.row(anliegen).revision
    with pytest.raises(NotFoundError):
        ask("tim", revision, desk.personal)
    with pytest.raises(NotFoundError):
        ask("otto", revision, desk.roads)
    ask("tim", revision, desk.roads)
    ask("tim", revision, desk.roads)
    assert city.row(anliegen).vorgang_id == desk.roads
    desk.work_until_filed()
    ask("tim", city.row(anliegen).revision, desk.roads)
    desk.work_until_filed()
    filed = desk.filed()
    assert [each.file_name for each in filed] == [
        "Anliegen 2026-00001.docx",
        "foto.txt",
        "Skizze.txt",
    ]
    assert {each.vorgang_id for each in filed} == {desk.roads}
    assert filed[0].title == "Anliegen 2026-00001: Ein Schlagloch im Rosenweg."
    assert filed[0].filed_by == tim.person
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DocumentLink)) == 2
        reading = reading_of(session, tim, filed[0].id)
        assert reading is not None
        text = unpack_reading(reading.content).text
    assert "Ist geflickt." in text
    assert "Ein Schlagloch im Rosenweg." in text
    assert "Tim Beispiel antwortete" in text
    assert "schwierig" not in text


def test_a_closed_vorgang_and_protected_anliegen_are_said_plainly(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    anliegen = given_to_tim(city)
    tim = city.staff("tim")
    with house.database.write() as session:
        close(session, tim, anliegen, city.row(anliegen).revision, now=city.clock())
    with house.database.write() as session:
        file_anliegen(
            session, tim, anliegen, city.row(anliegen).revision, desk.roads, now=city.clock()
        )
        close_vorgang(session, SYSTEM, desk.roads, now=city.clock())
    desk.work_until_filed()
    with house.database.read() as session:
        notes = [each.text for each in whole(session, tim, anliegen).messages]
    assert any("Das Ablegen in der Akte ging nicht" in each for each in notes)
    assert city.row(anliegen).vorgang_id is None
    assert desk.filed() == []
    with pytest.raises(ConflictError, match="geschlossen"), house.database.write() as session:
        file_anliegen(
            session, tim, anliegen, city.row(anliegen).revision, desk.roads, now=city.clock()
        )
    with house.database.write() as session:
        protect(
            session, tim, anliegen, city.row(anliegen).revision, ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip
    with (
        pytest.raises(ConflictError, match="sähen es andere"),
        house.database.write() as session,
    ):
        file_anliegen(
            session, tim, anliegen, city.row(anliegen).revision, desk.roads, now=city.clock()
        )


def protected(desk: Desk, *files: tuple[str, bytes]) -> UUID:
    """A closed Anliegen with personal data of staff that Tim has, who alone may see that class of his office."""
    city, house = desk.city, desk.city.house
    wish = Wish(
        key="form:2", channel=Channel.FORM, kind=Kind.COMPLAINT, text="Wie ich Herrn X erlebte."
    )
    anliegen = take_in(house, SYSTEM, wish, files)
    tim, now = city.staff("tim"), city.clock()
    with house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(city.groups["tiefbau"]), now=now)
        open_class(
            session, SYSTEM, tim.person, city.offices["tiefbau"], ProtectionClass.PERSONNEL, now=now
        )
    for revision, what in enumerate((take_over, protect, close), 2):
        more = (ProtectionClass.PERSONNEL,) if what is protect else ()
        with house.database.write() as session:
            what(session, tim, anliegen, revision, *more, now=now)  # type: ignore[operator]
    return anliegen


def test_a_protected_one_lies_in_an_akte_of_its_class_and_nobody_else_sees_it_on_the_way(
    desk: Desk,
) -> None:
    city, house = desk.city, desk.city.house
    anliegen = protected(desk, ("brief.eml", mail_with_file()), ("kaputt.pdf", b"%PDF-1.4 x"))
    tim, now = city.staff("tim"), city.clock()
    with house.database.write() as session:
        grant_role(session, SYSTEM, city.people["ada"], Role.REGISTRY, None, now=now)
    with pytest.raises(ConflictError, match="derselben Schutzklasse"):
        house.database.run(
            lambda session: file_anliegen(session, tim, anliegen, 5, desk.roads, now=now)
        )
    house.database.run(
        lambda session: file_anliegen(session, tim, anliegen, 5, desk.personal, now=now)
    )
    for _ in range(6):
        desk.work()
        city.clock.forward(minutes=2)
        with house.database.read() as session:
            for login in ("tom", "tina", "ada", "kora"):
                actor = city.staff(login)
                assert (
                    session.scalars(select(Document.id).where(in_sight(session, actor))).all() == []
                )
                assert [
                    each for each in tasks_for(session, actor) if each.object_kind == "document"
                ] == []
    filed = desk.filed()
    assert [each.file_name for each in filed] == [
        "Anliegen 2026-00001.docx",
        "brief.eml",
        "kaputt.pdf",
    ]
    assert {each.vorgang_id for each in filed} == {desk.personal}
    with house.database.read() as session:
        everything = session.scalars(select(Document)).all()
        assert {each.protection for each in everything} == {"personnel"}
        assert "gutachten.txt" in {each.file_name for each in everything}  # what was in the mail
        found = search_documents(session, tim, "erlebte")
        assert [each.document for each in found.hits] == [filed[0].id]
        assert search_documents(session, city.staff("tom"), "erlebte").total == 0


def test_a_complaint_goes_into_no_akte_that_the_person_sees(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    anliegen = protected(desk)
    tim, now = city.staff("tim"), city.clock()
    with house.database.write() as session:
        session.get_one(Anliegen, anliegen).about_id = city.people["tom"]
        open_class(
            session, SYSTEM, city.people["tom"], city.offices["tiefbau"], ProtectionClass.PERSONNEL, now=now
        )  # fmt: skip
    with pytest.raises(ConflictError, match="sieht die Akte"), house.database.write() as session:
        file_anliegen(session, tim, anliegen, 5, desk.personal, now=now)


def test_begun_again_after_a_break_nothing_lies_there_twice(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    anliegen = given_to_tim(city)
    tim = city.staff("tim")
    with house.database.write() as session:
        close(session, tim, anliegen, city.row(anliegen).revision, now=city.clock())
    with house.database.write() as session:
        file_anliegen(
            session, tim, anliegen, city.row(anliegen).revision, desk.roads, now=city.clock()
        )
    [job] = claim(house.database, [FILE], 1, "gone", FILING.lease, city.clock())
    first = bring_in(house, tim, job)  # and here the engine was killed
    city.clock.forward(hours=1)
    with house.database.write() as session:
        release_expired(session, city.clock())
    assert bring_in(house, tim, job) == first
    desk.work_until_filed()
    assert len(desk.filed()) == 1


def test_without_rights_in_the_akte_nothing_is_asked_for(desk: Desk) -> None:
    city, house = desk.city, desk.city.house
    anliegen = given_to_tim(city)
    with house.database.write() as session:
        close(session, city.staff("tim"), anliegen, city.row(anliegen).revision, now=city.clock())
        vorgang = session.get_one(Vorgang, desk.roads)
        akte = session.get_one(Akte, vorgang.akte_id)
        enter_scope(akte, Scope(city.offices["ordnung"], ProtectionClass.OPEN))
    with pytest.raises(NotAllowedError), house.database.write() as session:
        file_anliegen(
            session, city.staff("tim"), anliegen, city.row(anliegen).revision, desk.roads, now=city.clock()
        )  # fmt: skip
