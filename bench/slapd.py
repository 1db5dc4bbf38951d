"""A real OpenLDAP server for benchmarks and tests: own configuration, certificates and people in a temporary folder."""

import base64
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BASE = "dc=ahlenfurt,dc=example"
PEOPLE, GROUPS = f"ou=personen,{BASE}", f"ou=gruppen,{BASE}"
OPEN = f"ou=offen,{BASE}"
"""Below this everybody may read, without signing in; below an ``ou=intern`` of it only who has signed in."""
SERVICE, SERVICE_PASSWORD = f"cn=dienst,{BASE}", "dienst-geheim-42"
LIMITED = f"cn=begrenzt,{BASE}"
PASSWORD = "salz-turm-eiche-42"
PROGRAMS = Path("/usr/sbin")
GIVEN = (
    "Änne",
    "Björn",
    "Çağla",
    "Detlef",
    "Emine",
    "Friedrich",
    "Gül",
    "Hannelore",
    "Ines",
    "Jörg",
)
FAMILY = ("Müller", "Großmann", "Öztürk", "Weiß", "Schäfer-Brück", "Nguyễn", "Łukasik", "Beispiel")

Record = tuple[str, Mapping[str, Sequence[str]]]
"""A distinguished name and its attributes."""


class Authority:
    """A certification authority of our own."""

    def __init__(self, folder: Path, name: str = "Eigene Zertifizierungsstelle") -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            self._builder(
                self._name, self._key.public_key(), timedelta(days=-1), timedelta(days=30)
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        name: str,
        hosts: Iterable[str] = ("localhost", "127.0.0.1"),
        *,
        begins: timedelta = timedelta(days=-1),
        ends: timedelta = timedelta(days=30),
    ) -> tuple[Path, Path]:
        """Certificate and key of a server, as files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key.public_key(), begins, ends)
            .add_extension(
                x509.SubjectAlternativeName([_host(each) for each in hosts]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        paths = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return paths

    def _builder(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        begins: timedelta,
        ends: timedelta,
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )


@dataclass(frozen=True)
class Running:
    """A server at work."""

    plain: int
    secure: int
    authority: Authority
    pid: int

    @property
    def ldaps(self) -> str:
        return f"ldaps://localhost:{self.secure}"

    @property
    def ldap(self) -> str:
        return f"ldap://localhost:{self.plain}"


def person(login: str, given: str, family: str, **more: str | Sequence[str]) -> Record:
    """An inetOrgPerson; further attributes as text or several."""
    attributes: dict[str, Sequence[str]] = {
        "objectClass": ["inetOrgPerson"],
        "uid": [login],
        "cn": [f"{given} {family}"],
        "givenName": [given],
        "sn": [family],
        "userPassword": [PASSWORD],
    }
    attributes |= {
        name: [value] if isinstance(value, str) else value for name, value in more.items()
    }
    return f"uid={login},{PEOPLE}", {name: values for name, values in attributes.items() if values}


def group(name: str, members: Sequence[str]) -> Record:
    """A groupOfNames; members by distinguished name."""
    return f"cn={name},{GROUPS}", {"objectClass": ["groupOfNames"], "cn": [name], "member": members}


def crowd(count: int, offices: Sequence[str]) -> list[Record]:
    """So many invented people, spread over the offices, and one group an office."""
    people = [
        person(
            f"p{number:05d}",
            GIVEN[number % len(GIVEN)],
            f"{FAMILY[number // len(GIVEN) % len(FAMILY)]} {number}",
            mail=f"p{number:05d}@stadt.example",
            telephoneNumber=f"+49 7000 {number:05d}",
            roomNumber=f"B {number % 400}",
            employeeNumber=f"{100000 + number}",
            departmentNumber=offices[number % len(offices)],
        )
        for number in range(count)
    ]
    names = [dn for dn, _ in people]
    groups = [
        group(f"amt-{office}", names[position :: len(offices)])
        for position, office in enumerate(offices)
    ]
    return [*people, *groups]


@contextmanager
def running(folder: Path, records: Iterable[Record]) -> Iterator[Running]:
    """Start slapd with these entries, and stop it (by its own process id) afterwards."""
    authority = Authority(folder)
    plain, secure = free_port(), free_port()
    configuration = _configure(folder, authority)
    (folder / "data").mkdir()
    (folder / "all.ldif").write_text("".join(_ldif(each) for each in [*_skeleton(), *records]))
    subprocess.run(
        [PROGRAMS / "slapadd", "-q", "-f", configuration, "-l", folder / "all.ldif"],
        check=True,
        capture_output=True,
    )
    addresses = f"ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{secure}/"
    server = subprocess.Popen(
        [PROGRAMS / "slapd", "-f", configuration, "-h", addresses, "-d", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(plain, server)
        yield Running(plain, secure, authority, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # polling with a deadline
        else:
            return


def _configure(folder: Path, authority: Authority) -> Path:
    certificate, key = authority.issue("slapd")
    schemas = "\n".join(
        f"include /etc/ldap/schema/{name}.schema"
        for name in ("core", "cosine", "inetorgperson", "nis")
    )
    path = folder / "slapd.conf"
    path.write_text(f"""{schemas}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCACertificateFile {authority.file}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{BASE}"
rootdn "cn=root,{BASE}"
rootpw wurzel
directory {folder}/data
maxsize 1073741824
dbnosync
index objectClass,uid,member,modifyTimestamp,entryUUID,employeeNumber,memberUid,uniqueMember eq
limits dn.exact="{SERVICE}" size=unlimited size.prtotal=unlimited
limits dn.exact="{LIMITED}" size=100 size.prtotal=100
access to attrs=userPassword by anonymous auth by * none
access to dn.regex="ou=intern,.*,{OPEN}$" by users read by * none
access to dn.subtree="{OPEN}" by * read
access to * by dn.exact="{SERVICE}" read by dn.exact="{LIMITED}" read by self read by * none
overlay memberof
overlay ppolicy
ppolicy_default "cn=regel,{BASE}"
""")
    return path


def _skeleton() -> list[Record]:
    def account(dn: str) -> Record:
        name = dn.partition(",")[0].removeprefix("cn=")
        kinds = ["organizationalRole", "simpleSecurityObject"]
        return dn, {"objectClass": kinds, "cn": [name], "userPassword": [SERVICE_PASSWORD]}

    rule = {
        "objectClass": ["device", "pwdPolicy"],
        "cn": ["regel"],
        "pwdAttribute": ["userPassword"],
        "pwdLockout": ["TRUE"],
        "pwdMaxFailure": ["3"],
    }
    top = {"objectClass": ["dcObject", "organization"], "dc": ["ahlenfurt"], "o": ["Ahlenfurt"]}
    units = [
        (dn, {"objectClass": ["organizationalUnit"], "ou": [dn.partition(",")[0][3:]]})
        for dn in (PEOPLE, GROUPS, OPEN)
    ]
    return [(BASE, top), (f"cn=regel,{BASE}", rule), account(SERVICE), account(LIMITED), *units]


def _ldif(record: Record) -> str:
    """RFC 2849, every value in base64."""
    dn, attributes = record
    lines = [f"dn:: {_base64(dn)}"]
    lines += [
        f"{name}:: {_base64(value)}" for name, values in attributes.items() for value in values
    ]
    return "\n".join(lines) + "\n\n"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
