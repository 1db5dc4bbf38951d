"""Text PDFs from received to ready and indexed, against plain extraction and blank tokenisation on both cores."""

import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from bench.pages import text_pdf
from config.settings import Settings
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from storage.actors import System
from storage.house import House
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from storage.migration import upgrade
from storage.organisation.queries import office_by_key
from workflows.demo.founding import found_city
from workflows.eakte.receiving import PROCESS, Incoming, receive
from workflows.eakte.understanding import WARM_UP
from workflows.eakte.work import BATCH, job_kinds
from workflows.engine.work import work_off

ROUNDS = 3
DOCUMENTS = 50  # of each round
PAGES = 5
WORKERS = 2
LIMIT = 4.0


def _process(house: House, pool: ReaderPool) -> float:
    """Work off all documents in batches, as the engine's drain does; the wall time."""
    kind = next(each for each in job_kinds(house, pool) if each.name == PROCESS)
    begin = time.perf_counter()
    while jobs := claim(house.database, [PROCESS], BATCH, "bench", kind.lease, house.clock()):
        work_off(JobContext(house), kind, jobs)
    return time.perf_counter() - begin


def _receive(house: House, files: list[Path]) -> float:
    now = house.clock()
    with house.database.read() as session:
        office = office_by_key(session, "poststelle", now.date())
    assert office is not None
    begin = time.perf_counter()
    for file in files:
        receive(house, System("bench"), Incoming(file.name, file, office.id))
    return time.perf_counter() - begin


def _reference(pool: ReaderPool, files: list[Path]) -> float:
    begin = time.perf_counter()
    for future in [pool.submit("bench.reading_text:plain", str(file)) for file in files]:
        future.result()
    return time.perf_counter() - begin


def measure() -> list[Figure]:
    """Rounds of new documents, each followed by its reference; the round with the middle ratio counts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ReaderPool(WORKERS, Limits(), 10_000, warm=(WARM_UP, "bench.reading_text")) as pool,
    ):
        files = []
        for number in range(ROUNDS * DOCUMENTS + 10):
            files.append(Path(folder) / f"{number}.pdf")
            files[-1].write_bytes(text_pdf(PAGES, number))
        house = House(Settings(data_dir=Path(folder) / "daten"))
        upgrade(house.database)
        found_city(house)
        _receive(house, files[:10])
        _process(house, pool)  # warm
        _reference(pool, files[:10])
        rounds = []
        for first in range(10, len(files), DOCUMENTS):
            mine = files[first : first + DOCUMENTS]
            rounds.append((_receive(house, mine), _process(house, pool), _reference(pool, mine)))
        house.close()
    receiving, ready, reference = sorted(rounds, key=lambda each: each[1] / each[2])[ROUNDS // 2]
    name = "PDFium und leerer Tokenizer auf zwei Kernen, ms"
    return [
        Figure(
            "Text-PDF (5 Seiten) von eingegangen bis fertig und auffindbar",
            1000 * ready / DOCUMENTS,
            "ms je Dokument",
            1000 * reference / DOCUMENTS,
            name,
            "höchstens 4-fach",
            ready <= LIMIT * reference,
        ),
        Figure(
            "Annehmen (verschlüsselt, dauerhaft, mit Journal und Auftrag)",
            1000 * receiving / DOCUMENTS,
            "ms je Dokument",
            None,
            "",
            "ohne Grenze",
            holds=True,
        ),
    ]
