"""Settings of one installation: environment variables ``RATHAUS_*`` or a ``.env`` file, with embedded defaults."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from config.rooms import Room, read_rooms, room_of
from config.sign_in import SignInSettings

METRICS_TOKEN_LENGTH = 16


class SettingsError(Exception):
    """A setting can't be used. The message is one German line that names it."""


class Settings(SignInSettings):
    """Everything that may differ between machines. Without any setting: SQLite and files below ``data_dir``."""

    model_config = SettingsConfigDict(env_prefix="RATHAUS_", env_file=".env", extra="ignore")

    data_dir: Path = Path("daten")
    database_url: str | None = None
    """SQLAlchemy URL, e.g. ``postgresql+psycopg://user:password@host/name``; SQLite in ``data_dir`` by default."""

    current_url: str | None = None
    """SQLAlchemy URL of a database of its own for the current status, which no backup of the main one holds then; by
    default a file in ``data_dir`` beside SQLite, and a schema of the main database on PostgreSQL.
    """

    # Blobs: a directory by default, an S3-compatible bucket where one is named.
    blob_bucket: str | None = None
    blob_endpoint: str | None = None
    blob_access_key: str | None = None
    blob_secret_key: str | None = None

    host: str = "127.0.0.1"
    port: int = 8500
    public_port: int = 8510
    engine_port: int = 8520
    prefect: bool = True
    """Whether the engine starts Prefect's server beside it; without it runs are still logged in our own table."""
    base_url: str | None = None
    """The address staff type in; decides cookies' ``Secure`` and which Origin is accepted."""
    public_url: str | None = None
    """The address citizens type in; links in mails begin with it."""
    trusted_proxies: str = "127.0.0.1"

    session_idle_minutes: int = 60
    session_hours: int = 12
    sign_in_attempts: int = 5
    """Failed sign-ins per account and address before the throttle answers, for ``sign_in_pause_minutes``."""
    sign_in_pause_minutes: int = 10

    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_starttls: bool = True
    mail_from: str = "rathaus@stadt.example"
    mailboxes: Path | None = None
    """YAML file that lists the mailboxes Anliegen come in by (``config.mailboxes``)."""
    notices_per_day: int = Field(default=5, ge=0)
    """Automatic mails about Anliegen that one address gets within a day; answers by people always go out."""
    reply_reminder_days: int = Field(default=14, ge=1)
    """Days without a reply to a question after which who has the Anliegen is reminded; after twice as many it may be closed."""
    open311_keys: Annotated[frozenset[str], NoDecode] = Field(default=frozenset(), repr=False)
    """Keys of programs that may report by Open311 (``api_key``), parted by commas; without any, reading alone is open."""
    internal_calendar_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    """Names of calendar servers in the house's own network that people may connect; all others must be public."""

    video_address: str | None = None
    """Address of the city's own video system, e.g. ``https://video.stadt.example/{raum}``: hybrid rooms link to it."""

    watched_folder: Path | None = None
    """Folder whose files are taken in; ``data_dir/eingang`` by default."""
    post_office: str = "poststelle"
    """Key of the office whose inbox gets what names no office: by the watched folder, or by ``eakte ingest``."""
    upload_limit_mib: int = 200
    reader_workers: int = Field(default=2, ge=1)
    city_file: Path | None = None
    """YAML file of the own city in the form of config/seed/city.yaml (name, streets, Aktenzeichen), also ``offices`` and
    ``staff`` whom the analysis is to know; the demo city's by default.
    """
    spacy_model: str | None = None
    clamd_socket: Path | None = None

    rooms_off: Annotated[frozenset[Room], NoDecode] = frozenset()
    """Rooms that are neither shown nor scheduled, e.g. ``RATHAUS_ROOMS_OFF=video,kiss``; their jobs wait."""
    metrics_token: str | None = Field(default=None, repr=False)
    """What a scraper of ``/metrics`` shows (``Authorization: Bearer``); without it this machine alone may ask."""
    log_level: str = "INFO"

    @field_validator("rooms_off", mode="before")
    @classmethod
    def _rooms(cls, value: Any) -> Any:
        return read_rooms(value) if isinstance(value, str) else value

    @field_validator("internal_calendar_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        return value.lower().replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("open311_keys", mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        found = value.replace(",", " ").split() if isinstance(value, str) else value
        if any(len(key) < METRICS_TOKEN_LENGTH for key in found):
            raise ValueError(f"Bitte mindestens {METRICS_TOKEN_LENGTH} Zeichen je Schlüssel.")
        return found

    @field_validator("video_address")
    @classmethod
    def _with_room(cls, value: str | None) -> str | None:
        if value and not (value.startswith("https://") and "{raum}" in value):
            raise ValueError("Nötig ist eine Adresse wie https://video.stadt.example/{raum}.")
        return value or None

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, value: str | None) -> str | None:
        if value and len(value) < METRICS_TOKEN_LENGTH:
            raise ValueError(f"Bitte mindestens {METRICS_TOKEN_LENGTH} Zeichen.")
        return value or None

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'rathaus.sqlite').resolve()}"

    @property
    def inbox_folder(self) -> Path:
        return self.watched_folder or self.data_dir / "eingang"

    @property
    def staff_url(self) -> str:
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def citizens_url(self) -> str:
        """Where the citizens' pages are, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.public_port}").rstrip("/")

    def is_on(self, name: str) -> bool:
        """Whether the room is on to which a job kind, schedule, object kind or room of this name belongs."""
        return room_of(name) not in self.rooms_off

    def in_data(self, *parts: str) -> Path:
        """A path below the data directory; its parent directories exist afterwards, readable by us only."""
        path = self.data_dir.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once. Raises ``SettingsError``."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(" ".join(map(_in_german, error.errors()))) from None


def _in_german(error: Any) -> str:
    """Which setting, and what is wrong with it where we know; the value may be a secret and is not repeated."""
    name = "RATHAUS_" + "_".join(str(part) for part in error["loc"][:1]).upper()
    reason = error["ctx"]["error"] if error["type"] == "value_error" else "Der Wert passt nicht."
    return f"Die Einstellung {name} ist ungültig: {reason}"
