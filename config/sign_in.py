"""Settings of sign-in: where people prove who they are, and how their directory is reached."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Source = Literal["local", "ldap", "oidc"]
SOURCES = ("local", "ldap", "oidc")
KINDS = ("auto", "openldap", "ad")


class SignInSettings(BaseSettings):
    """Part of the settings of an installation (``config.settings``); without any, local accounts alone."""

    model_config = SettingsConfigDict(env_prefix="RATHAUS_", env_file=".env", extra="ignore")

    sign_in_source: Source = "local"
    """``local``, ``ldap`` or ``oidc``; local accounts stay beside the others for emergencies."""

    # The directory (LDAP): used for the sync as soon as a server is named, for sign-in with ``ldap``.
    ldap_servers: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses in the order in which they are tried, parted by commas or blanks: ``ldaps://dc1 ldaps://dc2:6636``."""
    ldap_starttls: bool = True
    """Encrypts ``ldap://`` before anything secret is said; without it only an address of this machine is accepted."""
    ldap_ca_file: Path | None = None
    """PEM file of the certification authority; the system's own list by default."""
    ldap_kind: Literal["auto", "openldap", "ad"] = "auto"
    ldap_bind_dn: str = ""
    """Account that may read people and groups; on Active Directory also ``name@domain``."""
    ldap_bind_password: str = Field(default="", repr=False)
    ldap_base: str = ""
    ldap_group_base: str = ""
    """Below this the groups lie; the base of the people by default."""
    ldap_filter: str = ""
    """Which entries are people; a fitting one for the kind of directory by default."""
    ldap_login: str = ""
    """Attribute people sign in with; ``uid`` or ``sAMAccountName`` by default."""
    ldap_office: str = ""
    """Attribute that names the office (key, number, name or short name); ``departmentNumber`` or ``department``."""
    ldap_mapping: Path | None = None
    """YAML or JSON file: which group gives which role and which office."""
    ldap_connect_seconds: float = Field(default=3.0, gt=0, le=60)
    ldap_receive_seconds: int = Field(default=5, ge=1, le=300)
    ldap_page_size: int = Field(default=500, ge=1, le=5000)
    ldap_minimum_percent: int = Field(default=80, ge=0, le=100)
    """A sync that finds less of the known people than this, or would leave less of them, of their offices, of their
    roles or of one of their facts (mail, phone, room) out of the directory, changes nothing.
    """

    ldap_lockout_attempts: int = Field(default=5, ge=0)
    """After so many wrong passwords the directory locks an account; one less are let through to it, from all addresses
    together. 0: it never locks.
    """
    ldap_lockout_minutes: int = Field(default=30, ge=1, le=1440)
    """Within so many minutes the directory counts them; where it counts until a right one, the longest there is."""

    # OpenID Connect.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_login_claim: str = "preferred_username"
    """Claim that names the person at their first sign-in; afterwards the provider's own id (``sub``) alone counts."""
    oidc_scopes: str = "openid profile email"
    oidc_title: str = "Mit dem Konto der Stadt anmelden"
    oidc_ca_file: Path | None = None

    @field_validator("sign_in_source", mode="before")
    @classmethod
    def _known_source(cls, value: Any) -> Any:
        return _one_of(value, SOURCES)

    @field_validator("ldap_kind", mode="before")
    @classmethod
    def _known_kind(cls, value: Any) -> Any:
        return _one_of(value, KINDS)

    @field_validator("ldap_servers", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        servers = tuple(value.replace(",", " ").split()) if isinstance(value, str) else tuple(value)
        for server in servers:
            _check_server(server)
        return servers

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme != "https" and not is_loopback(parts.hostname):
            raise ValueError("Der Anmeldedienst braucht eine Adresse mit https://.")
        return value.rstrip("/")


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _one_of(value: Any, known: tuple[str, ...]) -> Any:
    word = str(value).strip().lower()
    if word not in known:
        raise ValueError(f"Bekannt sind: {', '.join(known)}.")
    return word


def _check_server(server: str) -> None:
    """Raises ``ValueError`` with a German sentence where the address is none of a directory."""
    try:
        parts = urlsplit(server)
        good = parts.scheme in {"ldap", "ldaps"} and parts.hostname and (parts.port or 1)
    except ValueError:
        good = False
    if not good:
        raise ValueError(
            "Jede Adresse braucht die Form ldaps://server oder ldap://server:389 (mit StartTLS)."
        )
