"""Where a letter is proposed to go: what it quotes, what its sender's letters say, and never just the newest Vorgang."""

from typing import Any
from uuid import UUID

import pytest

from storage.actors import Staff
from tests.workflows.eakte.town import TREE_LETTER, Town, letter
from workflows.eakte.akten import close_akte, close_vorgang, open_vorgang
from workflows.eakte.filing import file_document
from workflows.eakte.places import AktePlaces, Known, known_place, open_akten, quoted_akten
from workflows.eakte.tables import Akte, Vorgang

HEDWIG = "Hedwig Lindner"


def known(town: Town, actor: Staff, *references: str, **who: Any) -> Known | None:
    given = {"sender": None, "sender_kind": None, "plan_entry": town.trees} | who
    with town.house.database.read() as session:
        return known_place(session, actor, quoted_akten(session, actor, references), **given)


def places(town: Town, actor: Staff, **asked: Any) -> list[AktePlaces]:
    with town.house.database.read() as session:
        return list(open_akten(session, actor, **asked))


def reference(town: Town, vorgang: Vorgang) -> str:
    with town.house.database.read() as session:
        return session.get_one(Akte, vorgang.akte_id).reference


def second(town: Town, akte: UUID, title: str) -> Vorgang:
    return town.house.database.run(
        lambda s: open_vorgang(s, town.clerk, akte, title, now=town.clock())
    )


def file_letter(town: Town, vorgang: Vorgang, number: int) -> None:
    receipt = town.receive(letter(*TREE_LETTER, f"Nummer {number}"), f"{number}.pdf")
    town.process()
    document = town.document(receipt)
    town.house.database.run(
        lambda s: file_document(
            s, town.clerk, document.id, document.revision, vorgang.id,
            changes={"sender": HEDWIG}, now=town.clock(),
        )
    )  # fmt: skip


def test_a_stranger_s_letter_is_proposed_into_nobody_s_vorgang(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees, "Birke Lindner")
    file_letter(town, vorgang, 1)
    assert known(town, town.clerk, sender="Otto Fremd", sender_kind="citizen") is None
    assert known(town, town.clerk) is None


def test_the_vorgang_of_a_quoted_aktenzeichen_is_proposed_wherever_it_lies(any_town: Town) -> None:
    town = any_town
    vorgang = town.vorgang(town.clerk, town.roads)
    town.vorgang(town.clerk, town.trees, "Neuere")
    mark = reference(town, vorgang)
    found = known(town, town.clerk, mark)
    assert found is not None
    assert found.vorgang is not None
    assert (found.vorgang.id, mark in found.because) == (vorgang.id, True)
    second(town, vorgang.akte_id, "Zweites")
    found = known(town, town.clerk, mark)
    assert found is not None
    assert found.akte is not None
    assert (found.akte.id, found.vorgang) == (vorgang.akte_id, None)


def test_two_quoted_aktenzeichen_leave_the_choice_to_a_person(town: Town) -> None:
    one, two = town.vorgang(town.clerk, town.trees), town.vorgang(town.clerk, town.trees)
    found = known(town, town.clerk, reference(town, one), reference(town, two))
    assert found is not None
    assert found.akte is None


def test_quoted_and_found_akten_are_in_sight_open_and_fileable(town: Town) -> None:
    tax = town.vorgang(town.taxwoman, town.taxes)
    roads = town.vorgang(town.clerk, town.roads, "Gehweg")  # open: the whole house sees it
    with town.house.database.read() as session:
        assert quoted_akten(session, town.clerk, [reference(town, tax)]) == []
        assert quoted_akten(session, town.taxwoman, [reference(town, roads)]) == []
    assert places(town, town.taxwoman, words="Gehweg") == []
    town.house.database.run(lambda s: close_akte(s, town.clerk, roads.akte_id, 2, now=town.clock()))
    assert places(town, town.clerk, words="Gehweg") == []


def test_the_same_sender_is_proposed_only_where_one_vorgang_holds_all(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees)
    file_letter(town, vorgang, 1)
    found = known(town, town.clerk, sender=HEDWIG, sender_kind="citizen")
    assert found is not None
    assert found.vorgang is not None
    assert found.vorgang.id == vorgang.id
    assert HEDWIG in found.because
    assert known(town, town.clerk, sender=HEDWIG, sender_kind="authority") is None
    assert known(town, town.clerk, sender=HEDWIG, plan_entry=town.roads) is None
    file_letter(town, second(town, vorgang.akte_id, "Zweites"), 2)
    found = known(town, town.clerk, sender=HEDWIG, sender_kind="citizen")
    assert found is not None
    assert found.akte is None


def test_an_akte_whose_vorgaenge_are_all_closed_can_still_be_chosen(town: Town) -> None:
    vorgang = town.vorgang(town.clerk, town.trees, "Linde")
    town.house.database.run(lambda s: close_vorgang(s, town.clerk, vorgang.id, now=town.clock()))
    for asked in ({"plan_entry": town.trees}, {"words": "linde B1.01"}):
        (found,) = places(town, town.clerk, **asked)
        assert (found.akte.id, found.vorgaenge) == (vorgang.akte_id, [])


@pytest.mark.parametrize("typed", ["ÖFFENTLICHE", "öffentliche", "straße"])
def test_words_are_found_however_their_umlauts_are_written(any_town: Town, typed: str) -> None:
    vorgang = any_town.vorgang(any_town.clerk, any_town.roads, "Öffentliche Straße")
    (found,) = places(any_town, any_town.clerk, words=typed)
    assert [each.id for each in found.vorgaenge] == [vorgang.id]


def test_words_find_beyond_the_newest_thirty_and_name_the_fitting_vorgaenge_only(
    town: Town,
) -> None:
    old = town.vorgang(town.clerk, town.trees, "Sammelakte")
    wanted = second(town, old.akte_id, "Platane am Markt")
    for number in range(31):
        town.vorgang(town.clerk, town.trees, f"Baum {number}")
    newest = places(town, town.clerk, plan_entry=town.trees)
    assert old.akte_id not in {each.akte.id for each in newest}
    (found,) = places(town, town.clerk, words="platane")
    assert [vorgang.id for vorgang in found.vorgaenge] == [wanted.id]
