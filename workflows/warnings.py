"""All that the state of the system warns of, for the command line and the page alike."""

from config.settings import Settings
from presence.availability import kept_apart
from storage.processes import Warner
from workflows.eakte import checking
from workflows.kiss import work


def warners(settings: Settings) -> list[Warner]:
    """What each room of the house warns of."""
    return [
        *checking.warners(settings),
        *work.warners(settings),
        *kept_apart.warners(settings),
    ]
