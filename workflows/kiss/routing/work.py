"""What routing gives the engine to do."""

from datetime import timedelta

from storage.jobs.handlers import JobKind
from workflows.kiss.anliegen.opening import ROUTE
from workflows.kiss.anliegen.progress import TRAIN
from workflows.kiss.routing.finding import find_responsible
from workflows.kiss.routing.learning import train_routing
from workflows.kiss.routing.replaying import answer_trial
from workflows.kiss.routing.trials import TRY


def job_kinds() -> list[JobKind]:
    """Finding who is responsible, learning from it, and trying out."""
    return [
        JobKind(ROUTE, "Zuständigkeit für Anliegen finden", handle_one=find_responsible),
        JobKind(TRY, "Zuständigkeit ausprobieren", handle_one=answer_trial, concurrency=1),
        JobKind(
            TRAIN,
            "Aus Zuständigkeiten lernen",
            handle_one=train_routing,
            concurrency=1,
            lease=timedelta(minutes=10),
        ),
    ]
