"""Moving a protected document where more people see it is confirmed by who knows who they are, and leaves a trace."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.actors import FILING_CLASSES, SHARED_CLASSES, ProtectionClass, Scope, Staff
from storage.conflicts import ConflictError
from storage.journal.tables import JournalPending
from tests.workflows.eakte.town import TAX_LETTER, Town, letter
from workflows.eakte.audience import opens
from workflows.eakte.filing import file_document, move_document
from workflows.eakte.queries import history, search_documents
from workflows.eakte.tables import Document

SCOPES = st.builds(
    Scope, st.sampled_from([UUID(int=1), UUID(int=2)]), st.sampled_from(FILING_CLASSES)
)


@given(SCOPES, SCOPES)
def test_nothing_leaves_a_protected_scope_unasked(before: Scope, after: Scope) -> None:
    if before.protection not in SHARED_CLASSES:
        assert opens(before, after) == (before != after)
    elif after.protection not in SHARED_CLASSES:
        assert not opens(before, after)
    assert not opens(before, before)


def test_a_tax_letter_is_opened_to_the_house_only_by_saying_so(any_town: Town) -> None:
    town = any_town
    receipt = town.receive(letter(*TAX_LETTER), "einspruch.pdf", office=town.steuer)
    town.process()
    document = town.document(receipt)
    taxes = town.vorgang(town.taxwoman, town.taxes)
    roads = town.vorgang(town.clerk, town.roads, "Gehwege")
    town.house.database.run(
        lambda s: file_document(
            s, town.taxwoman, document.id, document.revision, taxes.id, now=town.clock()
        )
    )
    filed = town.house.database.run(lambda s: s.get_one(Document, document.id))
    both = Staff(
        town.taxwoman.person, "Beide", town.clerk.memberships | town.taxwoman.memberships,
        classes=town.taxwoman.classes,
    )  # fmt: skip

    def move(opened_to: ProtectionClass | None) -> None:
        town.house.database.run(
            lambda s: move_document(
                s, both, filed.id, filed.revision, roads.id, "gehört zur Straße",
                opened_to=opened_to, now=town.clock(),
            )
        )  # fmt: skip

    for wrong in (None, ProtectionClass.INTERNAL):
        with pytest.raises(ConflictError, match="alle Beschäftigten der Stadt"):
            move(wrong)
    with town.house.database.read() as session:
        assert search_documents(session, town.colleague, "Hebesatz").total == 0
    move(ProtectionClass.OPEN)
    with town.house.database.read() as session:
        assert search_documents(session, town.colleague, "Hebesatz").total == 1
        step = history(session, both, filed.id)[-1]
        assert step.reason == (
            "gehört zur Straße (Schutz geändert: Steuergeheimnis (§ 30 AO) → offen)"
        )
        verbs = session.scalars(
            select(JournalPending.verb).where(JournalPending.object_id == str(filed.id))
        ).all()
    assert verbs.count("document.declassify") == 1
