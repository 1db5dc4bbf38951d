"""The longest document rules: how long an Akte is kept, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.conflicts import ConflictError
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.akten import close_akte, reopen_akte
from workflows.eakte.akten_queries import retention_claim, visible_akte
from workflows.eakte.filing import change_document, file_document
from workflows.eakte.retention import (
    Claim,
    claims_of_document,
    kind_rules,
    retain_until,
    rule_of,
    ruling,
)
from workflows.eakte.tables import Akte, Vorgang

TODAY = date(2026, 11, 23)
claims = st.builds(Claim, st.none() | st.integers(1, 99), st.text(max_size=5))


@given(claims, st.lists(claims))
def test_the_longest_rules_and_nothing_is_shortened(plan: Claim, others: list[Claim]) -> None:
    found = ruling(plan, others)
    everybody = [plan, *others]
    assert found in everybody
    assert all(
        found.years is None or (c.years is not None and c.years <= found.years) for c in everybody
    )
    if found.years == plan.years:
        assert found is plan


def test_for_good_beats_every_number() -> None:
    assert ruling(Claim(100, "Plan"), [Claim(None, "Urkunde")]).reason == "Urkunde"
    assert retain_until(TODAY, None) is None
    assert Claim(None, "").length == "dauernd"
    assert Claim(1, "").length == "1 Jahr"


def test_a_kind_follows_the_law_of_the_day() -> None:
    assert [rule.years for day in (date(2024, 12, 31), date(2025, 1, 1)) if (rule := rule_of("Rechnung", day))] == [10, 8]  # fmt: skip
    assert rule_of("Antrag", TODAY) is None
    assert rule_of(None, TODAY) is None
    assert all(rule.source for rule in kind_rules())


def test_a_document_asks_by_law_and_by_what_a_person_stated() -> None:
    asked = list(claims_of_document("Urteil", "dauernd", "Baumfall", TODAY))
    assert asked == [
        Claim(30, "Urteil „Baumfall“ (BGB § 197 Abs. 1 Nr. 3)"),
        Claim(None, "Angabe am Dokument „Baumfall“"),
    ]


def filed(town: Town, **changes: object) -> Vorgang:
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.process()
    document, vorgang = town.document(receipt), town.vorgang(town.clerk, town.trees)
    with town.house.database.write() as session:
        file_document(
            session, town.clerk, document.id, document.revision, vorgang.id,
            changes=changes, now=town.clock(),
        )  # fmt: skip
    return vorgang


def closed(town: Town, vorgang: Vorgang) -> tuple[Akte, Claim]:
    with town.house.database.write() as session:
        akte = visible_akte(session, town.clerk, vorgang.akte_id)
        close_akte(session, town.clerk, akte.id, akte.revision, now=town.clock())
    with town.house.database.read() as session:
        akte = visible_akte(session, town.clerk, vorgang.akte_id)
        return akte, retention_claim(session, town.clerk, akte, TODAY)


def test_without_a_longer_document_the_aktenplan_rules(any_town: Town) -> None:
    akte, claim = closed(any_town, filed(any_town, kind="Antrag"))
    assert akte.retain_until == date(2036, 12, 31)
    assert claim == Claim(10, "Aktenplan B1.01")


def test_a_document_of_a_longer_kind_rules(any_town: Town) -> None:
    akte, claim = closed(any_town, filed(any_town, kind="Urteil", title="Birkenstreit"))
    assert akte.retain_until == date(2056, 12, 31)
    assert claim.reason == "Urteil „Birkenstreit“ (BGB § 197 Abs. 1 Nr. 3)"


def test_a_shorter_kind_shortens_nothing(any_town: Town) -> None:
    akte, claim = closed(any_town, filed(any_town, kind="Rechnung"))
    assert akte.retain_until == date(2036, 12, 31)
    assert claim.reason == "Aktenplan B1.01"


@pytest.mark.parametrize(("stated", "until"), [("40", date(2066, 12, 31)), ("Dauernd", None)])
def test_what_a_person_stated_rules(town: Town, stated: str, until: date | None) -> None:
    akte, claim = closed(
        town, filed(town, kind="Antrag", title="Stiftung", details={"retention_years": stated})
    )
    assert akte.retain_until == until
    assert claim.reason == "Angabe am Dokument „Stiftung“"


@pytest.mark.parametrize("stated", ["0", "-3", "viele", "1000", "2,5"])
def test_a_senseless_number_of_years_is_refused(town: Town, stated: str) -> None:
    receipt = town.receive(letter(*TREE_LETTER), "antrag.pdf", actor=town.clerk)
    town.process()
    row = town.document(receipt)
    with pytest.raises(ConflictError, match="1 bis 999"):
        town.house.database.run(
            lambda s: change_document(
                s, town.clerk, row.id, row.revision,
                {"details": {"retention_years": stated}}, now=town.clock(),
            )
        )  # fmt: skip


def test_reopening_lets_the_period_start_anew(town: Town) -> None:
    vorgang = filed(town, kind="Urteil")
    akte, _ = closed(town, vorgang)
    with town.house.database.write() as session:
        reopen_akte(session, town.clerk, akte.id, akte.revision, now=town.clock())
        assert visible_akte(session, town.clerk, akte.id).retain_until is None
    again, _ = closed(town, vorgang)
    assert again.retain_until == date(2056, 12, 31)
