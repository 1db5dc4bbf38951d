"""The pure rules: names, entries, nested groups, what a group gives, what a sync plans."""

import json
import string
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings, SettingsError, get_settings
from presence.directory.entries import Entry, read_entry
from presence.directory.errors import DirectoryError
from presence.directory.groups import groups_by_member, reached
from presence.directory.kinds import AD, OPENLDAP
from presence.directory.mapping import GroupMapping, RoleRule, load_mapping, rights_of
from presence.directory.names import normal
from presence.directory.offices import OfficeBook
from presence.directory.plan import Known, Plan, Resident, Wanted, make_plan
from presence.logins import same_login
from storage.actors import Grant, Role

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=A,dc=B", "CN=a,DC=b"),
        ("cn=A, dc=B", "cn=A,dc=B"),
        ("cn=A , dc = B", "cn=a,dc=b"),
        (r"cn=B\C3\BCrger,dc=x", "cn=Bürger,dc=x"),
        (r"cn=Amt\2C Nord,dc=x", r"cn=Amt\, Nord,dc=x"),
        (r"cn=\20vorn  und hinten\20,dc=x", r"cn=\ vorn und hinten\ ,dc=x"),
        ("cn=Bu\u0308rger,dc=x", "cn=Bürger,dc=x"),
        (r"cn=A\5CB\, C,dc=x", r"cn=A\\B\, C,dc=x"),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=a，dc=x", "cn=a,dc=x"),
        (r"cn=a\,dc=x", "cn=a,dc=x"),
        (r"cn=a\\,dc=x", r"cn=a\,dc=x"),
        ("cn=ab,dc=x", "cn=a b,dc=x"),
    ],
)
def test_names_that_differ(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(st.text())
def test_any_text_has_a_spelling_that_stays(text: str) -> None:
    assert isinstance(normal(text), str)


NODES = st.sampled_from(string.ascii_lowercase[:8])


@given(st.dictionaries(NODES, st.frozensets(NODES)))
def test_nested_groups_end_and_are_transitive(members: dict[str, frozenset[str]]) -> None:
    for group, direct in members.items():
        found = reached([group], members)
        assert direct <= found
        assert all(reached([each], members) <= found for each in found)
    held = groups_by_member(members, members)
    for member, groups in held.items():
        assert groups == {group for group in members if member in reached([group], members)}


ATTRIBUTES = st.dictionaries(
    st.sampled_from([name.lower() for name in {*OPENLDAP.attributes, *AD.attributes}]),
    st.lists(st.binary(max_size=40), max_size=3),
)


@given(ATTRIBUTES, st.sampled_from([OPENLDAP, AD]))
def test_whatever_an_entry_holds_is_read(attributes: dict[str, list[bytes]], kind: object) -> None:
    entry = read_entry(kind, "cn=x", attributes, NOW)  # type: ignore[arg-type]
    for text in entry.facts.values():
        assert text is None or (text == text.strip() and "\0" not in text)
    assert entry.login == same_login(entry.login)


def test_the_order_of_several_values_does_not_matter() -> None:
    one = {"mail": [b"b@x", b"a@x"], "cn": [b"Z", b"A"]}
    other = {name: list(reversed(values)) for name, values in one.items()}
    assert read_entry(OPENLDAP, "cn=x", one, NOW) == read_entry(OPENLDAP, "cn=x", other, NOW)


def test_object_guid_is_read_as_windows_shows_it() -> None:
    value = bytes.fromhex("33221100554477668899aabbccddeeff")
    entry = read_entry(AD, "cn=x", {"objectguid": [value]}, NOW)
    assert entry.key == "00112233-4455-6677-8899-aabbccddeeff"


@pytest.mark.parametrize(
    ("control", "expires", "locked"),
    [
        (b"512", b"0", False),
        (b"514", b"0", True),
        (b"66050", None, True),
        (b"512", b"9223372036854775807", False),
        (b"512", b"132000000000000000", True),
        (b"512", b"140000000000000000", False),
        (b"quatsch", b"quatsch", False),
        (None, b"-1", True),
    ],
)
def test_locked_accounts(control: bytes | None, expires: bytes | None, locked: bool) -> None:
    attributes = {"useraccountcontrol": [control], "accountexpires": [expires]}
    given_ones = {name: [v for v in values if v] for name, values in attributes.items()}
    assert read_entry(AD, "cn=x", given_ones, NOW).locked is locked  # type: ignore[arg-type]


OFFICE, OTHER = uuid4(), uuid4()
OFFICES = OfficeBook({"32": OFFICE, "ordnungsamt": OFFICE, "50": OTHER}, {"standesamt": OTHER})


def test_roles_are_held_in_the_house_the_named_office_or_the_own_ones() -> None:
    mapping = GroupMapping(
        roles=(
            RoleRule(group="cn=a,dc=x", role=Role.CASH),
            RoleRule(group="cn=b,dc=x", role=Role.HEAD),
            RoleRule(group="CN=B, DC=x", role=Role.REGISTRY, office="50"),
            RoleRule(group="cn=c,dc=x", role=Role.ADMIN),
        )
    )
    rights = rights_of({"cn=a,dc=x", "cn=b,dc=x"}, "Ordnungsamt", mapping, OFFICES)
    assert rights.grants == {
        Grant(Role.CASH),
        Grant(Role.HEAD, OFFICE),
        Grant(Role.REGISTRY, OTHER),
    }
    assert rights.offices == {OFFICE}
    assert rights_of([], "Bauhof", mapping, OFFICES).unknown == {"Bauhof"}


HEADS = GroupMapping(roles=(RoleRule(group="cn=b,dc=x", role=Role.HEAD),))


def test_who_worked_in_a_closed_office_works_in_the_next_one_without_its_roles() -> None:
    rights = rights_of({"cn=b,dc=x"}, " STANDESAMT\u00a0", HEADS, OFFICES)
    assert rights.offices == {OTHER}
    assert not rights.grants
    assert rights.closed == {" STANDESAMT\u00a0"}
    assert not rights.lasting
    assert not rights.offices_last


def test_what_can_not_be_told_is_left_as_it_is() -> None:
    unknown = rights_of({"cn=b,dc=x"}, "Bauhof", HEADS, OFFICES)
    assert unknown.offices_last
    assert unknown.lasting == {Role.HEAD}
    hidden = rights_of(set(), "32", HEADS, OFFICES, unseen={"cn=b,dc=x"})
    assert not hidden.offices_last
    assert hidden.lasting == {Role.HEAD}
    assert not rights_of(set(), "32", HEADS, OFFICES).lasting
    named = GroupMapping(roles=(RoleRule(group="cn=b,dc=x", role=Role.HEAD, office="Bauhof"),))
    assert rights_of({"cn=b,dc=x"}, "32", named, OFFICES).lasting == {Role.HEAD}


def test_a_mapping_may_be_json(tmp_path: Path) -> None:
    file = tmp_path / "gruppen.json"
    file.write_text('{"offices": [{"group": "cn=x", "office": "32"}]}')
    assert load_mapping(file).named_offices == {"32"}
    file.write_text(json.dumps({"roles": [{"group": "cn=🏛️ Räte,dc=x", "role": "cash"}]}))
    assert load_mapping(file).roles[0].group == "cn=🏛️ Räte,dc=x"
    assert load_mapping(None) == GroupMapping()


def test_no_group_makes_somebody_the_staff_council(tmp_path: Path) -> None:
    file = tmp_path / "gruppen.json"
    file.write_text('{"roles": [{"group": "cn=rat", "role": "council"}]}')
    with pytest.raises(DirectoryError, match=r"„Personalrat“.*nie aus dem Verzeichnis"):
        load_mapping(file)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SIGN_IN_SOURCE", "kerberos", "Bekannt sind: local, ldap, oidc."),
        ("LDAP_KIND", "edirectory", "Bekannt sind: auto, openldap, ad."),
        ("LDAP_SERVERS", "http://x", "ldaps://server"),
        ("LDAP_SERVERS", "ldaps://x:port", "ldaps://server"),
        ("OIDC_ISSUER", "http://login.example", "https://"),
    ],
)
def test_a_wrong_setting_is_one_german_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"RATHAUS_{name}", value)
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match=f"RATHAUS_{name}") as error:
        get_settings()
    assert words in str(error.value)
    get_settings.cache_clear()


def test_a_password_is_not_shown_with_the_settings() -> None:
    settings = Settings(
        _env_file=None, ldap_bind_password="geheim-1", oidc_client_secret="geheim-2"
    )
    assert "geheim" not in repr(settings)


LOGINS = st.sampled_from("abcdef")
KEYS = st.sampled_from("123456")


@st.composite
def entries(draw: st.DrawFn) -> list[Wanted]:
    found = draw(st.lists(st.tuples(KEYS, LOGINS, st.booleans()), max_size=8))
    return [
        Wanted(Entry(f"cn={key}{n}", key, login, f"Name {login}", locked=locked), f"{key}{login}")
        for n, (key, login, locked) in enumerate(found)
    ]


@st.composite
def known_ones(draw: st.DrawFn) -> list[Known]:
    keys = draw(st.lists(KEYS, unique=True, max_size=5))
    logins = draw(st.lists(LOGINS, unique=True, min_size=len(keys), max_size=len(keys)))
    return [
        Known(uuid4(), UUID(int=int(key)), key, draw(st.booleans()), None, "", login, f"N {login}")
        for key, login in zip(keys, logins, strict=True)
    ]


def residents_of(known: Sequence[Known]) -> dict[str, Resident]:
    return {each.login: Resident(each.person, each.login, each.name, each.active) for each in known}


def plan_for(wanted: list[Wanted], known: list[Known], *, complete: bool) -> Plan:
    return make_plan(wanted, known, residents_of(known), complete=complete)


@given(entries(), known_ones(), st.booleans())
def test_a_plan_never_gives_one_login_or_one_entry_to_two(
    wanted: list[Wanted], known: list[Known], complete: bool
) -> None:
    plan = plan_for(wanted, known, complete=complete)
    if plan.refused:
        return
    touched = [each.entry.key for each in plan.create]
    touched += [item[0].entry.key for item in (*plan.link, *plan.update)]
    assert len(touched) == len(set(touched))
    people = [person for _, person, _ in plan.link] + [before.person for _, before in plan.update]
    assert len(people) == len(set(people))
    after = {each.person: each.login for each in known}
    after |= {person: f"alt-{person}" for person in plan.aside}
    after |= plan.renames
    logins = [*after.values(), *(each.entry.login for each in plan.create)]
    assert len(logins) == len(set(logins))
    gone = {each.key for each in plan.disable}
    assert not gone & set(touched)


@given(entries(), known_ones())
def test_a_part_of_the_directory_disables_nobody_who_is_not_in_it(
    wanted: list[Wanted], known: list[Known]
) -> None:
    seen = {each.entry.key for each in wanted}
    plan = plan_for(wanted, known, complete=False)
    assert {each.key for each in plan.disable} <= seen


@given(known_ones(), st.integers(1, 100))
def test_too_few_known_people_refuse_everything(known: list[Known], percent: int) -> None:
    active = [each for each in known if each.active]
    stranger = Wanted(Entry("cn=neu", "neu", "neu", "Neu"), "x")
    plan = make_plan([stranger], known, residents_of(known), complete=True, minimum_percent=percent)
    assert (plan.refused is not None) == bool(active)
    if plan.refused:
        assert not [*plan.create, *plan.update, *plan.link, *plan.disable]
