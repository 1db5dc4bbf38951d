"""Doing waiting work here and now, for commands and set-up where no engine runs."""

from collections.abc import Callable, Sequence

from storage import processes
from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind
from workflows.engine.work import work_off


def drain_once(
    house: House, kinds: Sequence[JobKind], until: Callable[[], bool] = lambda: False
) -> int:
    """Work off what is due, batch by batch, until nothing is left or ``until`` says enough.

    Returns the number of jobs taken. Leases keep it apart from an engine that starts meanwhile.
    """
    owner = processes.this_process("command", house.clock()).owner
    context = JobContext(house)
    taken = 0
    while not until():
        found = 0
        for kind in kinds:
            jobs = queue.claim(
                house.database, [kind.name], kind.batch, owner, kind.lease, house.clock()
            )
            if jobs:
                work_off(context, kind, jobs)
                found += len(jobs)
        if not found:
            return taken
        taken += found
    return taken
