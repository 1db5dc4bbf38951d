"""A rule counts after it was tried out as it is, or with the reason why not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.conflicts import ConflictError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from tests.workflows.kiss.conftest import City
from workflows.kiss.routing.activating import activate
from workflows.kiss.routing.replaying import answer_trial
from workflows.kiss.routing.rule_keeping import RuleForm
from workflows.kiss.routing.trials import TRY, try_rule


def form_of(city: City) -> RuleForm:
    return RuleForm(
        "Äste", city.offices["gruen"], city.groups["gruen"], conditions={"words": ["Ast"]}
    )


def work_off(city: City) -> None:
    lease = timedelta(minutes=1)
    for job in claim(city.house.database, [TRY], 9, "test", lease, city.clock()):
        answer_trial(JobContext(city.house), job)


def test_an_untried_rule_needs_a_reason_that_is_kept(city: City) -> None:
    kora, form = city.staff("kora"), form_of(city)
    with (
        pytest.raises(ConflictError, match="noch nicht ausprobiert"),
        city.house.database.write() as session,
    ):
        activate(session, kora, form, None, 0, " ", now=city.clock())
    with city.house.database.write() as session:
        made = activate(session, kora, form, None, 0, "Sturm.", now=city.clock())
        assert made.reason == "Nicht ausprobiert: Sturm."


def test_a_rule_that_was_tried_as_it_is_counts_without_more(city: City) -> None:
    kora, form = city.staff("kora"), form_of(city)
    with city.house.database.write() as session:
        try_rule(session, kora, form, None, now=city.clock())
    with pytest.raises(ConflictError), city.house.database.write() as session:
        activate(session, kora, form, None, 0, now=city.clock())  # no answer yet
    work_off(city)
    other = replace(form, conditions={"words": ["Ast", "Baum"]})
    with pytest.raises(ConflictError), city.house.database.write() as session:
        activate(session, kora, other, None, 0, now=city.clock())
    with city.house.database.write() as session:
        made = activate(
            session, kora, replace(form, title="Äste und Zweige"), None, 0, now=city.clock()
        )
        assert made.reason is None
    with pytest.raises(ConflictError), city.house.database.write() as session:  # tried as a new one
        activate(session, kora, form, made.id, 1, now=city.clock())
    city.clock.forward(days=2)
    with pytest.raises(ConflictError), city.house.database.write() as session:
        activate(session, kora, form, None, 0, now=city.clock())
