"""What OpenLDAP and Active Directory call the same things."""

from dataclasses import dataclass, replace
from typing import Literal

from config.settings import Settings

ACTIVE_DIRECTORY = b"1.2.840.113556.1.4.800"
"""Among ``supportedCapabilities`` of the root entry: this is an Active Directory (MS-ADTS 3.1.1.3.4.3.1)."""
IN_CHAIN = "1.2.840.113556.1.4.1941"
"""LDAP_MATCHING_RULE_IN_CHAIN: a server of Active Directory follows nested groups itself (MS-ADTS 3.1.1.3.4.4.3)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Names of attributes, most wanted first; ``changed`` grows with every change of an entry."""

    name: Literal["openldap", "ad"]
    people: str
    groups: str
    login: str
    key: str
    changed: str
    office: str
    email: tuple[str, ...]
    phone: tuple[str, ...]
    room: tuple[str, ...]
    number: tuple[str, ...]
    members: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def attributes(self) -> list[str]:
        """Everything that is read of a person."""
        names = ("givenName", "sn", "displayName", "cn", "personalTitle")
        single = (self.login, self.key, self.changed, self.office)
        several = (*self.email, *self.phone, *self.room, *self.number, *self.more)
        return list(dict.fromkeys((*names, *single, *several)))


OPENLDAP = Kind(
    name="openldap",
    people="(objectClass=inetOrgPerson)",
    groups="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
    login="uid",
    key="entryUUID",
    changed="modifyTimestamp",
    office="departmentNumber",
    email=("mail",),
    phone=("telephoneNumber",),
    room=("roomNumber",),
    number=("employeeNumber",),
    members=("member", "uniqueMember", "memberUid"),
    more=("pwdAccountLockedTime",),
)
AD = Kind(
    name="ad",
    people="(&(objectCategory=person)(objectClass=user)(!(isCriticalSystemObject=TRUE)))",
    groups="(objectCategory=group)",
    login="sAMAccountName",
    key="objectGUID",
    changed="uSNChanged",
    office="department",
    email=("mail",),
    phone=("telephoneNumber",),
    room=("physicalDeliveryOfficeName", "roomNumber"),
    number=("employeeNumber", "employeeID"),
    more=("userAccountControl", "accountExpires", "userPrincipalName"),
)


def fitted(kind: Kind, settings: Settings) -> Kind:
    """The kind with what this installation calls otherwise."""
    return replace(
        kind,
        people=settings.ldap_filter or kind.people,
        login=settings.ldap_login or kind.login,
        office=settings.ldap_office or kind.office,
    )
