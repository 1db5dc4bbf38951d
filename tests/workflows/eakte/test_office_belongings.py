"""When an office closes: nothing of its post is left lying, and its successor goes on working."""

from datetime import timedelta

import pytest

from storage.clock import local_date
from storage.organisation.offices import OfficeInUseError, close_office
from storage.organisation.queries import load_staff
from storage.organisation.tables import Membership, Office
from storage.rights import NotAllowedError
from tests.workflows.eakte.town import SINCE, SYSTEM, TREE_LETTER, Town, letter
from workflows.eakte.akten import open_akte
from workflows.eakte.akten_queries import visible_akte
from workflows.eakte.filing import file_document
from workflows.eakte.office_belongings import belongings
from workflows.eakte.queries import inbox, search_documents


def test_an_office_with_post_is_not_closed_without_a_successor(any_town: Town) -> None:
    town = any_town
    town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.vorgang(town.clerk, town.trees)
    with pytest.raises(OfficeInUseError) as refused, town.house.database.write() as session:
        close_office(
            session, SYSTEM, town.bau, 1, local_date(town.clock()), None,
            belongings=[belongings], now=town.clock(),
        )  # fmt: skip
    assert {"1 Dokument im Posteingang", "1 Akte", "2 Einträge im Aktenplan"} <= set(
        refused.value.obstacles
    )


def test_the_successor_files_what_lay_in_the_inbox(any_town: Town) -> None:
    town = any_town
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.process()
    old = town.vorgang(town.clerk, town.trees, "Alte Akte")
    today = local_date(town.clock())
    with town.house.database.write() as session:
        close_office(
            session, SYSTEM, town.bau, 1, today, town.post,
            belongings=[belongings], now=town.clock(),
        )  # fmt: skip
        session.add(
            Membership(
                person_id=town.registrar.person, office_id=town.post,
                valid_from=SINCE, valid_to=None,
            )
        )  # fmt: skip
    with town.house.database.read() as session:
        heir = load_staff(session, town.registrar.person, today)
        yesterday = load_staff(session, town.registrar.person, today - timedelta(days=1))
        assert heir is not None
        assert yesterday is not None
        assert [row.id for row in inbox(session, heir)] == [receipt.document]
        assert search_documents(session, heir, "Birke").total == 1
        assert visible_akte(session, heir, old.akte_id).title == "Alte Akte"
        assert not yesterday.works_in(town.bau)
    document = town.document(receipt)
    with town.house.database.write() as session:
        file_document(session, heir, document.id, document.revision, old.id, now=town.clock())
    with town.house.database.write() as session:
        new = open_akte(session, heir, plan_entry=town.trees, title="Neue Akte", now=town.clock())
        assert new.office_id == town.post
        stranger = town.taxwoman
        with pytest.raises(NotAllowedError):
            open_akte(session, stranger, plan_entry=town.trees, title="X", now=town.clock())


def test_suggestions_name_who_carries_on(town: Town) -> None:
    with town.house.database.write() as session:
        session.get_one(Office, town.bau).keywords = []
        close_office(
            session, SYSTEM, town.bau, 1, local_date(town.clock()), town.post,
            belongings=[belongings], now=town.clock(),
        )  # fmt: skip
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", town.post)
    town.process()
    from workflows.eakte.queries import analysis_of

    with town.house.database.read() as session:
        analysis = analysis_of(session, SYSTEM, receipt.document or town.bau)
        assert analysis is not None
        options = analysis.suggestions["office"]["options"]
    assert options[0]["value"] == town.post.hex
    assert town.bau.hex not in {each["value"] for each in options}
