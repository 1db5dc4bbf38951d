"""Rights are pure: who sees what, by class and office; everything not granted is denied."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.actors import (
    TOKEN_CODES,
    Citizen,
    Device,
    Grant,
    ProtectionClass,
    Role,
    Scope,
    Staff,
    System,
)
from storage.rights import NotAllowedError, Verb, may, require, sees, tokens

HERE, THERE = uuid4(), uuid4()
PROTECTED = [
    ProtectionClass.PERSONNEL,
    ProtectionClass.SOCIAL,
    ProtectionClass.TAX,
    ProtectionClass.YOUTH,
]
classes = st.sampled_from(list(ProtectionClass))
roles = st.sampled_from(list(Role))


def _staff(
    *, office: bool = True, roles: tuple[Role, ...] = (), opened: tuple[Scope, ...] = ()
) -> Staff:
    return Staff(
        uuid4(),
        "Test",
        frozenset({HERE} if office else ()),
        frozenset(Grant(role) for role in roles),
        frozenset(opened),
    )


@given(roles, st.sampled_from(PROTECTED))
def test_no_role_opens_a_protected_class(role: Role, protection: ProtectionClass) -> None:
    assert not sees(_staff(roles=(role,)), Scope(HERE, protection))
    scope = Scope(HERE, protection)
    assert sees(_staff(opened=(scope,)), scope)
    assert not sees(_staff(opened=(scope,)), Scope(THERE, protection))


def test_internal_and_unfiled_belong_to_the_office_and_the_registry() -> None:
    for protection in (ProtectionClass.INTERNAL, ProtectionClass.UNFILED):
        assert sees(_staff(), Scope(HERE, protection))
        assert not sees(_staff(), Scope(THERE, protection))
        assert sees(_staff(roles=(Role.REGISTRY,)), Scope(THERE, protection))
        assert not sees(_staff(roles=(Role.ADMIN, Role.HEAD)), Scope(THERE, protection))


def test_unopened_post_is_the_addressee_s_alone() -> None:
    assert not sees(
        _staff(office=False, roles=(Role.REGISTRY, Role.ADMIN)),
        Scope(HERE, ProtectionClass.UNOPENED),
    )
    assert sees(_staff(), Scope(HERE, ProtectionClass.UNOPENED))


@given(classes, st.sampled_from(list(Verb)))
def test_citizens_may_come_with_something_and_screens_show_what_they_show(
    protection: ProtectionClass, verb: Verb
) -> None:
    citizen, screen = Citizen(uuid4()), Device(uuid4())
    for scope in (Scope(HERE, protection), None):
        assert may(citizen, verb, scope) is (verb is Verb.ANLIEGEN_OPEN)
        assert may(screen, verb, scope) is (verb is Verb.MONITOR_SHOW)


@given(st.lists(roles, max_size=4), st.sets(classes), classes)
def test_tokens_are_exactly_what_is_seen(
    held: list[Role], opened: set[ProtectionClass], protection: ProtectionClass
) -> None:
    actor = _staff(roles=tuple(held), opened=tuple(Scope(THERE, each) for each in opened))
    allowed = tokens(actor, [HERE, THERE])
    for office in (HERE, THERE):
        scope = Scope(office, protection)
        assert (scope.token in allowed) == sees(actor, scope)


def test_every_class_and_office_has_a_token_of_its_own() -> None:
    assert set(TOKEN_CODES) == set(ProtectionClass)
    scopes = [
        Scope(office, protection).token
        for office in (HERE, THERE)
        for protection in ProtectionClass
    ]
    assert len(set(scopes)) == len(scopes)
    assert all(token.isalnum() for token in scopes)


def test_only_admins_change_schedules_and_people() -> None:
    for verb in (Verb.SCHEDULE_CHANGE, Verb.PEOPLE_CHANGE, Verb.SYSTEM_SEE):
        assert may(_staff(roles=(Role.ADMIN,)), verb)
        assert not may(_staff(roles=(Role.HEAD, Role.REGISTRY, Role.STRATEGY)), verb)
        assert may(System("flow"), verb)
        with pytest.raises(NotAllowedError, match="Berechtigung"):
            require(_staff(), verb)


@given(roles, st.sampled_from(list(Verb)))
def test_a_role_held_in_one_office_does_not_count_for_the_house(role: Role, verb: Verb) -> None:
    assert not may(Staff(uuid4(), "Test", grants=frozenset({Grant(role, HERE)})), verb)


def test_a_registry_of_one_office_sees_and_serves_that_office_alone() -> None:
    registrar = Staff(uuid4(), "Test", grants=frozenset({Grant(Role.REGISTRY, HERE)}))
    for protection in (ProtectionClass.INTERNAL, ProtectionClass.UNFILED):
        assert sees(registrar, Scope(HERE, protection))
        assert not sees(registrar, Scope(THERE, protection))
    for verb in (Verb.DOCUMENT_RECEIVE, Verb.DOCUMENT_EDIT, Verb.AKTE_EDIT, Verb.JOURNAL_PROVE):
        assert may(registrar, verb, Scope(HERE, ProtectionClass.OPEN))
        assert not may(registrar, verb, Scope(THERE, ProtectionClass.OPEN))
