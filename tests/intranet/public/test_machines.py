"""Machines are told apart from people, and people who were mistaken for one lose nothing."""

import re
from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet.public.sending import LARGEST, STALE, TOO_FAST, TOO_OFTEN, TRAPPED
from presence.citizens.tables import FormAttempt, Submission
from presence.spaces.booking import Wish, book
from presence.spaces.opening import at
from storage.actors import Staff
from storage.house import House
from tests.intranet.public.conftest import Browser, hidden
from tests.intranet.public.town import DAY, FORM, GOOD, Town


class TestMachines:
    def test_the_trap(self, town: Town) -> None:
        answer = town.fill_in({"webseite": "http://spam.example"})
        assert answer.status_code == 422
        assert TRAPPED in answer.text
        assert "Jahresfest" in answer.text  # nothing is lost for somebody refused by mistake
        assert town.count(Submission) == 0

    def test_too_fast(self, town: Town) -> None:
        assert TOO_FAST in town.fill_in(wait=1).text
        assert town.count(Submission) == 0

    def test_whoever_was_too_fast_needs_no_new_form(self, town: Town) -> None:
        first = town.fill_in(wait=1)
        town.clock.forward(seconds=3)
        assert town.browser.post(FORM, {**hidden(first.text), **GOOD}).status_code == 303

    def test_too_often_from_one_address(self, town: Town) -> None:
        answers = [
            town.fill_in({"mail": f"a{number}@example.org"}).status_code for number in range(6)
        ]
        assert answers == [303] * 5 + [429]
        last = town.fill_in({"mail": "b@example.org"})
        assert TOO_OFTEN in last.text
        assert "Jahresfest" in last.text

    def test_nobody_is_pestered_from_many_addresses(self, town: Town, house: House) -> None:
        answers = []
        for number in range(4):
            town.browser = Browser(house, f"198.51.100.{number}")
            answers.append(town.fill_in().status_code)
        assert answers == [303] * 3 + [429]

    def test_without_our_seal_or_with_that_of_another_browser(
        self, town: Town, house: House
    ) -> None:
        other = hidden(Browser(house).get(FORM).text)
        town.browser.get(FORM)
        town.clock.forward(seconds=10)
        for seal in ({}, other, {"siegel": "0.0.0"}, {"siegel": "x" * 200}):
            answer = town.browser.post(FORM, {**seal, **GOOD})
            assert STALE in answer.text
        assert town.count(Submission) == 0

    def test_a_form_left_open_too_long(self, town: Town) -> None:
        answer = town.fill_in(wait=7 * 3600)
        assert STALE in answer.text
        again = town.browser.post(FORM, {**hidden(answer.text), **GOOD})
        assert TOO_FAST in again.text
        town.clock.forward(seconds=5)
        assert town.browser.post(FORM, {**hidden(again.text), **GOOD}).status_code == 303

    def test_more_than_any_form_holds(self, town: Town) -> None:
        assert town.fill_in({"nachricht": "x" * LARGEST}).status_code == 413
        assert town.fill_in({f"feld{number}": "x" for number in range(80)}).status_code == 413


class TestOneFormSentOften:
    def test_pressing_the_button_again_and_again_gives_the_same_answer(self, town: Town) -> None:
        seal = hidden(town.browser.get(FORM).text)
        town.clock.forward(seconds=10)
        answers = [town.browser.post(FORM, {**seal, **GOOD}) for _ in range(12)]
        assert {(each.status_code, each.headers["location"]) for each in answers} == {
            (303, "/raeume/saal/anfrage/gesendet")
        }
        assert town.count(Submission) == 1
        assert len(town.mails()) == 1
        assert town.count(FormAttempt) == 2  # the connection's and the address's, once

    def test_also_when_the_first_was_the_last_that_was_allowed(self, town: Town) -> None:
        for number in range(4):
            assert town.fill_in({"mail": f"a{number}@example.org"}).status_code == 303
        seal = hidden(town.browser.get(FORM).text)
        town.clock.forward(seconds=10)
        assert [town.browser.post(FORM, {**seal, **GOOD}).status_code for _ in "12"] == [303] * 2
        assert town.fill_in({"mail": "b@example.org"}).status_code == 429

    def test_and_when_the_room_was_taken_in_between(
        self, town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
    ) -> None:
        seal = hidden(town.browser.get(FORM).text)
        town.clock.forward(seconds=10)
        assert town.browser.post(FORM, {**seal, **GOOD}).status_code == 303
        with town.house.database.write() as session:
            wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 19 * 60), title="Rat")
            book(session, staff("karla"), wish, key="rat", now=town.clock())
        assert town.browser.post(FORM, {**seal, **GOOD}).status_code == 303


ODD = st.sampled_from(
    ["", "0", "-1", "9" * 40, "2026-02-30", "24:00", "\0", "\u202e", "é" * 300, "' OR 1=1 --", "../..", "%00", "\ud7ff", "😀" * 40]
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "ganztags", "ohne", "siegel", "webseite"]),
        ODD | st.text(max_size=80),
    )
)
def test_whatever_is_sent_is_answered(town: Town, changes: dict[str, str]) -> None:
    answer = town.fill_in(changes)
    assert answer.status_code in {303, 413, 422, 429}
    assert '<html lang="de">' in answer.text or answer.status_code == 303


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["/raeume/{}", "/raeume/{}/anfrage", "/raeume/{}/belegung.ics", "/anfrage/{}", "/anfrage/bestaetigen/{}", "/{}"]),
    ODD | st.text(min_size=1, max_size=80),
    st.sampled_from(["?ab={}", "?tag={}", "?sprache={}", "?getan={}", "?{}"]),
)  # fmt: skip
def test_whatever_address_is_asked_for_gives_a_page(
    town: Town, address: str, text: str, query: str
) -> None:
    part = quote(text, safe="", errors="replace")
    answer = town.browser.get(address.format(part) + query.format(part))
    assert answer.status_code in {200, 308, 404, 405, 410}
    assert answer.status_code != 405 or answer.headers["allow"] == "POST"
    assert '<html lang="de">' in answer.text or answer.status_code in {200, 308}
    assert re.match(r"/([^/\\]|$)", answer.headers.get("location", "/"))
