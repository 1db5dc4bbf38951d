"""Every end the register promises has a nightly schedule that keeps it, also where rooms are switched off."""

import pytest

from config.rooms import Room
from config.settings import Settings
from storage.privacy import RegisterLine, register
from storage.schedules import ScheduleDefinition
from tests.storage.test_privacy import all_metadata
from workflows.eakte import work as eakte
from workflows.engine.housekeeping import TIDY
from workflows.kiss import work as kiss
from workflows.routines import availability, citizens, people, spaces

LASTING = ("dauerhaft", "unbegrenzt", "solange das Journal", "mindestens nach Aktenplan")
"""Kept for good, or until people decide (the archive)."""
WITH_THEIR_OBJECT = {
    "blob", "decision", "fulltext_corpus", "fulltext_entry", "fulltext_sequence", "fulltext_statistics",
    "fulltext_tokens", "journal_pending", "routing_model", "text_model",
}  # fmt: skip
"""Replaced, or gone with what they belong to."""
NIGHTS = {
    "engine.tidy": {"job", "mail", "mail_attachment", "process", "run"},
    "haus.aufraeumen": {"task", "draft"},
    "haus.verworfen": {"document", "document_version", "reading", "analysis"},
    "haus.anliegen": {
        "anliegen", "anliegen_answering", "anliegen_band", "anliegen_contact", "anliegen_contribution", "anliegen_file",
        "anliegen_likeness", "anliegen_merge", "anliegen_message", "anliegen_signature", "anliegen_step",
        "kiss_annoyance", "kiss_group_member", "kiss_log", "kiss_mail", "kiss_proposal", "kiss_proposal_voice",
        "routing_decision", "routing_trial", "journal_detail",
    },
    "kiss.auswerten": {"kiss_evaluation"},
    "people.nacht": {
        "account", "class_grant", "directory_identity", "laufzettel", "laufzettel_step", "membership", "person",
        "person_photo", "person_profile", "person_skill", "role_grant", "unopened_addressee",
        "working_group_member",
    },
    "presence.nacht": {
        "absence", "absence_notice", "availability_profile", "calendar_link", "sign_in", "sign_in_attempt",
        "status_delegate", "web_session", "working_week",
    },
    "presence.buchungen": {"booking", "booking_feed", "booking_series", "booking_slot"},
    "presence.anfragen": {"form_attempt", "room_request", "room_request_booking", "submission"},
}  # fmt: skip
NOT_OF_PEOPLE = {"kiss.auswerten"}
"""May rest with its room: what it deletes concerns nobody."""


def _lines() -> list[RegisterLine]:
    return register(*all_metadata())


def _schedules() -> dict[str, ScheduleDefinition]:
    every = (
        TIDY, *eakte.schedules(), *kiss.schedules(Settings(_env_file=None)), *availability.schedules(),
        *citizens.schedules(), *people.schedules(), *spaces.schedules(),
    )  # fmt: skip
    return {each.key: each for each in every}


def test_every_end_the_register_promises_is_somebodys_work() -> None:
    ending = {line.table for line in _lines() if not line.retention.startswith(LASTING)}
    kept = set().union(*NIGHTS.values(), WITH_THEIR_OBJECT)
    assert ending - kept == set()


@pytest.mark.parametrize("key", sorted(NIGHTS))
def test_forgetting_goes_on_where_rooms_are_off(key: str) -> None:
    assert key in _schedules()
    off = Settings(rooms_off=frozenset(Room), _env_file=None)
    assert off.is_on(key) or key in NOT_OF_PEOPLE
