"""A small town hall: three offices, four people, three entries of the Aktenplan, real readers and databases."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from reportlab.pdfgen.canvas import Canvas

from config.settings import Settings
from ocr.isolation import ReaderPool
from storage.actors import Grant, ProtectionClass, Role, Scope, Staff, System
from storage.database import Database
from storage.house import House
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from storage.organisation.tables import Office, Person
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.receiving import Incoming, Receipt, receive
from workflows.eakte.tables import Document, PlanEntry, Vorgang
from workflows.engine.work import work_off

SINCE = date(2020, 1, 1)
SYSTEM = System("test")


@dataclass
class Clock:
    """Hands that tests turn."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now


@dataclass
class Town:
    """The town hall and its people; ``bau`` and ``steuer`` are offices, ``post`` the Poststelle."""

    house: House
    clock: Clock
    post: UUID
    bau: UUID
    steuer: UUID
    trees: UUID
    taxes: UUID
    roads: UUID
    clerk: Staff
    colleague: Staff
    taxwoman: Staff
    registrar: Staff
    readers: ReaderPool

    def receive(
        self, content: bytes, name: str, office: UUID | None = None, actor: Staff | System = SYSTEM
    ) -> Receipt:
        return receive(self.house, actor, Incoming(name, content, office or self.bau))

    def process(self) -> None:
        """Work off what waits to be read, as the engine does."""
        from workflows.eakte.work import job_kinds

        for kind in job_kinds(self.house, self.readers):
            while jobs := claim(
                self.house.database, [kind.name], 50, "test", kind.lease, self.clock()
            ):
                work_off(JobContext(self.house), kind, jobs)

    def document(self, receipt: Receipt) -> Document:
        assert receipt.document is not None
        with self.house.database.read() as session:
            return session.get_one(Document, receipt.document)

    def vorgang(self, actor: Staff, entry: UUID, title: str = "Akte") -> Vorgang:
        with self.house.database.write() as session:
            akte = open_akte(session, actor, plan_entry=entry, title=title, now=self.clock())
            return open_vorgang(session, actor, akte.id, "Laufendes", now=self.clock())


def letter(*lines: str, pages: int = 1) -> bytes:
    """A PDF with a text layer."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for _ in range(pages):
        for number, line in enumerate(lines):
            canvas.drawString(70, 780 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


TREE_LETTER = (
    "Hedwig Lindner",
    "Lindenallee 12",
    "78902 Ahlenfurt",
    "",
    "Stadt Ahlenfurt",
    "Amt für Stadtgrün",
    "",
    "Ahlenfurt, den 12. Oktober 2026",
    "",
    "Betreff: Antrag auf Fällung einer Birke",
    "",
    "Sehr geehrte Damen und Herren,",
    "hiermit beantrage ich die Fällung einer Birke auf meinem Grundstück. Der Baum ist krank,",
    "die Baumschutzsatzung verlangt eine Genehmigung. Bitte antworten Sie bis zum 15.11.2026.",
    "",
    "Mit freundlichen Grüßen",
    "Hedwig Lindner",
)
TAX_LETTER = (
    "Betreff: Einspruch gegen den Gewerbesteuerbescheid",
    "",
    "Sehr geehrte Damen und Herren,",
    "gegen den Bescheid über die Gewerbesteuer 2025 lege ich Einspruch ein. Der Hebesatz und der",
    "Steuermessbetrag sind falsch angesetzt.",
    "",
    "Mit freundlichen Grüßen",
    "Karl Ohm",
)


def _person(session: object, login: str, name: str) -> UUID:
    person = Person(login=login, name=name, valid_from=SINCE)
    session.add(person)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return person.id


def found_town(database: Database, house: House, clock: Clock, readers: ReaderPool) -> Town:
    with database.write() as session:
        offices = [
            Office(
                key=key, number=number, name=name, short=key.title(), keywords=[], valid_from=SINCE
            )
            for key, number, name in (
                ("poststelle", "10", "Zentrale Poststelle"),
                ("bau", "61", "Amt für Bauen und Stadtgrün"),
                ("steuer", "20", "Steueramt"),
            )
        ]
        session.add_all(offices)
        session.flush()
        post, bau, steuer = (office.id for office in offices)
        entries = [
            PlanEntry(
                number=number,
                title=title,
                leaf=True,
                keywords=keywords,
                kinds=kinds,
                office_id=office,
                protection=protection,
                retention_years=10,
                fate="anbieten",
                valid_from=SINCE,
            )
            for number, title, keywords, kinds, office, protection in (
                (
                    "B1.01",
                    "Bäume und Baumschutz",
                    ["Baum", "Fällung", "Baumschutzsatzung", "Birke"],
                    ["Antrag"],
                    bau,
                    "internal",
                ),
                (
                    "S1.01",
                    "Gewerbesteuer",
                    ["Gewerbesteuer", "Hebesatz", "Steuermessbetrag"],
                    ["Einspruch"],
                    steuer,
                    "tax",
                ),
                (
                    "B2.01",
                    "Straßen und Wege",
                    ["Schlagloch", "Gehweg", "Fahrbahn"],
                    ["Anzeige/Meldung"],
                    bau,
                    "open",
                ),
            )
        ]
        session.add_all(entries)
        session.flush()
        people = [
            _person(session, login, name)
            for login, name in (
                ("clara.bau", "Clara Bau"),
                ("kurt.bau", "Kurt Bau"),
                ("tina.steuer", "Tina Steuer"),
                ("rosa.post", "Rosa Post"),
            )
        ]
        ids = [entry.id for entry in entries]
    tax = frozenset({Scope(steuer, ProtectionClass.TAX)})
    return Town(
        house,
        clock,
        post,
        bau,
        steuer,
        *ids,
        clerk=Staff(people[0], "Clara Bau", frozenset({bau})),
        colleague=Staff(people[1], "Kurt Bau", frozenset({bau})),
        taxwoman=Staff(people[2], "Tina Steuer", frozenset({steuer}), classes=tax),
        registrar=Staff(
            people[3], "Rosa Post", frozenset({post}), frozenset({Grant(Role.REGISTRY)})
        ),
        readers=readers,
    )


def make_house(url: str, tmp_path: Path, clock: Clock) -> House:
    return House(Settings(data_dir=tmp_path / "daten", database_url=url, reader_workers=1), clock)
