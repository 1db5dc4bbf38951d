"""Post comes in: nothing is lost, nothing is doubled, everything ends ready or with a reason."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.actors import Grant, Proxy, Role, Staff
from storage.conflicts import NotFoundError
from storage.jobs.handlers import JobContext
from storage.jobs.tables import Job
from storage.journal.tables import JournalPending
from storage.organisation.tables import RoleGrant
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import SINCE, TAX_LETTER, TREE_LETTER, Town, letter
from workflows.eakte.originals import take_original
from workflows.eakte.queries import duplicates_of, inbox, search_documents
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document, StoredAnalysis, StoredReading
from workflows.eakte.unopened import take_over
from workflows.eakte.unopened_waiting import escalate


def test_a_letter_is_read_understood_and_found(any_town: Town) -> None:
    town = any_town
    receipt = town.receive(letter(*TREE_LETTER), "brief.pdf", actor=town.clerk)
    assert receipt.status == "received"
    town.process()
    document = town.document(receipt)
    assert (document.state, document.kind, document.media_type) == (
        "ready",
        "Antrag",
        "application/pdf",
    )
    assert document.subject == "Antrag auf Fällung einer Birke"
    assert str(document.document_date) == "2026-10-12"
    assert document.details["deadline"] == "2026-11-15"
    with town.house.database.read() as session:
        suggested = session.get_one(StoredAnalysis, document.id).suggestions
        assert suggested["plan_entry"]["value"] == town.trees.hex
        assert suggested["office"]["value"] == town.bau.hex
        texts = [each["text"] for each in suggested["plan_entry"]["options"][0]["evidence"]]
        assert "Birke" in " ".join(texts)
        found = search_documents(session, town.clerk, "Birken")
        assert [hit.document for hit in found.hits] == [document.id]
        assert "<mark>" in found.hits[0].snippet
        assert search_documents(session, town.taxwoman, "Birken").total == 0


def test_post_is_read_where_the_data_folder_is_named_from_here(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is without any setting: ``daten``, below the folder one stands in; readers stand elsewhere."""
    here = town.house.settings.data_dir
    monkeypatch.chdir(here.parent)
    monkeypatch.setattr(town.house.settings, "data_dir", Path(here.name))
    receipt = town.receive(letter(*TREE_LETTER), "brief.pdf")
    town.process()
    document = town.document(receipt)
    assert (document.state, document.reason) == ("ready", None)


def test_the_same_file_twice_is_one_document_within_sight(any_town: Town) -> None:
    town = any_town
    content = letter(*TREE_LETTER)
    first = town.receive(content, "a.pdf", actor=town.clerk)
    again = town.receive(content, "b.pdf", actor=town.colleague)
    assert (again.status, again.document) == ("duplicate", first.document)
    stranger = town.receive(content, "c.pdf", office=town.steuer, actor=town.taxwoman)
    assert stranger.status == "received"
    assert stranger.document != first.document
    with town.house.database.read() as session:
        assert session.scalar(select(func.count(Document.id))) == 2
        assert duplicates_of(session, town.taxwoman, stranger.document) == []  # type: ignore[arg-type]


def test_receiving_commits_document_job_and_journal_together(town: Town) -> None:
    receipt = town.receive(letter("Hallo"), "a.pdf")
    with town.house.database.read() as session:
        assert session.scalars(select(Job.key)).all() == [receipt.document.hex]  # type: ignore[union-attr]
        assert session.scalars(select(JournalPending.verb)).all() == ["document.receive"]
    assert town.house.blobs.read(receipt.sha256) == letter("Hallo")


def test_nobody_puts_post_into_a_stranger_s_inbox(town: Town) -> None:
    with pytest.raises(NotAllowedError):
        town.receive(b"x", "a.txt", office=town.steuer, actor=town.clerk)
    assert (
        town.receive(b"x", "a.txt", office=town.steuer, actor=town.registrar).status == "received"
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "leer.pdf"),
        (b"%PDF-1.7 kaputt", "kaputt.pdf"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "prog.pdf"),
    ],
)
def test_what_cannot_be_read_is_kept_with_a_reason_and_a_task(
    town: Town, content: bytes, name: str
) -> None:
    receipt = town.receive(content, name, actor=town.clerk)
    town.process()
    document = town.document(receipt)
    assert document.state == "quarantined"
    assert document.reason
    assert document.reason.endswith(".")
    with town.house.database.read() as session:
        assert [task.object_id for task in tasks_for(session, town.clerk)] == [document.id]
        assert tasks_for(session, town.taxwoman) == []
    assert town.house.blobs.read(receipt.sha256) == content


def test_names_from_outside_are_made_safe(town: Town) -> None:
    receipt = town.receive(b"Text", "../../etc/pass\x00wd\u202egnp.txt")
    assert town.document(receipt).file_name == "passwdgnp.txt"


def test_unopened_post_is_neither_read_nor_found(town: Town) -> None:
    receipt = receive(
        town.house,
        town.registrar,
        Incoming("brief.pdf", letter(*TAX_LETTER), town.post, unopened=True),
    )
    town.process()
    document = town.document(receipt)
    assert document.state == "unopened"
    with town.house.database.read() as session:
        assert session.get(StoredReading, document.id) is None
        assert search_documents(session, town.registrar, "Gewerbesteuer").total == 0


def test_files_in_a_zip_become_documents_of_their_own(town: Town) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../baum.pdf", letter(*TREE_LETTER))
        archive.writestr("steuer.txt", "\n".join(TAX_LETTER))
    receipt = town.receive(buffer.getvalue(), "post.zip", actor=town.clerk)
    town.process()
    with town.house.database.read() as session:
        parts = session.scalars(
            select(Document).where(Document.parent_id == receipt.document)
        ).all()
        assert sorted(part.file_name for part in parts) == ["baum.pdf", "steuer.txt"]
        assert {part.state for part in parts} == {"ready"}
        assert len(inbox(session, town.clerk)) == 3


def _zip(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_folder_in_a_zip_says_what_stays_unopened(town: Town) -> None:
    whole = _zip(
        **{
            "Personalrat/brief.txt": b"Vertraulich",
            "Bau/brief.txt": "\n".join(TREE_LETTER).encode(),
        }
    )
    receipt = town.receive(whole, "post.zip", actor=town.clerk)
    town.process()
    with town.house.database.read() as session:
        parts = session.scalars(select(Document).where(Document.parent_id == receipt.document))
        assert sorted((part.state, part.unopened_rule) for part in parts) == [
            ("ready", None),
            ("unopened", "personalrat"),
        ]


def test_files_in_files_are_so_many_and_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.eakte.processing.MOST_PARTS", 6)
    inner = [
        _zip(**{f"{name}{n}.txt": f"Brief {name}{n}".encode() for n in range(3)}) for name in "ab"
    ]
    receipt = town.receive(
        _zip(**{"a.zip": inner[0], "b.zip": inner[1]}), "alles.zip", actor=town.clerk
    )
    for _ in range(3):
        town.process()
    with town.house.database.read() as session:
        parts = session.scalars(
            select(Document).where(Document.parent_id == receipt.document)
        ).all()
        states = sorted(part.state for part in parts)
        refused = next(part for part in parts if part.state == "quarantined")
        assert states == ["quarantined", "ready"]
        assert "teilen Sie sie auf" in (refused.reason or "")
        count = session.scalars(select(Document.id).where(Document.parent_id.is_not(None))).all()
        assert len(count) == 2 + 3


def test_an_archive_read_again_brings_nothing_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.eakte.processing.MOST_PARTS", 3)
    whole = _zip(**{f"{n}.txt": f"Brief {n}".encode() for n in range(3)})
    receipt = town.receive(whole, "post.zip", actor=town.clerk)
    town.process()
    assert receipt.document is not None
    with town.house.database.write() as session:
        parts = select(Document).where(Document.parent_id == receipt.document)
        thrown = session.scalars(parts).first()
        assert thrown is not None
        thrown.state = "discarded"
        session.execute(Job.__table__.update().values(state="waiting", finished_at=None))
        session.get_one(Document, receipt.document).state = "received"
    town.process()
    assert town.document(receipt).state == "ready"
    with town.house.database.read() as session:
        assert sorted(part.state for part in session.scalars(parts)) == [
            "discarded",
            "ready",
            "ready",
        ]


def test_a_second_processing_changes_nothing(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "a.pdf")
    town.process()
    before = town.document(receipt)
    with town.house.database.write() as session:
        session.execute(Job.__table__.update().values(state="waiting", finished_at=None))
    town.process()
    after = town.document(receipt)
    assert (after.revision, after.state) == (before.revision, "ready")


def _mail(**headers: str) -> bytes:
    inner = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return (
        f"{inner}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nVertraulich\n"
        "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=anlage.txt\n\nGeheimes Anliegen\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "personalrat@stadt.example"},
        {"To": '"Der Personalrat" <personalrat@stadt.example>'},
        {"To": "post@stadt.example", "Cc": "personalrat@stadt.example"},
        {"To": "post@stadt.example", "Delivered_To": "personalrat@stadt.example"},
        {"To": "post@stadt.example", "Subject": "Für den Personalrat"},
        {"To": "post@stadt.example", "Sensitivity": "Personal"},
    ],
)
def test_mail_for_a_confidential_addressee_is_not_opened_nor_its_attachments(
    town: Town, headers: dict[str, str]
) -> None:
    receipt = town.receive(_mail(**headers), "mail.eml", office=town.post, actor=town.registrar)
    town.process()
    assert town.document(receipt).state == "unopened"
    with town.house.database.read() as session:
        assert session.scalar(select(func.count(Document.id))) == 1
        assert search_documents(session, town.registrar, "Geheimes").total == 0


def test_ordinary_mail_is_read_with_its_attachments(town: Town) -> None:
    receipt = town.receive(
        _mail(To="post@stadt.example", Subject="Anfrage"), "mail.eml", office=town.post
    )
    town.process()
    assert town.document(receipt).state == "ready"
    with town.house.database.read() as session:
        assert search_documents(session, town.registrar, "Geheimes").total >= 1


def test_an_addressee_takes_sealed_post_over(town: Town) -> None:
    receipt = receive(
        town.house, town.registrar, Incoming("brief.pdf", letter("x"), town.bau, unopened=True)
    )
    head = Staff(
        town.clerk.person,
        "Clara Bau",
        frozenset({town.bau}),
        frozenset({Grant(Role.HEAD, town.bau)}),
    )
    with town.house.database.read() as session:
        assert [task.kind for task in tasks_for(session, head)] == ["unopened"]
    town.house.database.run(
        lambda s: take_over(s, head, town.document(receipt).id, now=town.clock())
    )
    with town.house.database.read() as session:
        assert list(tasks_for(session, head)) == []


def test_a_personal_letter_is_the_heads_and_stays_shut_until_taken_over(town: Town) -> None:
    receipt = receive(
        town.house, town.registrar, Incoming("Persönlich Frau Bau.pdf", letter("x"), town.bau)
    )
    document = receipt.document
    assert document is not None
    assert town.document(receipt).unopened_rule == "persoenlich"
    head = replace(town.clerk, grants=frozenset({Grant(Role.HEAD, town.bau)}))
    town.house.database.run(
        lambda s: s.add(
            RoleGrant(
                person_id=head.person, role=Role.HEAD.value, office_id=town.bau, valid_from=SINCE
            )
        )
    )

    def take(who: Staff) -> None:
        town.house.database.run(lambda s: take_over(s, who, document, now=town.clock()))

    for who in (town.colleague, head):
        with pytest.raises(NotFoundError):
            take_original(town.house, who, document, 1)
    with pytest.raises(NotAllowedError, match="Leitung"):
        take(town.colleague)
    take(head)
    with pytest.raises(NotFoundError):
        take_original(town.house, town.colleague, document, 1)
    assert take_original(town.house, head, document, 1).sha256 == town.document(receipt).sha256
    with town.house.database.read() as session:
        verbs = session.execute(
            select(JournalPending.verb, JournalPending.actor).where(
                JournalPending.object_id == str(document)
            )
        ).all()
    assert ("document.take_over", head.journal_id) in verbs
    assert [who for verb, who in verbs if verb == "document.open_sealed"] == [head.journal_id]


def test_a_personal_letter_no_head_takes_over_is_told_to_the_post_office_and_no_substitute(
    town: Town,
) -> None:
    receipt = receive(
        town.house, town.registrar, Incoming("Persönlich Frau Bau.pdf", letter("x"), town.bau)
    )
    document = receipt.document
    assert document is not None
    head = replace(town.clerk, grants=frozenset({Grant(Role.HEAD, town.bau)}))
    substitute = replace(
        town.colleague, proxies=frozenset({Proxy(head.person, Grant(Role.HEAD, town.bau))})
    )

    registrar = town.registrar.person
    town.house.database.run(
        lambda s: s.add(RoleGrant(person_id=registrar, role=Role.REGISTRY.value, valid_from=SINCE))
    )

    def waiting(who: Staff) -> list[str]:
        with town.house.database.read() as session:
            return [task.kind for task in tasks_for(session, who)]

    escalate(JobContext(town.house))
    assert (waiting(head), waiting(substitute)) == (["unopened"], [])
    assert "unopened.late" not in waiting(town.registrar)
    town.clock.now += timedelta(days=7)
    for _ in range(2):
        escalate(JobContext(town.house))
    assert waiting(town.registrar).count("unopened.late") == 1
    assert waiting(substitute) == []
    town.house.database.run(lambda s: take_over(s, head, document, now=town.clock()))
    assert waiting(head) == []
    assert "unopened.late" not in waiting(town.registrar)


def test_where_nobody_heads_the_office_a_personal_letter_is_its_members(town: Town) -> None:
    receipt = receive(
        town.house, town.registrar, Incoming("brief.pdf", letter("x"), town.bau, unopened=True)
    )
    document = receipt.document
    assert document is not None
    town.house.database.run(lambda s: take_over(s, town.clerk, document, now=town.clock()))
    assert take_original(town.house, town.colleague, document, 1).number == 1


def test_the_same_circular_for_two_offices_is_two_documents(town: Town) -> None:
    content = letter(*TREE_LETTER)
    first = town.receive(content, "rundschreiben.pdf", office=town.bau, actor=town.registrar)
    second = town.receive(content, "rundschreiben.pdf", office=town.steuer, actor=town.registrar)
    assert second.status == "received"
    with town.house.database.read() as session:
        hints = duplicates_of(session, town.registrar, second.document)  # type: ignore[arg-type]
        assert [hint.id for hint in hints] == [first.document]
