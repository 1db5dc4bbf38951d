"""The page of an Akte says how long it is kept, and what decides it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.actors import System
from storage.clock import local_date
from workflows.eakte.akten import close_akte, open_akte
from workflows.eakte.tables import PlanEntry


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def test_retention_is_shown_with_its_reason(browse: Callable[..., AppTest], furnished: Any) -> None:
    house, actor = furnished.house, System("test")
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, actor, plan_entry=entry, title="Frist", now=house.clock())
    shown = words(browse("anna.beispiel", "akten.py", akte=str(akte.id)))
    assert "Nach der Schließung 10 Jahre aufzubewahren (maßgeblich: Aktenplan C1.01)" in shown
    with house.database.write() as session:
        close_akte(session, actor, akte.id, akte.revision, now=house.clock())
    shown = words(browse("anna.beispiel", "akten.py", akte=str(akte.id)))
    assert f"Aufzubewahren bis 31.12.{local_date(house.clock()).year + 10}: 10 Jahre" in shown
