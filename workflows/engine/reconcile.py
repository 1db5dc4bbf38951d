"""Putting right what a killed engine left behind: its jobs wait again, its runs are marked as crashed."""

import logging
import socket
from collections.abc import Mapping
from uuid import UUID

import psutil
from sqlalchemy import select

from storage.house import House
from storage.jobs import queue, runs
from storage.jobs.handlers import JobKind
from storage.jobs.tables import Run
from storage.processes import silent_owners

logger = logging.getLogger(__name__)


def reconcile(house: House, kinds: Mapping[str, JobKind], own: str) -> tuple[int, int]:
    """Free expired leases and everything held by engines that are dead. Returns jobs freed and failed.

    An engine of this machine is dead when its process is gone; one of another machine, when it has shown no sign of
    life for a while. Should it live after all, its leases are lost and it can't complete anything (``queue``).
    """
    now = house.clock()
    allowed = {kind.name: kind.max_attempts for kind in kinds.values()}
    with house.database.read() as session:
        owners = (queue.owners_at_work(session) | runs.engines_at_work(session)) - {own}
        silent = silent_owners(session, owners, now)
    here = socket.gethostname()
    dead = {
        owner
        for owner in owners
        if (gone_here(owner) if owner.startswith(f"{here}/") else owner in silent)
    }
    with house.database.write() as session:
        expired = queue.release_expired(session, now, allowed)
        left = queue.release_of(session, dead, now, allowed)
        crashed = runs.crashed(session, dead, now)
    freed, failed = expired[0] + left[0], expired[1] + left[1]
    if freed or failed or crashed:
        logger.warning(
            "freed %d jobs, failed %d, marked %d runs as crashed", freed, failed, crashed
        )
    return freed, failed


def gone_here(owner: str) -> bool:
    """Whether the process behind an owner of this machine (``machine/pid/since``) has ended."""
    _, pid, since = owner.rsplit("/", 2)
    try:
        return psutil.Process(int(pid)).create_time() > int(since) + 1  # the number was given anew
    except psutil.NoSuchProcess:
        return True


async def crash_left_flow_runs(house: House) -> int:
    """Mark Prefect's runs that no engine works on any more as crashed; it shows them as running for ever otherwise."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    open_states = [StateType.RUNNING, StateType.PENDING]
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=open_states)))
    async with get_client() as client:
        shown = await client.read_flow_runs(flow_run_filter=wanted, limit=200)
        ours = {str(run) for run in _running(house)}
        left = [run for run in shown if run.parameters.get("run") not in ours]
        for run in left:
            await client.set_flow_run_state(run.id, Crashed(message=runs.CRASHED), force=True)
    return len(left)


def _running(house: House) -> list[UUID]:
    with house.database.read() as session:
        return list(session.scalars(select(Run.id).where(Run.state == "running")))
