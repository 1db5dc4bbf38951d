"""What an administrator does with a person: account, roles, protection classes, and entering a new one."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.views.offices import OfficeChoice
from intranet.visit import Visit
from presence.identities import (
    answer_question,
    identities_of,
    is_the_newcomer,
    newcomer_question,
    question_about,
    unlink,
)
from presence.operations import (
    create_account,
    disable_account,
    enable_account,
    reset_password,
)
from presence.passwords import initial_password
from presence.queries import PersonLine
from storage.actors import CLASS_NAMES, FILING_CLASSES, ROLE_NAMES, ProtectionClass, Role, Staff
from storage.clock import local_date
from storage.organisation.operations import (
    add_person,
    close_class,
    grant_role,
    open_class,
    withdraw_role,
)
from storage.organisation.queries import load_staff

HOUSE = "im ganzen Haus"
PROTECTED = tuple(each for each in FILING_CLASSES if each is not ProtectionClass.OPEN)


def account_desk(visit: Visit, person: PersonLine) -> None:
    """Create, disable, enable, new password."""
    now, staff = visit.house.clock(), visit.staff
    _identities(visit, person)
    if person.account in {"none", "directory"}:
        known = person.account == "directory"
        if known:
            st.info(
                "Diese Person meldet sich über das Verzeichnis oder den Anmeldedienst an und wird auch dort gesperrt."
            )
        title = "Konto für Notfälle anlegen" if known else "Konto anlegen"
        if st.button(title, type="secondary" if known else "primary", key="konto"):
            first = initial_password()
            done, password = carry_out(
                visit, lambda s: create_account(s, staff, person.person, first, now=now)
            )
            _hand_out(done, person.name, person.login, password)
        return
    if st.button("Neues Passwort vergeben", key="passwort-neu", icon=":material/key:"):
        fresh = initial_password()
        done, password = carry_out(
            visit, lambda s: reset_password(s, staff, person.person, fresh, now=now)
        )
        _hand_out(done, person.name, person.login, password)
    if person.account == "disabled":
        if st.button("Konto entsperren", key="entsperren", icon=":material/lock_open:"):
            done, _ = carry_out(visit, lambda s: enable_account(s, staff, person.person, now=now))
            again("Entsperrt.", done=done)
    elif st.button("Konto sperren", key="sperren", icon=":material/lock:"):
        done, _ = carry_out(visit, lambda s: disable_account(s, staff, person.person, now=now))
        again("Gesperrt und überall abgemeldet.", done=done)


def _identities(visit: Visit, person: PersonLine) -> None:
    """What other systems know the person by, and taking it back where it was somebody else."""
    now, staff = visit.house.clock(), visit.staff
    with visit.house.database.read() as session:
        found = identities_of(session, staff, person.person)
        question = question_about(session, staff, person.login)
        newcomer = newcomer_question(session, staff, person.person)
    if newcomer:
        st.warning(words.plain(newcomer[0]), icon=":material/person_alert:")
        if st.button("Ja, das ist dieselbe Person", key="dieselbe"):
            done, _ = carry_out(visit, lambda s: is_the_newcomer(s, staff, person.person, now=now))
            again("Der nächste Abgleich verknüpft beide.", done=done)
    if question:
        st.warning(words.plain(question), icon=":material/person_alert:")
        if st.button("Ist geklärt", key="geklaert"):
            done, _ = carry_out(visit, lambda s: answer_question(s, staff, person.login, now=now))
            again("Die Aufgabe ist erledigt.", done=done)
    if not found:
        return
    titles = {each.id: each.issuer or "Verzeichnis" for each in found}
    rows = [
        (
            titles[each.id],
            html.state("gilt" if each.active else "ruht"),
            words.when(each.since, now),
        )
        for each in found
    ]
    st.html(html.table("Verknüpft mit", ["System", "Stand", "zuletzt geändert"], rows))
    with st.expander("Falsch verknüpft?", icon=":material/link_off:"):
        st.write(
            "Die Person wird überall abgemeldet und verliert, was das Verzeichnis ihr gab. Bei der nächsten Anmeldung "
            "oder dem nächsten Abgleich wird neu verknüpft, wenn Anmeldename und Name übereinstimmen."
        )
        for each in found:
            if st.button(f"Lösen: {words.plain(titles[each.id])}", key=f"loesen-{each.id}"):
                done, _ = carry_out(visit, partial(unlink, actor=staff, identity=each.id, now=now))
                again("Gelöst und überall abgemeldet.", done=done)


def roles_desk(visit: Visit, person: PersonLine, offices: Sequence[OfficeChoice]) -> None:
    """Roles held, give one, take one away."""
    held = _held(visit, person)
    names = {each.id: each.name for each in offices}
    grants = sorted(held.grants, key=lambda each: (each.role, str(each.office))) if held else []
    if grants:
        st.html(
            html.table(
                "Rollen",
                ["Rolle", "Wo"],
                [
                    (
                        ROLE_NAMES[each.role],
                        names.get(each.office, "früheres Amt") if each.office else HOUSE,
                    )
                    for each in grants
                ],
            )
        )
    else:
        st.html(html.empty("Keine besondere Rolle.", "Sachbearbeitung gilt für alle im Amt."))
    now, staff = visit.house.clock(), visit.staff
    role = st.selectbox(
        "Rolle",
        [each for each in Role if each is not Role.STAFF],
        format_func=lambda each: ROLE_NAMES[each],
    )
    where = st.selectbox(
        "Wo", [None, *offices], format_func=lambda each: each.name if each else HOUSE
    )
    office = where.id if where else None
    give, take, _ = st.columns([1, 1, 3])
    if give.button("Rolle geben", key="rolle-geben"):
        done, _ = carry_out(
            visit, lambda s: grant_role(s, staff, person.person, role, office, now=now)
        )
        again("Die Rolle gilt ab sofort.", done=done)
    if take.button("Rolle entziehen", key="rolle-nehmen"):
        done, _ = carry_out(
            visit, lambda s: withdraw_role(s, staff, person.person, role, office, now=now)
        )
        again("Die Rolle ist entzogen.", done=done)


def classes_desk(visit: Visit, person: PersonLine, offices: Sequence[OfficeChoice]) -> None:
    """Protection classes opened by name."""
    held = _held(visit, person)
    names = {each.id: each.name for each in offices}
    scopes = sorted(held.classes, key=lambda each: each.token) if held else []
    if scopes:
        st.html(
            html.table(
                "Zugang zu Schutzklassen",
                ["Schutzklasse", "Amt"],
                [
                    (CLASS_NAMES[each.protection], names.get(each.office, "früheres Amt"))
                    for each in scopes
                ],
            )
        )
    else:
        st.html(
            html.empty("Kein Zugang.", "Geschützte Akten sieht nur, wem sie hier geöffnet werden.")
        )
    now, staff = visit.house.clock(), visit.staff
    protection = st.selectbox("Schutzklasse", PROTECTED, format_func=lambda each: CLASS_NAMES[each])
    where = st.selectbox("Amt", offices, format_func=lambda each: each.name)
    give, take, _ = st.columns([1, 1, 3])
    if give.button("Öffnen", key="klasse-auf"):
        done, _ = carry_out(
            visit, lambda s: open_class(s, staff, person.person, where.id, protection, now=now)
        )
        again("Geöffnet.", done=done)
    if take.button("Schließen", key="klasse-zu"):
        done, _ = carry_out(
            visit, lambda s: close_class(s, staff, person.person, where.id, protection, now=now)
        )
        again("Geschlossen.", done=done)


def new_person(visit: Visit, offices: Sequence[OfficeChoice]) -> None:
    """Somebody starts to work here."""
    with st.form("neue-person", border=False):
        name = st.text_input("Name")
        login = st.text_input("Anmeldename", help="Zum Beispiel vorname.nachname")
        office = st.selectbox("Amt", offices, format_func=lambda each: each.name)
        email = st.text_input("E-Mail (wenn vorhanden)")
        sent = st.form_submit_button("Anlegen, mit Konto", type="primary")
    if not sent:
        return
    now, staff = visit.house.clock(), visit.staff
    initial = initial_password()

    def enter(session: Session) -> str:
        person = add_person(
            session,
            staff,
            login=login,
            name=name,
            office=office.id,
            email=email or None,
            valid_from=local_date(now),
            now=now,
        )
        return create_account(session, staff, person.id, initial, now=now)

    done, password = carry_out(visit, enter)
    _hand_out(done, name, login.strip().lower(), password)


def _held(visit: Visit, person: PersonLine) -> Staff | None:
    with visit.house.database.read() as session:
        return load_staff(session, person.person, local_date(visit.house.clock()))


def _hand_out(done: bool, name: str, login: str, password: str | None) -> None:
    if done:
        st.session_state["neues-passwort"] = (name, login, password)
        st.rerun()
