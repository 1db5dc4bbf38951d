"""The pages of Anliegen and responsibilities, as clerks and the coordination use them."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from streamlit.testing.v1 import AppTest

from storage.actors import ProtectionClass, Role, Scope, System
from storage.clock import new_id
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from storage.jobs.tables import Job
from storage.organisation.operations import grant_role, withdraw_role
from storage.tasks.tables import Task
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.tables import Akte, Document, PlanEntry, Vorgang
from workflows.engine.work import work_off
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import (
    Anliegen,
    AnliegenCounter,
    Answering,
    AnswerTemplate,
    Contact,
    Contribution,
    Group,
    Likeness,
    Merge,
    Message,
    MessageFile,
    Step,
    Topic,
)
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.evaluation.standing import EVALUATE
from workflows.kiss.evaluation.tables import Annoyance, CommunicationProfile, Evaluation, Proposal
from workflows.kiss.routing.tables import RoutingDecision, RoutingRule, RoutingTrial
from workflows.kiss.routing.trials import TRY
from workflows.kiss.work import job_kinds

Browse = Callable[..., AppTest]
SYSTEM = System("test")
ALL = (
    Annoyance, CommunicationProfile, Evaluation, Proposal, RoutingDecision, RoutingTrial, RoutingRule, MessageFile, Message, Contribution, Step, Answering, Merge, Likeness, Anliegen,
    Contact, AnliegenCounter, AnswerTemplate, Topic, Group,
)  # fmt: skip


@pytest.fixture
def groups(furnished: Any, small: Any) -> Iterator[dict[str, UUID]]:
    """Ada coordinates; the Ordnungsamt and the Poststelle answer, and one topic needs two pairs of eyes."""
    house = furnished.house
    found = {}
    with house.database.write() as session:
        for key in ("hauptamt", "ordnungsamt", "poststelle"):
            row = Group(
                id=new_id(), revision=1, key=key, name=key.title(), office_id=furnished.office(key),
                general=True, coordination=key == "hauptamt", spreads=False, hours=24,
                valid_from=small.LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(row)
            found[key] = row.id
        session.flush()
        topic = Topic(
            id=new_id(), revision=1, key="laerm", title="Lärm", description="Zu laut", kind="complaint",
            group_id=found["ordnungsamt"], keywords=[], hours=16, four_eyes=True, public=True,
            valid_from=small.LONG_AGO, valid_to=None,
        )  # fmt: skip
        session.add(topic)
        session.add(
            AnswerTemplate(
                id=new_id(), revision=1, title="Danke", text="Vielen Dank.", topic_id=None,
                office_id=None, valid_from=small.LONG_AGO, valid_to=None,
            )
        )  # fmt: skip
        ada = furnished.person("ada.admin").id
        grant_role(session, SYSTEM, ada, Role.FEEDBACK, None, now=house.clock())
    yield found | {"laerm": topic.id}
    with house.database.write() as session:
        for table in ALL:
            session.execute(delete(table))
        session.execute(delete(Task).where(Task.object_kind.startswith("kiss.")))
        session.execute(delete(Job).where(Job.kind.startswith("kiss.")))
        withdraw_role(session, SYSTEM, ada, Role.FEEDBACK, None, now=house.clock())


def opened(furnished: Any, groups: dict[str, UUID], topic: UUID | None = None) -> UUID:
    house = furnished.house
    incoming = Incoming(
        key=new_id().hex, channel=Channel.MAIL, kind=Kind.COMPLAINT, title="Lärm im Hof",
        text="Jede Nacht <b>Musik</b>!\nBitte helfen Sie.", caller=Caller("Erika Muster", "erika@example.org"),
    )  # fmt: skip
    anliegen = take_in(house, SYSTEM, incoming, [("foto_ä.txt", b"hallo")])
    with house.database.write() as session:
        assign(
            session, SYSTEM, anliegen, 1, To(groups["ordnungsamt"], topic=topic), now=house.clock()
        )
    return anliegen


def shown(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error, *app.info]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def press(app: AppTest, label: str) -> AppTest:
    app = next(each for each in app.button if each.label == label).click().run()
    assert not app.exception
    return app


def row_of(furnished: Any, anliegen: UUID) -> Anliegen:
    with furnished.house.database.read() as session:
        found: Anliegen = session.get_one(Anliegen, anliegen)
        return found


def test_a_clerk_takes_it_up_answers_and_closes_it(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    everything = browse("anna.beispiel", "anliegen.py")
    assert not everything.exception
    assert "Lärm im Hof" in shown(everything)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert not app.exception
    assert "Jede Nacht &lt;b&gt;Musik&lt;/b&gt;!" in shown(app)
    assert "foto_ä.txt" in shown(app)
    assert "Dateien von außen" in shown(app)
    press(app, "Ich übernehme")
    assert row_of(furnished, anliegen).person_id == furnished.person("anna.beispiel").id
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    next(each for each in app.text_area if each.label == "Ihre Antwort").set_value(
        "Wir messen."
    ).run()
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)  # the draft is still there
    field = next(each for each in app.text_area if each.label == "Ihre Antwort")
    assert field.value == "Wir messen."
    press(app, "Antwort senden")
    assert row_of(furnished, anliegen).state == "answered"
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    press(app, "Anliegen schließen")
    assert row_of(furnished, anliegen).state == "closed"
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    press(app, "Wieder öffnen")
    assert row_of(furnished, anliegen).state == "reopened"


def test_a_long_list_goes_on_with_the_next_page(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    house = furnished.house
    for number in range(52):
        incoming = Incoming(
            key=new_id().hex, channel=Channel.MAIL, kind=Kind.FAULT, title=f"Lampe {number:02}.", text="Aus."
        )  # fmt: skip
        anliegen = take_in(house, SYSTEM, incoming)
        with house.database.write() as session:
            assign(session, SYSTEM, anliegen, 1, To(groups["ordnungsamt"]), now=house.clock())
    app = browse("anna.beispiel", "anliegen.py")
    assert "Lampe 49." in shown(app)
    assert "Lampe 50." not in shown(app)
    app = press(app, "Weitere")
    assert "Lampe 50." in shown(app)
    assert "Lampe 51." in shown(app)
    assert "Lampe 49." not in shown(app)
    assert not [each for each in app.button if each.label == "Weitere"]
    app = press(app, "Zum Anfang")
    assert "Lampe 00." in shown(app)
    app = press(app, "Weitere")
    app = app.text_input(key="anliegen-worte").set_value("Lampe").run()  # another list
    assert "Lampe 00." in shown(app)


def test_not_ours_goes_to_another_group_in_one_step(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    app.selectbox(key="neue-gruppe").set_value(groups["poststelle"])
    app.text_input(key="warum-weiter").set_value("Gehört zur Post.")
    press(app, "Weitergeben")
    row = row_of(furnished, anliegen)
    assert (row.group_id, row.state) == (groups["poststelle"], "assigned")
    gone = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "nicht sehen" in shown(gone)
    there = browse("paula.post", "anliegen.py", id=anliegen.hex)
    assert "Gehört zur Post." in shown(there)


def test_a_report_that_somebody_recognises_goes_to_the_reporting_office(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert next(each for each in app.button if each.key == "an-meldestelle").disabled
    app.checkbox(key="meldestelle-sicher").set_value(True).run()
    press(app, "An die Meldestelle geben")
    with furnished.house.database.read() as session:
        assert session.get(Anliegen, anliegen) is None
        assert session.scalars(select(Document.unopened_rule)).all().count("hinweisgeber") > 0
    assert "nicht sehen" in shown(browse("anna.beispiel", "anliegen.py", id=anliegen.hex))


def test_a_second_pair_of_eyes_on_the_page(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups, groups["laerm"])
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    next(each for each in app.text_area if each.label == "Ihre Antwort").set_value(
        "Wir messen."
    ).run()
    press(app, "Antwort senden")
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "gibt diese Antwort frei" in shown(app)
    app = browse("neu.hier", "anliegen.py", id=anliegen.hex)
    press(app, "Freigeben und senden")
    assert row_of(furnished, anliegen).state == "answered"


def test_two_clerks_see_each_other_while_the_answer_is_open(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    assert "auch offen" not in shown(browse("anna.beispiel", "anliegen.py", id=anliegen.hex))
    other = browse("neu.hier", "anliegen.py", id=anliegen.hex)  # nobody has typed anything
    assert "Hat die Antwort auch offen: Anna Beispiel" in shown(other)
    anna = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Hat die Antwort auch offen: Neu Hier" in shown(anna)
    furnished.house.database.run(
        lambda session: session.execute(delete(Answering))  # as the last sign grows old
    )
    anna.run()  # as the fragment does by itself
    assert "auch offen" not in shown(anna)


def test_a_call_is_taken_down(browse: Browse, furnished: Any, groups: dict[str, UUID]) -> None:
    app = browse("anna.beispiel", "anliegen.py")
    next(each for each in app.text_area if each.label == "Worum geht es?").set_value("Ampel aus.")
    next(each for each in app.text_input if each.label == "E-Mail").set_value("kein Mail")
    app = press(app, "Aufnehmen")
    assert "Adresse ist nicht gültig" in shown(app)
    next(each for each in app.text_input if each.label == "E-Mail").set_value("a@example.org")
    press(app, "Aufnehmen")
    with furnished.house.database.read() as session:
        row = session.scalars(select(Anliegen)).one()
    assert (row.title, row.channel, row.group_id) == ("Ampel aus.", "phone", groups["hauptamt"])


def test_a_complaint_about_a_person_leaves_nothing_in_the_form(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    house = furnished.house
    heads = [(furnished.person("neu.hier").id, furnished.office("ordnungsamt"))]
    heads.append((furnished.person("ada.admin").id, furnished.office("hauptamt")))
    with house.database.write() as session:
        for person, office in heads:
            grant_role(session, SYSTEM, person, Role.HEAD, office, now=house.clock())
    app = browse("anna.beispiel", "anliegen.py")
    kind = next(each for each in app.selectbox if each.label == "Art")
    kind.set_value(Kind.SUPERVISORY).run()
    next(each for each in app.text_area if each.label == "Worum geht es?").set_value("Sie schrie.")
    for label, typed in (("Name", "Erika"), ("Telefon", "0700 1"), ("Wo genau?", "Flur 3")):
        next(each for each in app.text_input if each.label == label).set_value(typed)
    app = press(app, "Aufnehmen")
    with house.database.write() as session:
        assert session.scalars(select(Anliegen.kind)).all() == ["supervisory"]
        for person, office in heads:
            withdraw_role(session, SYSTEM, person, Role.HEAD, office, now=house.clock())
    typed = [each.value for each in [*app.text_area, *app.text_input]]
    assert not any(typed)
    assert next(each for each in app.selectbox if each.label == "Art").value is not Kind.SUPERVISORY
    assert "Sie schrie" not in shown(app)


def worked_off(house: Any, name: str) -> None:
    """Do what the engine would do about jobs of a kind."""
    (kind,) = [each for each in job_kinds(house) if each.name == name]
    jobs = claim(house.database, [name], 9, "test", kind.lease, house.clock())
    work_off(JobContext(house), kind, jobs)


def test_everybody_may_try_out_and_the_coordination_makes_rules(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "zustaendigkeiten.py")
    assert not app.exception
    assert not [each for each in app.button if each.label == "Ab heute gelten lassen"]
    app.text_area(key="probe-text").set_value("Es ist laut.").run()
    app = press(app, "Wer ist zuständig?")
    assert "Die Antwort kommt gleich" in shown(app)
    app = browse("ada.admin", "zustaendigkeiten.py")
    app.text_input(key="regel-name-neu").set_value("Lärm")
    app.text_input(key="regel-eines-neu").set_value("Lärm, laut")
    app.selectbox(key="regel-gruppe-neu").set_value(groups["ordnungsamt"])
    app.selectbox(key="regel-amt-neu").set_value(furnished.office("ordnungsamt"))
    app.run()
    app = press(app, "Ab heute gelten lassen")
    assert "noch nicht ausprobiert" in shown(app)
    press(app, "Erst ausprobieren")
    worked_off(furnished.house, TRY)
    app = press(app.run(), "Ab heute gelten lassen")
    with furnished.house.database.read() as session:
        rule = session.scalars(select(RoutingRule)).one()
    assert rule.conditions == {"words": ["Lärm", "laut"]}
    assert "eines der Wörter: Lärm, laut" in shown(browse("anna.beispiel", "zustaendigkeiten.py"))
    with (
        furnished.house.database.write() as session
    ):  # an office that was closed, a topic that ended
        kept = session.get_one(RoutingRule, rule.id)
        kept.conditions = {"addressed": ["altamt"], "topic": ["ende"], "words": ["Lärm"]}
    app = browse("ada.admin", "zustaendigkeiten.py")
    app.selectbox(key="regel").set_value(rule.id).run()
    assert not app.exception
    assert app.multiselect(key=f"regel-an-{rule.id.hex}-{rule.revision}").value == ["altamt"]


def test_the_evaluation_and_what_annoys(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    opened(furnished, groups)
    app = browse("ada.admin", "auswertung.py")
    assert not app.exception
    assert "Stand: noch nicht erstellt" in shown(app)
    press(app, "Neu berechnen")
    assert "wird gerade berechnet" in shown(browse("ada.admin", "auswertung.py"))
    press(browse("ada.admin", "auswertung.py"), "Nach neuen Vorschlägen suchen")
    worked_off(furnished.house, EVALUATE)
    app = browse("ada.admin", "auswertung.py")
    assert "weniger als fünf Fälle" in shown(app)
    assert "gerade" not in shown(app)
    told = browse("anna.beispiel", "das_nervt.py")
    next(each for each in told.text_area if each.label == "Was nervt?").set_value(
        "Drei <i>Formulare</i>"
    )
    press(told, "Absenden")
    seen = browse("ada.admin", "das_nervt.py")
    assert "Drei &lt;i&gt;Formulare&lt;/i&gt;" in shown(seen)
    press(seen, "Erledigt")
    assert "erledigt" in shown(browse("anna.beispiel", "das_nervt.py"))
    app = browse("ada.admin", "auswertung.py")
    for label, text in (
        ("Worum geht es?", "Stühle"),
        ("Kanal (E-Mail, Telefon, Zuruf …)", "E-Mail"),
        ("Wer ist zuständig?", "unklar"),
    ):
        next(each for each in app.text_input if each.label == label).set_value(text)
    for label in ("Anlass", "Wer spricht mit wem?"):
        next(each for each in app.text_area if each.label == label).set_value("Ein Stuhl fehlt")
    press(app, "Speichern")
    assert "Stühle" in shown(browse("ada.admin", "auswertung.py"))


def test_a_document_is_passed_on_and_goes_with_an_answer(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "dokument.py", id=str(furnished.bill))
    assert not app.exception
    app = app.button(key="als-anliegen").click().run()
    assert "Weitergegeben als Anliegen" in shown(app) or "andere" in shown(app)
    with furnished.house.database.read() as session:
        row = session.scalars(select(Anliegen)).one()
    assert (row.channel, row.group_id) == ("eakte", groups["hauptamt"])
    with furnished.house.database.write() as session:
        assign(session, SYSTEM, row.id, row.revision, To(groups["ordnungsamt"]), now=row.changed_at)
    again = browse("anna.beispiel", "dokument.py", id=str(furnished.bill))
    assert f"/anliegen?id={row.id.hex}" in shown(again)
    app = browse("anna.beispiel", "anliegen.py", id=row.id.hex)
    assert f"/dokument?id={furnished.bill}" in shown(app)
    app.multiselect[0].set_value([furnished.bill]).run()
    next(each for each in app.text_area if each.label == "Ihre Antwort").set_value("Siehe Anlage.")
    press(app, "Antwort senden")
    with furnished.house.database.read() as session:
        names = list(session.scalars(select(MessageFile.name).order_by(MessageFile.id)))
    assert names == ["rechnung.pdf", "rechnung.pdf"]
    app = browse("anna.beispiel", "anliegen.py", id=row.id.hex)
    press(app, "Anliegen schließen")


def test_what_is_closed_goes_into_a_vorgang(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    house, now = furnished.house, furnished.house.clock()
    anliegen = opened(furnished, groups)
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, SYSTEM, plan_entry=entry.id, title="Lärmsachen", now=now)
        vorgang = open_vorgang(session, SYSTEM, akte.id, "Innenhöfe", now=now).id
    with house.database.write() as session:
        close(session, SYSTEM, anliegen, row_of(furnished, anliegen).revision, now=now)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    app.text_input(key="ablage-worte").set_value("Lärmsachen Innenhöfe").run()
    app.selectbox(key="ablage-vorgang").set_value(vorgang)
    press(app, "Ablegen")
    assert row_of(furnished, anliegen).vorgang_id == vorgang
    assert "Innenhöfe" in shown(browse("anna.beispiel", "anliegen.py", id=anliegen.hex))
    with house.database.write() as session:
        session.execute(update(Anliegen).values(vorgang_id=None))
        session.execute(delete(Vorgang).where(Vorgang.id == vorgang))
        session.execute(delete(Akte).where(Akte.id == akte.id))


def test_the_kind_is_put_right_with_one_click(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups)
    press(browse("anna.beispiel", "anliegen.py", id=anliegen.hex), "Lob")
    assert row_of(furnished, anliegen).kind == "praise"


def test_merged_by_number_and_what_is_merged_out_of_sight_is_not_named(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    main, copy = opened(furnished, groups), opened(furnished, groups)
    app = browse("anna.beispiel", "anliegen.py", id=copy.hex)
    row = row_of(furnished, main)
    app.text_input(key="eins-nummer").set_value(f"{row.year}-{row.number:05d}").run()
    press(app, "Zusammenführen")
    assert row_of(furnished, copy).merged_into_id == main
    app = browse("anna.beispiel", "anliegen.py", id=main.hex)
    assert "Zusammengeführt mit" in shown(app)
    assert "Geht an Erika Muster" in shown(app)  # once
    with furnished.house.database.write() as session:
        away = session.get_one(Group, groups["poststelle"])
        hidden = session.get_one(Anliegen, copy)
        hidden.group_id, hidden.office_id = away.id, away.office_id
        hidden.access = Scope(away.office_id, ProtectionClass.INTERNAL).token
    app = browse("anna.beispiel", "anliegen.py", id=main.hex)
    assert "Zusammengeführt mit" not in shown(app)


def test_the_link_is_shown_and_waiting_answers_say_so(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = opened(furnished, groups, groups["laerm"])
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Link zeigen" not in [each.label for each in app.button]
    with furnished.house.database.write() as session:
        row = session.get_one(Anliegen, anliegen)
        session.get_one(Contact, row.contact_id).mail = None
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    press(app, "Link zeigen")
    assert any("/anliegen/" in each.value for each in app.code)
    next(each for each in app.text_area if each.label == "Ihre Antwort").set_value("Wir messen.")
    press(app, "Antwort senden")
    assert row_of(furnished, anliegen).state == "assigned"
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Antwort senden" not in [each.label for each in app.button]
    press(app, "Zurückziehen und ändern")
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    field = next(each for each in app.text_area if each.label == "Ihre Antwort")
    assert field.value == "Wir messen."
