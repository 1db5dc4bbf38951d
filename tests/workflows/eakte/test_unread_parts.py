"""What was inside of something and can't be read waits for somebody who may see it."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from storage.actors import ProtectionClass
from storage.tasks.list import tasks_for
from tests.workflows.eakte.town import SYSTEM, Town
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document


@pytest.mark.parametrize("brought", [True, False])
def test_a_protected_part_nobody_can_read_waits_for_somebody(town: Town, brought: bool) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("Diagnose Ohm.pdf", b"%PDF-1.7 kaputt")
    incoming = Incoming(
        "akte.zip", packed.getvalue(), town.steuer,
        protection=ProtectionClass.TAX,
    )  # fmt: skip
    receipt = receive(town.house, town.taxwoman if brought else SYSTEM, incoming)
    for _ in range(2):
        town.process()
    with town.house.database.read() as session:
        part = session.scalars(select(Document).where(Document.parent_id == receipt.document)).one()
        (task,) = tasks_for(session, town.taxwoman)
        assert (part.state, task.object_id) == ("quarantined", part.id)
        assert task.person_id == (town.taxwoman.person if brought else None)
        assert ("Diagnose" in task.title) is brought
        assert tasks_for(session, town.clerk) == []
