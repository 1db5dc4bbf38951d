"""Whether backups leave the current status out by themselves."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from config.settings import Settings
from storage.processes import Warner

IN_THE_MAIN_DATABASE = (
    "Der gegenwärtige Status der Beschäftigten liegt in der Hauptdatenbank: Ein pg_dump ohne --exclude-schema=fluechtig"
    " sichert ihn mit. Bitte RATHAUS_CURRENT_URL auf eine eigene Datenbank setzen (betrieb.md, „Sichern“)."
)


def warners(settings: Settings) -> list[Warner]:
    """What the status warns of."""
    return [partial(_in_the_main_database, settings)]


def _in_the_main_database(settings: Settings, session: Session, _now: datetime) -> Sequence[str]:
    on_its_own = settings.current_url or session.get_bind().dialect.name == "sqlite"
    return [] if on_its_own else [IN_THE_MAIN_DATABASE]
