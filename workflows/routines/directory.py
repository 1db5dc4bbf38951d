"""When the directory is read: everything by night, what has changed every ten minutes."""

from collections.abc import Mapping

from config.settings import Settings
from storage.actors import System
from storage.jobs.handlers import JobContext, PermanentError, TemporaryError
from storage.schedules import ScheduleDefinition

ACTOR = System("directory")


def schedules(settings: Settings) -> list[ScheduleDefinition]:
    """None without a directory."""
    if not settings.ldap_servers:
        return []
    return [
        ScheduleDefinition(
            "verzeichnis.abgleich",
            "Personen mit dem Verzeichnis abgleichen",
            "20 2 * * *",
            read_everything,
        ),
        ScheduleDefinition(
            "verzeichnis.aenderungen",
            "Änderungen im Verzeichnis übernehmen",
            "*/10 6-20 * * *",
            read_changes,
        ),
    ]


def read_everything(context: JobContext) -> Mapping[str, int]:
    """The full sync: who is missing has left."""
    return _read(context, full=True)


def read_changes(context: JobContext) -> Mapping[str, int]:
    """The delta sync."""
    return _read(context, full=False)


def _read(context: JobContext, *, full: bool) -> Mapping[str, int]:
    from presence.directory.errors import AwayError, DirectoryError
    from presence.directory.sync import synchronise

    try:
        result = synchronise(context.house, ACTOR, full=full)
    except AwayError as error:
        raise TemporaryError(str(error)) from error
    except DirectoryError as error:
        raise PermanentError(str(error)) from error
    if result.refused:
        raise PermanentError(f"Es wurde nichts geändert. {result.refused}")
    return {
        "neu": result.created,
        "geändert": result.updated,
        "ausgeschieden": result.disabled,
        "unverändert": result.unchanged,
        "unklar": result.conflicts,
    }
