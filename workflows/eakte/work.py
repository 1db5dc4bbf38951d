"""What the e-Akte gives the engine to do: its kinds of jobs, its schedules, its watched folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from config.settings import Settings
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from storage.house import House
from storage.jobs.handlers import JobKind
from storage.schedules import ScheduleDefinition
from workflows.eakte import (
    akten_index,
    checking,
    discarded,
    unfiled_waiting,
    unopened_waiting,
    upkeep,
)
from workflows.eakte.learning import TRAIN, train_model
from workflows.eakte.processing import Processor
from workflows.eakte.reading_versions import VersionReader
from workflows.eakte.receiving import PROCESS, VERSION
from workflows.eakte.understanding import WARM_UP
from workflows.eakte.watching import Watcher

BATCH = 50


@contextmanager
def reader_pool(settings: Settings) -> Iterator[ReaderPool]:
    """The reader processes of this process."""
    with ReaderPool(settings.reader_workers, Limits(), recycle_after=1000, warm=(WARM_UP,)) as pool:
        yield pool


def job_kinds(house: House, pool: ReaderPool) -> list[JobKind]:
    """Reading documents in batches, and training models one at a time."""
    processor = Processor(house, pool)
    return [
        JobKind(
            PROCESS,
            "Dokumente lesen und auswerten",
            handle_batch=processor.handle,
            batch=BATCH,
            lease=timedelta(minutes=5),
        ),
        JobKind(
            VERSION,
            "Neue Fassungen lesen",
            handle_one=VersionReader(house, pool).handle,
            lease=timedelta(minutes=5),
        ),
        JobKind(
            akten_index.REINDEX,
            "Umbenannte Akten neu in den Suchindex aufnehmen",
            handle_one=akten_index.reindex_documents,
            concurrency=1,
            lease=timedelta(minutes=10),
        ),
        JobKind(
            TRAIN,
            "Aus Bestätigungen lernen",
            handle_one=train_model,
            concurrency=1,
            lease=timedelta(minutes=10),
        ),
    ]


def schedules() -> list[ScheduleDefinition]:
    """The e-Akte's recurring work; each asks what is still due, so a missed night is made up for."""
    return [
        ScheduleDefinition(
            checking.BLOBS, "Abgelegte Dateien nachprüfen", "15 4 * * *", checking.check_blobs
        ),
        ScheduleDefinition(
            checking.JOURNAL, "Journal nachprüfen", "0 4 * * *", checking.check_journal
        ),
        ScheduleDefinition(
            "eakte.auswertung",
            "Dokumente mit neuen Regeln auswerten",
            "30 3 * * *",
            upkeep.analyse_again,
        ),
        ScheduleDefinition(
            "eakte.haengengeblieben",
            "Hängengebliebene Eingänge wieder aufnehmen",
            "*/15 * * * *",
            upkeep.resume_stuck,
        ),
        ScheduleDefinition(
            "eakte.suchindex",
            "Fehlende Akten in den Suchindex aufnehmen",
            "40 3 * * *",
            akten_index.index_missing,
        ),
        ScheduleDefinition(
            "suche.statistik", "Suchindex pflegen", "45 3 * * *", upkeep.refresh_index
        ),
        ScheduleDefinition(
            "eakte.ungeoeffnet",
            "Ungeöffnete Sendungen melden, die zu lange warten",
            "10 7 * * 1-5",
            unopened_waiting.escalate,
        ),
        ScheduleDefinition(
            "eakte.liegengeblieben",
            "Post melden, die zu lange im Posteingang liegt",
            "20 7 * * 1-5",
            unfiled_waiting.escalate_unfiled,
        ),
        ScheduleDefinition(
            "haus.verworfen",
            "Verworfene und übernommene Post endgültig löschen",
            "20 4 * * *",
            discarded.erase_discarded,
        ),
        ScheduleDefinition("haus.aufraeumen", "Abgelaufenes löschen", "30 4 * * *", upkeep.tidy),
    ]


@contextmanager
def watching(house: House) -> Iterator[None]:
    """Take in what appears in the watched folder, while the engine runs."""
    watcher = Watcher(house)
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()
