"""Reading once more what was not read well, and files inside a PDF as documents of their own."""

from sqlalchemy import delete

from tests.ocr.test_understanding import with_inside
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.filing import file_document
from workflows.eakte.queries import parts_of, reading_of, search_documents
from workflows.eakte.tables import Document, StoredReading
from workflows.eakte.unfiled import retry_document


def read_again(town: Town, document: Document) -> Document:
    town.house.database.run(lambda s: retry_document(s, town.clerk, document.id, now=town.clock()))
    town.process()
    return town.house.database.run(lambda s: s.get_one(Document, document.id))


def forget_reading(town: Town) -> None:
    with town.house.database.write() as session:
        session.execute(delete(StoredReading))


def test_a_ready_document_is_read_again_and_what_people_entered_stays(town: Town) -> None:
    document = town.document(town.receive(letter(*TREE_LETTER), "brief.pdf"))
    town.process()
    forget_reading(town)
    assert read_again(town, document).state == "ready"
    with town.house.database.read() as session:
        assert reading_of(session, town.clerk, document.id) is not None


def test_a_filed_document_stays_where_it_lies_while_it_is_read_again(town: Town) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "brief.pdf")
    town.process()
    document = town.document(receipt)
    vorgang = town.vorgang(town.clerk, town.trees)
    town.house.database.run(
        lambda s: file_document(
            s, town.clerk, document.id, document.revision, vorgang.id,
            changes={"title": "Von Hand"}, now=town.clock(),
        )
    )  # fmt: skip
    forget_reading(town)
    after = read_again(town, document)
    assert (after.state, after.vorgang_id, after.title) == ("filed", vorgang.id, "Von Hand")
    with town.house.database.read() as session:
        assert reading_of(session, town.clerk, document.id) is not None
        assert search_documents(session, town.clerk, "Baumschutzsatzung").total == 1


def test_files_inside_a_pdf_are_documents_of_their_own_and_found(town: Town) -> None:
    receipt = town.receive(with_inside(notiz_txt=b"Zimtkirsche gemeldet"), "mappe.pdf")
    town.process()
    with town.house.database.read() as session:
        (part,) = parts_of(session, town.clerk, town.document(receipt).id)
        assert (part.file_name, part.state) == ("notiz.txt", "ready")
        assert search_documents(session, town.clerk, "Zimtkirsche").total == 1
