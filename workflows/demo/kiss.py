"""Who is responsible for which Anliegen in the demo city: groups, topics, rules, places and texts to begin with."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import seeds
from storage.actors import SHARED_CLASSES, ProtectionClass, Role, System
from storage.clock import local_date, new_id
from storage.organisation.operations import grant_role, open_class
from storage.organisation.tables import Membership, Office, RoleGrant
from workflows.kiss.anliegen.groups import general_group
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import AnswerTemplate, Group, KnownPlace, Topic
from workflows.kiss.routing.group_keeping import GroupForm, add_group
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule
from workflows.kiss.routing.topic_keeping import TopicForm, add_topic

FOUNDER = System("demo")
SINCE_LONG = timedelta(days=120)
"""So long it has counted already: the history of the last quarter went by it."""
APART = 0.0011
"""Degrees between two neighbours on a district's spiral: about a hundred metres."""


def found_kiss(session: Session, now: datetime) -> None:
    """Set all of it up, unless some is there already."""
    if session.scalar(select(func.count()).select_from(Topic)):
        return
    now -= SINCE_LONG
    seed = yaml.safe_load((resources.files("config") / "seed" / "kiss.yaml").read_text("utf-8"))
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    groups = _groups(session, seed, offices, now)
    _coordinators(session, offices[seed["coordination"]], now)
    topics: dict[str, UUID] = {}
    for each in seed["topics"]:
        form = TopicForm(
            each["title"], groups[each["group"]], Kind(each["kind"]), each["hours"], each["description"],
            each["keywords"], each.get("four_eyes", False), each.get("public", False),
            ProtectionClass(each.get("protection", ProtectionClass.INTERNAL)),
        )  # fmt: skip
        topics[each["key"]] = add_topic(session, FOUNDER, each["key"], form, now=now).id
        _open_to_its_office(session, form, now)
    for each in seed["rules"]:
        rule = RuleForm(
            each["title"], offices[each["owner"]], groups[each["group"]], each["position"],
            topics[each["topic"]] if "topic" in each else None, each["conditions"],
        )  # fmt: skip
        add_rule(session, FOUNDER, rule, now=now)
    _places(session, seed["districts"], local_date(now))
    for each in seed["templates"]:
        session.add(
            AnswerTemplate(
                id=new_id(), revision=1, title=each["title"], text=each["text"],
                topic_id=topics[each["topic"]] if "topic" in each else None, office_id=None,
                valid_from=local_date(now), valid_to=None,
            )
        )  # fmt: skip


def _open_to_its_office(session: Session, form: TopicForm, now: datetime) -> None:
    """Those who answer a protected topic see what comes with it."""
    if form.protection is None or form.protection in SHARED_CLASSES:
        return
    office = session.get_one(Group, form.group).office_id
    people = select(Membership.person_id).where(
        Membership.office_id == office, Membership.valid_to.is_(None)
    )
    for person in session.scalars(people.order_by(Membership.person_id)):
        open_class(session, FOUNDER, person, office, form.protection, now=now)


def _groups(
    session: Session, seed: Mapping[str, Any], offices: Mapping[str, UUID], now: datetime
) -> dict[str, UUID]:
    day = local_date(now)
    groups = {key: general_group(session, office, day).id for key, office in offices.items()}
    session.get_one(Group, groups[seed["coordination"]]).coordination = True
    for each in seed["groups"]:
        form = GroupForm(
            each["name"], offices[each["office"]], each["hours"], each.get("spreads", False), False,
            frozenset[UUID]().union(
                *(_some_of(session, offices[key], most) for key, most in each["members"].items())
            ),
        )  # fmt: skip
        groups[each["key"]] = add_group(session, FOUNDER, each["key"], form, now=now).id
    return groups


def _coordinators(session: Session, office: UUID, now: datetime) -> None:
    """Who speaks for Feedback LE in the coordinating office does so for the whole house."""
    theirs = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.FEEDBACK.value, RoleGrant.office_id == office
    )
    for person in session.scalars(theirs.order_by(RoleGrant.id)).all():
        grant_role(session, FOUNDER, person, Role.FEEDBACK, None, now=now)


def _some_of(session: Session, office: UUID, number: int) -> frozenset[UUID]:
    """People of the office, at first those who don't lead it, as many as asked for if there are."""
    heads = select(RoleGrant.person_id).where(RoleGrant.role == Role.HEAD.value)
    found = session.scalars(
        select(Membership.person_id)
        .where(Membership.office_id == office)
        .order_by(Membership.person_id.in_(heads), Membership.id)
        .limit(number)
    )
    return frozenset(found)


def _places(session: Session, centres: Mapping[str, tuple[float, float]], day: date) -> None:
    """Streets and squares of each district on a spiral around its centre."""
    city = seeds.load_city()
    named = {district: list(streets) for district, streets in city.streets.items()}
    for place in city.places:
        named.setdefault(place.district, []).append(place.name)
    known: set[str] = set()
    for district, (latitude, longitude) in centres.items():
        for step, name in enumerate(each for each in named.get(district, ()) if each not in known):
            angle, far = 2.4 * step, APART * math.sqrt(step)  # the golden angle: no two in line
            known.add(name)
            session.add(
                KnownPlace(
                    id=new_id(), name=name, district=district,
                    latitude=round(latitude + far * math.sin(angle), 5),
                    longitude=round(longitude + 1.5 * far * math.cos(angle), 5),
                    valid_from=day, valid_to=None,
                )
            )  # fmt: skip
