"""The house as one process sees it: settings, database, blobs and clock, handed to every verb's caller."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.exc import ArgumentError

from config.settings import Settings, SettingsError, get_settings
from storage.blobs.store import BlobStore
from storage.clock import Clock, utc_now
from storage.database import Database
from storage.os_errors import reason


@dataclass
class House:
    """Opened once per process; connections and keys are made at first use."""

    settings: Settings
    clock: Clock = utc_now

    @cached_property
    def database(self) -> Database:
        """Raises ``SettingsError`` where the data directory or the database's address is of no use."""
        self.make_data_dir()
        try:
            return Database(self.settings.database)
        except (ArgumentError, ImportError, ValueError):  # its text may hold the password
            raise SettingsError(
                "Die Einstellung RATHAUS_DATABASE_URL ist ungültig:"
                " Nötig ist eine Adresse wie postgresql+psycopg://name:passwort@rechner/datenbank."
            ) from None

    def make_data_dir(self) -> None:
        """The data directory, readable by us only. Raises ``SettingsError``."""
        try:
            self.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(
                f"Der Datenordner {self.settings.data_dir} (RATHAUS_DATA_DIR) lässt sich nicht anlegen:"
                f" {reason(error)}."
            ) from None

    @cached_property
    def blobs(self) -> BlobStore:
        return BlobStore.from_settings(self.settings)

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()


def open_house(settings: Settings | None = None) -> House:
    return House(settings or get_settings())
