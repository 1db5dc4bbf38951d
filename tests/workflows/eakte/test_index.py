"""What was filed is found: also what could not be read, by its Aktenzeichen, and Akten themselves."""

from storage.fulltext.index import remove
from storage.jobs.handlers import JobContext
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte import akten_index
from workflows.eakte.akten import rename_akte
from workflows.eakte.filing import file_document
from workflows.eakte.queries import search_akten, search_documents
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Akte, Document, Vorgang
from workflows.eakte.unfiled import forward_document


def found(town: Town, words: str) -> list[str]:
    with town.house.database.read() as session:
        return [hit.title for hit in search_documents(session, town.clerk, words).hits]


def akten_found(town: Town, words: str) -> list[str]:
    with town.house.database.read() as session:
        return [akte.title for akte in search_akten(session, town.clerk, words)]


def file_it(town: Town, content: bytes, vorgang: Vorgang, **changes: str) -> Document:
    document = town.document(town.receive(content, "scan.pdf"))
    town.process()
    document = town.house.database.run(lambda s: s.get_one(Document, document.id))
    town.house.database.run(
        lambda s: file_document(
            s,
            town.clerk,
            document.id,
            document.revision,
            vorgang.id,
            changes=changes,
            now=town.clock(),
        )
    )
    return document


def test_what_could_not_be_read_is_found_by_what_the_clerk_typed_in(any_town: Town) -> None:
    town = any_town
    vorgang = town.vorgang(town.clerk, town.trees)
    file_it(
        town,
        b"%PDF-1.7 kaputt",
        vorgang,
        title="Gutachten zur Zierkirsche",
        sender="Waltraud Ebenholz",
    )
    assert found(town, "Zierkirsche") == found(town, "Ebenholz") == ["Gutachten zur Zierkirsche"]


def test_an_aktenzeichen_finds_the_documents_and_the_akte(any_town: Town) -> None:
    town = any_town
    vorgang = town.vorgang(town.clerk, town.trees, "Lindenallee 12")
    file_it(town, letter(*TREE_LETTER), vorgang, title="Birke fällen")
    file_it(
        town, letter("Ein Brief ganz ohne Bezug"), town.vorgang(town.clerk, town.trees, "Zweite")
    )
    with town.house.database.read() as session:
        mark = session.get_one(Akte, vorgang.akte_id).reference
    assert found(town, mark) == ["Birke fällen"]
    assert akten_found(town, mark) == ["Lindenallee 12"]
    assert akten_found(town, "lindenallee") == ["Lindenallee 12"]
    with town.house.database.read() as session:
        assert search_akten(session, town.taxwoman, "lindenallee") == []


def test_a_renamed_akte_is_found_by_its_new_name_with_its_documents(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees, "Alter Name")
    file_it(town, letter(*TREE_LETTER), vorgang, title="Birke fällen")
    town.house.database.run(
        lambda s: rename_akte(s, town.clerk, vorgang.akte_id, 2, "Mammutbaum", now=town.clock())
    )
    town.process()
    assert akten_found(town, "Mammutbaum") == ["Mammutbaum"]
    assert found(town, "Mammutbaum") == ["Birke fällen"]
    assert akten_found(town, "Alter") == []


def test_akten_of_earlier_releases_are_taken_in_by_night(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees, "Ulme")
    with town.house.database.write() as session:
        remove(session, vorgang.akte_id)
    assert akten_found(town, "Ulme") == []
    assert akten_index.index_missing(JobContext(town.house)) == {"aufgenommen": 1}
    assert akten_index.index_missing(JobContext(town.house)) == {"aufgenommen": 0}
    assert akten_found(town, "Ulme") == ["Ulme"]


def test_unopened_post_stays_out_of_the_index_wherever_it_goes(town: Town) -> None:
    receipt = receive(
        town.house, town.clerk, Incoming("Geheimsache.pdf", b"zu", town.bau, unopened=True)
    )
    document = town.document(receipt)
    town.house.database.run(
        lambda s: forward_document(
            s, town.clerk, document.id, document.revision, town.steuer, now=town.clock()
        )
    )
    with town.house.database.read() as session:
        assert search_documents(session, town.taxwoman, "Geheimsache").total == 0
