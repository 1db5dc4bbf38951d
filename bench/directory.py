"""The directory over LDAPS: repeated full syncs, and sign-in.

The reference of the sync is a bare paged search of ldap3 with the same filter and attributes, in the same run, in turns.
"""

import ssl
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ldap3 import Connection, Server, Tls

from bench import slapd
from bench.figures import Figure
from config.settings import Settings
from presence.directory.kinds import OPENLDAP
from presence.directory.sync import synchronise
from presence.sign_in import Token, sign_in
from storage.actors import System
from storage.all_tables import create_all
from storage.clock import utc_now
from storage.house import House
from storage.organisation.operations import add_office

ACTOR = System("bench")
OFFICES = [str(number) for number in range(10, 30)]
ROUNDS = 7
SIGN_INS = 60


def measure() -> list[Figure]:
    with _at_work(1_000) as (house, server):
        synchronise(house, ACTOR)
        ratios = [(_sync(house), _bare(server)) for _ in range(ROUNDS)]
        sync, bare = (statistics.median(times) for times in zip(*ratios, strict=True))
        ratio = statistics.median(ours / theirs for ours, theirs in ratios)
        signed_in = _sign_ins(house)
    with _at_work(20_000) as (house, _):
        began = time.perf_counter()
        first = synchronise(house, ACTOR)
        founding = time.perf_counter() - began
        assert first.created == 20_000
        large = _sync(house)
    return [
        Figure(
            "Verzeichnis: wiederholter Abgleich von 1.000 Personen über LDAPS",
            sync,
            "s",
            bare,
            "Suche allein (ldap3, s)",
            "höchstens 1,5x",
            ratio <= 1.5,
        ),
        Figure(
            "Verzeichnis: wiederholter Abgleich von 20.000 Personen über LDAPS",
            large,
            "s",
            None,
            f"erster Abgleich: {founding:.0f} s",
            "höchstens 60 s",
            large <= 60,
        ),
        Figure(
            "Ganze Anmeldung über LDAPS (mit Bremse, Sitzung und Verzeichnis), p95",
            signed_in * 1000,
            "ms",
            None,
            "",
            "höchstens 150 ms",
            signed_in <= 0.150,
        ),
    ]


@contextmanager
def _at_work(count: int) -> Iterator[tuple[House, slapd.Running]]:
    """A directory of so many people in 20 offices with nested groups, and a house beside it on SQLite."""
    people = slapd.crowd(count, OFFICES)
    heads = slapd.group("leitung", [dn for dn, _ in people[:20]] + [f"cn=amt-10,{slapd.GROUPS}"])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        mapping = place / "gruppen.yaml"
        mapping.write_text(f"roles:\n  - {{group: 'cn=leitung,{slapd.GROUPS}', role: head}}\n")
        with slapd.running(place, [*people, heads]) as server:
            house = House(
                Settings(
                    data_dir=place,
                    _env_file=None,
                    sign_in_source="ldap",
                    ldap_servers=(server.ldaps,),
                    ldap_ca_file=server.authority.file,
                    ldap_bind_dn=slapd.SERVICE,
                    ldap_bind_password=slapd.SERVICE_PASSWORD,
                    ldap_base=slapd.PEOPLE,
                    ldap_group_base=slapd.GROUPS,
                    ldap_mapping=mapping,
                )
            )
            create_all(house.database.engine)
            with house.database.write() as session:
                for number in OFFICES:
                    add_office(
                        session,
                        ACTOR,
                        key=f"amt{number}",
                        number=number,
                        name=f"Amt {number}",
                        short=f"A{number}",
                        valid_from=utc_now().date(),
                        now=utc_now(),
                    )
            yield house, server
            house.close()


def _sync(house: House) -> float:
    began = time.perf_counter()
    result = synchronise(house, ACTOR)
    assert result.unchanged == result.seen > 0
    return time.perf_counter() - began


def _bare(server: slapd.Running) -> float:
    """What ldap3 alone needs: connect, bind, all pages of the same search."""
    began = time.perf_counter()
    tls = Tls(
        validate=ssl.CERT_REQUIRED,
        version=ssl.PROTOCOL_TLS_CLIENT,
        ca_certs_file=str(server.authority.file),
    )
    link = Connection(
        Server("localhost", port=server.secure, use_ssl=True, tls=tls, get_info="NO_INFO"),
        slapd.SERVICE,
        slapd.SERVICE_PASSWORD,
        auto_bind=True,
    )
    found = link.extend.standard.paged_search(
        slapd.PEOPLE,
        OPENLDAP.people,
        attributes=OPENLDAP.attributes,
        paged_size=500,
        generator=True,
    )
    count = sum(1 for _ in found)
    link.unbind()
    assert count == 1000
    return time.perf_counter() - began


def _sign_ins(house: House) -> float:
    """95th percentile in seconds of whole sign-ins with the right password, each person once from a desk of their own:
    brake, directory, person and rights taken over, session, log.
    """
    times = []
    for number in range(SIGN_INS):
        began = time.perf_counter()
        outcome = sign_in(house, f"p{number * 7:05d}", slapd.PASSWORD, f"10.0.0.{number}")
        times.append(time.perf_counter() - began)
        assert isinstance(outcome, Token)
    return statistics.quantiles(times, n=20)[-1]
