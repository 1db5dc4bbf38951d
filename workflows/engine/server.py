"""Prefect's server as a child of the engine: own database, loopback, one secret, nothing sent home.

Its database is disposable: it shows runs, and nothing depends on it. Keep it apart from ours ("database is locked"
comes up under load). Set ``PREFECT_SERVER_DATABASE_CONNECTION_URL`` to use PostgreSQL for it.
"""

import asyncio
import logging
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field

from config.settings import Settings
from storage import children
from storage.keyfiles import keep_secret

logger = logging.getLogger(__name__)

FIRST_START_SECONDS = 120.0
LOOK_SECONDS = 2.0
SHUN_SECONDS = 30.0
SILENT_STARTS = 3
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
USER = "rathaus"

UNUSED_SERVICES = (
    "SCHEDULER",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "EVENT_PERSISTER",
    "TRIGGERS",
    "TASK_RUN_RECORDER",
    "FOREMAN",
    "REPOSSESSOR",
)
"""Services for what we don't use; each would write to the server's SQLite file beside our runs and lock it."""


def environment(settings: Settings) -> dict[str, str]:
    """What Prefect's server and client need to know; the client's part goes into our own environment."""
    folder = settings.data_dir.resolve() / "prefect"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file = settings.data_dir / "keys" / "prefect"
    secret = keep_secret(key_file, secrets.token_urlsafe(32).encode())
    auth = f"{USER}:{secret.decode()}"
    database = os.environ.get(
        "PREFECT_SERVER_DATABASE_CONNECTION_URL", f"sqlite+aiosqlite:///{folder / 'prefect.db'}"
    )
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{settings.engine_port}/api",
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_DATABASE_TIMEOUT": "30",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "7d",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in UNUSED_SERVICES},
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # we hand logs over ourselves, see flows
    }


@dataclass
class PrefectServer:
    """Starts the server, looks whether it answers, starts it again when it dies. Never blocks the drain."""

    settings: Settings
    healthy: bool = False
    restarts: int = 0
    _silent_starts: int = 0
    _child: subprocess.Popen[bytes] | None = None
    _stopping: bool = False
    _shunned_until: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at its first answer."""

    @property
    def note(self) -> str | None:
        """The warning for the status page; none while it may still be starting."""
        starting = (
            not self.answered.is_set() and time.monotonic() - self._began < FIRST_START_SECONDS
        )
        if self.healthy or starting:
            return None
        return "Der Prefect-Server antwortet nicht: Die Abläufe arbeiten, sind dort aber nicht zu sehen."

    def lost(self) -> None:
        """It did not answer a run: work plainly for a while, a sick server would slow every batch down."""
        self.healthy = False
        self._shunned_until = time.monotonic() + SHUN_SECONDS

    def start(self) -> None:
        """Start the child; call from the main thread, whose death ends it."""
        values = environment(self.settings)
        os.environ.update({name: v for name, v in values.items() if "_SERVER_" not in name})
        log = self.settings.in_data("prefect", "server.log")
        with log.open("wb") as output:
            self._child = children.start(
                [
                    *(sys.executable, "-m", "prefect", "server", "start", "--no-ui"),
                    *("--host", "127.0.0.1", "--port", str(self.settings.engine_port)),
                ],
                environment={**os.environ, **values},
                output=output,
            )

    async def watch(self) -> None:
        """Keep ``healthy`` true to the facts and the child alive, until ``stop``."""
        import httpx

        values = environment(self.settings)
        user, _, secret = values["PREFECT_API_AUTH_STRING"].partition(":")
        async with httpx.AsyncClient(auth=(user, secret), timeout=3.0, trust_env=False) as client:
            while not self._stopping:
                if self._child is not None and self._child.poll() is not None:
                    await self._start_again()
                try:
                    answer = await client.get(f"{values['PREFECT_API_URL']}/admin/version")
                    rested = time.monotonic() >= self._shunned_until
                    self.healthy = rested and answer.status_code == httpx.codes.OK
                except httpx.HTTPError:
                    self.healthy = False
                if self.healthy:
                    self._silent_starts = 0
                    self.answered.set()
                await asyncio.sleep(LOOK_SECONDS if self.answered.is_set() else 0.5)

    async def _start_again(self) -> None:
        self.healthy = False
        logger.warning("Prefect's server ended and is started again")
        await asyncio.sleep(PAUSES[min(self._silent_starts, len(PAUSES) - 1)])
        self.restarts += 1
        self._silent_starts += 1
        if self._silent_starts == SILENT_STARTS:
            await asyncio.to_thread(self._set_database_aside)
        if not self._stopping:
            self.start()

    def _set_database_aside(self) -> None:
        """It starts with an empty one then: a damaged database of Prefect's costs its display, nothing else."""
        for path in (self.settings.data_dir / "prefect").glob("prefect.db*"):
            logger.warning("Prefect's server does not start: %s is set aside", path.name)
            path.replace(path.with_name(f"damaged-{path.name}"))

    @property
    def state(self) -> str:
        """For the status: running, or starting while it has not answered."""
        return "running" if self.healthy else "starting"

    def stop(self, grace: float = 5.0) -> None:
        self._stopping, self.healthy = True, False
        if self._child is not None:
            children.stop(self._child, grace)
