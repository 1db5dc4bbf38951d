"""Looking at a server's certificate and saying in plain German what is wrong with it."""

import socket
import ssl
from datetime import UTC, datetime

from cryptography import x509

from config.settings import Settings
from presence.directory.connection import Address, tls_context

START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""The extended request that asks for TLS (RFC 4511, 4.14), message 1."""
EXPIRED, NOT_YET, SELF_SIGNED = 10, 9, (18, 19)
UNKNOWN_ISSUER = (2, 20, 21, 27)
WRONG_NAME = (62, 64)
"""OpenSSL's verification codes (X509_V_ERR_...)."""


class TlsError(Exception):
    """No verified connection. The message says why, and what to do."""


def verified(settings: Settings, address: Address) -> str:
    """The certificate in words, once it was accepted. Raises ``TlsError``, ``DirectoryError`` or ``OSError``."""
    context = tls_context(settings)
    with _socket(settings, address) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=address.host) as secure:
                version = secure.version()
                certificate = x509.load_der_x509_certificate(
                    secure.getpeercert(binary_form=True) or b""
                )
        except ssl.SSLCertVerificationError as error:
            raise TlsError(_explained(error, settings, address)) from None
        except ssl.SSLError as error:
            raise TlsError(
                f"Auf Port {address.port} wird kein TLS gesprochen ({error.reason or 'abgebrochen'})."
            ) from None
    days = (certificate.not_valid_after_utc - datetime.now(UTC)).days
    return f"{version}, Zertifikat gültig noch {days} Tage, ausgestellt von „{_name(certificate.issuer)}“"


def _socket(settings: Settings, address: Address) -> socket.socket:
    """A connection on which TLS can start at once. Raises ``TlsError`` where StartTLS is refused."""
    plain = socket.create_connection((address.host, address.port), settings.ldap_connect_seconds)
    plain.settimeout(settings.ldap_receive_seconds)
    if address.ldaps:
        return plain
    try:
        plain.sendall(START_TLS)
        answer = plain.recv(4096)
    except OSError:
        plain.close()
        raise
    # The result code is the first ENUMERATED (0x0a 0x01 code) of the answer.
    position = answer.find(b"\x0a\x01")
    if position < 0 or answer[position + 2 : position + 3] != b"\0":
        plain.close()
        raise TlsError(
            "Der Server lehnt StartTLS ab. Bitte ldaps:// verwenden oder es dort einschalten."
        )
    return plain


def _explained(error: ssl.SSLCertVerificationError, settings: Settings, address: Address) -> str:
    certificate = _unverified(settings, address)
    code = error.verify_code
    if code in WRONG_NAME:
        return (
            f"Das Zertifikat gilt nicht für „{address.host}“, sondern für: {_hosts(certificate)}. "
            "Bitte einen dieser Namen als Adresse eintragen."
        )
    if code == EXPIRED:
        return f"Das Zertifikat (oder eines seiner Aussteller) ist abgelaufen: gültig bis {_ended(certificate)}."
    if code == NOT_YET:
        return "Das Zertifikat gilt noch nicht. Bitte die Uhren beider Rechner vergleichen."
    if code in SELF_SIGNED or code in UNKNOWN_ISSUER:
        where = settings.ldap_ca_file or "die Liste des Betriebssystems"
        return (
            f"Der Aussteller „{_name(certificate.issuer) if certificate else '?'}“ ist nicht bekannt ({where}). "
            "Bitte dessen Zertifikat als PEM-Datei in RATHAUS_LDAP_CA_FILE nennen."
        )
    return f"Das Zertifikat wird nicht anerkannt: {error.verify_message}."


def _unverified(settings: Settings, address: Address) -> x509.Certificate | None:
    """The certificate as it is, only to describe it; nothing is said over this connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            _socket(settings, address) as plain,
            context.wrap_socket(plain, server_hostname=address.host) as secure,
        ):
            octets = secure.getpeercert(binary_form=True)
    except (OSError, TlsError):
        return None
    return x509.load_der_x509_certificate(octets) if octets else None


def _hosts(certificate: x509.Certificate | None) -> str:
    if certificate is None:
        return "?"
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return _name(certificate.subject)
    return ", ".join(str(each.value) for each in names)


def _ended(certificate: x509.Certificate | None) -> str:
    return f"{certificate.not_valid_after_utc:%d.%m.%Y}" if certificate else "?"


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()
