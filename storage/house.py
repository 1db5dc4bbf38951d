"""The house as one process sees it: settings, database, blobs and clock, handed to every verb's caller."""

from dataclasses import dataclass
from functools import cached_property

from config.settings import Settings, get_settings
from storage.blobs.store import BlobStore
from storage.clock import Clock, utc_now
from storage.database import Database


@dataclass
class House:
    """Opened once per process; connections and keys are made at first use."""

    settings: Settings
    clock: Clock = utc_now

    @cached_property
    def database(self) -> Database:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Database(self.settings.database)

    @cached_property
    def blobs(self) -> BlobStore:
        return BlobStore.from_settings(self.settings)

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()


def open_house(settings: Settings | None = None) -> House:
    return House(settings or get_settings())
