"""The fan-out: who is told what and when, and who is cut off."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.monitor import hub as fan_out
from presence.monitor.devices import revoke_monitor, rotate_monitor
from presence.monitor.hub import Hub
from presence.monitor.looking import RECHECK
from presence.monitor.queries import by_token
from presence.monitor.screens import Screen
from presence.monitor.subjects import Mode
from storage.actors import System
from storage.agreements.operations import end_agreement
from storage.clock import local_date
from storage.house import House

ACTOR = System("test")
WITHIN = 120.0
Hang = Callable[..., tuple[UUID, str]]


async def heard(screen: Screen, name: str = "tafel") -> dict[str, Any]:
    """The next event of that name."""
    async with asyncio.timeout(WITHIN):
        while True:
            message = await screen.next()
            assert message is not None, "the stream ended"
            head, data = message.decode().strip().split("\n")
            if head == f"event: {name}":
                found: dict[str, Any] = json.loads(data.removeprefix("data: "))
                return found


def join(house: House, hub: Hub, token: str) -> Screen:
    with house.database.read() as session:
        known = by_token(session, token, local_date(house.clock()))
    assert known is not None
    return hub.join(known)


def play(house: House, scene: Callable[[Hub], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        hub = Hub(house, "1")
        try:
            await scene(hub)
        finally:
            hub.close()

    asyncio.run(run())


def words(event: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["wort"] for row in event["tafel"]["zeilen"]}


def test_each_change_reaches_all_screens_of_the_board_and_no_other(
    house: House,
    store: CurrentStore,
    people: dict[str, UUID],
    agree: Callable[..., UUID],
    hang: Hang,
) -> None:
    agree()
    tokens = [hang()[1], hang()[1], hang("bauamt")[1], hang(mode=Mode.COUNTS)[1]]
    begun = house.clock()
    for who in ("ben", "dora"):  # of fewer than three people the public is told nothing
        store.set_status(people[who], Manual(Level.UNREACHABLE, begun + timedelta(hours=1), begun))

    async def scene(hub: Hub) -> None:
        one, other, elsewhere, public = (join(house, hub, token) for token in tokens)
        for screen in (one, other):
            assert words(await heard(screen))["Anna Beispiel"] == "eingeschränkt"
        assert set(words(await heard(elsewhere))) == {
            "Ada Beispiel",
            "Emil Beispiel",
            "Paul Beispiel",
        }
        assert "Beispiel" not in str(await heard(public))
        now = house.clock()
        store.set_status(people["anna"], Manual(Level.URGENT, now + timedelta(hours=1), now))
        for screen in (one, other):
            assert words(await heard(screen))["Anna Beispiel"] == "nur dringend"
        assert words(await heard(public)) == {"Ordnungsamt": "nur in dringenden Fällen"}
        assert b"event: tafel" not in (elsewhere._pending or b"")  # a sign of life at most
        late = join(house, hub, tokens[0])  # a screen that comes back has the whole state at once
        assert late._pending is not None
        assert words(await heard(late))["Anna Beispiel"] == "nur dringend"

    play(house, scene)


def test_an_answer_that_ends_by_the_clock_is_told_without_any_change(
    house: House,
    clock: Any,
    store: CurrentStore,
    people: dict[str, UUID],
    agree: Callable[..., UUID],
    hang: Hang,
) -> None:
    agree()
    _, token = hang()
    now = house.clock()
    store.set_status(people["anna"], Manual(Level.URGENT, now + timedelta(minutes=10), now))

    async def scene(hub: Hub) -> None:
        screen = join(house, hub, token)
        first = await heard(screen)
        assert words(first)["Anna Beispiel"] == "nur dringend"
        assert "bis 9:10" in str(first)
        clock.forward(minutes=10)
        assert words(await heard(screen))["Anna Beispiel"] == "eingeschränkt"

    play(house, scene)


def test_without_a_dienstvereinbarung_it_says_so_and_shows_nobody(
    house: House, people: dict[str, UUID], hang: Hang
) -> None:
    _, token = hang()

    async def scene(hub: Hub) -> None:
        told = (await heard(join(house, hub, token)))["tafel"]
        assert told["zustand"] == "aus"
        assert "Dienstvereinbarung" in told["text"]
        assert "zeilen" not in told

    play(house, scene)


def test_it_ends_the_day_the_dienstvereinbarung_ends(
    house: House, clock: Any, people: dict[str, UUID], agree: Callable[..., UUID], hang: Hang
) -> None:
    agree(days=1)
    _, token = hang()

    async def scene(hub: Hub) -> None:
        screen = join(house, hub, token)
        assert (await heard(screen))["tafel"]["zustand"] == "da"
        clock.now = clock.now.replace(hour=22, minute=59, second=59)  # a second before midnight
        assert (await heard(screen))["tafel"]["ruhe"]
        clock.forward(seconds=1)
        assert (await heard(screen))["tafel"]["zustand"] == "aus"

    play(house, scene)


def test_ended_by_one_side_it_is_off_at_once(
    house: House, store: CurrentStore, staff: Any, agree: Callable[..., UUID], hang: Hang
) -> None:
    agreement = agree()
    _, token = hang()

    async def scene(hub: Hub) -> None:
        screen = join(house, hub, token)
        assert (await heard(screen))["tafel"]["zustand"] == "da"
        yesterday = local_date(house.clock()) - timedelta(days=1)
        with house.database.write() as session:
            end_agreement(session, staff("paul"), agreement, last_day=yesterday, now=house.clock())
        store.touch()  # as the page does
        assert (await heard(screen))["tafel"]["zustand"] == "aus"

    play(house, scene)


@pytest.mark.parametrize("deed", [rotate_monitor, revoke_monitor])
def test_a_stolen_token_is_cut_off_within_seconds_even_if_nobody_says_so(
    house: House, people: dict[str, UUID], agree: Callable[..., UUID], hang: Hang, deed: Any
) -> None:
    agree()
    device, token = hang()
    _, other = hang()

    async def scene(hub: Hub) -> None:
        screen, stays = join(house, hub, token), join(house, hub, other)
        await heard(screen)
        await heard(stays)
        with house.database.write() as session:
            deed(session, ACTOR, device, now=house.clock())
        told = await heard(screen, "ende")
        assert told["grund"]
        assert screen.over
        assert device not in hub.connected()
        assert len(hub.connected()) == 1
        assert not stays.over
        assert RECHECK <= 5

    play(house, scene)


def test_a_screen_that_comes_while_others_are_looked_at_stays(
    house: House, people: dict[str, UUID], agree: Callable[..., UUID], hang: Hang
) -> None:
    agree()
    (_, first), (_, second) = hang(), hang("bauamt")

    async def scene(hub: Hub) -> None:
        one = join(house, hub, first)
        look, loop = hub._lookout.look, asyncio.get_running_loop()
        came: list[Screen] = []

        def slow(*asked: Any) -> Any:
            """The second comes after the question and before the answer."""
            sight = look(*asked)
            if not came:
                arrived = threading.Event()
                loop.call_soon_threadsafe(
                    lambda: (came.append(join(house, hub, second)), arrived.set())
                )
                arrived.wait(WITHIN)
            return sight

        hub._lookout.look = slow  # type: ignore[method-assign]
        await heard(one)
        assert words(await heard(came[0])).keys() >= {"Emil Beispiel"}
        assert not came[0].over

    play(house, scene)


def test_one_token_holds_only_so_many_streams(
    house: House, people: dict[str, UUID], agree: Callable[..., UUID], hang: Hang
) -> None:
    agree()
    device, token = hang()

    async def scene(hub: Hub) -> None:
        screens = [join(house, hub, token) for _ in range(fan_out.MOST_PER_DEVICE + 1)]
        assert hub.connected() == {device: fan_out.MOST_PER_DEVICE}
        assert screens[0].over
        assert await screens[0].next() is None
        await heard(screens[-1])

    play(house, scene)


def test_screens_are_told_nothing_rather_than_something_old(
    house: House,
    people: dict[str, UUID],
    agree: Callable[..., UUID],
    hang: Hang,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database goes away under the watcher and comes back."""
    agree()
    _, token = hang()
    monkeypatch.setattr(fan_out, "PATIENT", 0.1)
    monkeypatch.setattr(fan_out, "AFTER_TROUBLE", 0.1)

    async def scene(hub: Hub) -> None:
        screen = join(house, hub, token)
        await heard(screen)
        database = house.__dict__.pop("database")
        house.__dict__["database"] = None  # whatever is asked of it fails
        assert (await heard(screen))["tafel"]["zustand"] == "stumm"
        house.__dict__["database"] = database
        assert (await heard(screen))["tafel"]["zustand"] == "da"

    play(house, scene)


def test_it_ends_with_the_server_and_keeps_nothing_when_nobody_looks(
    house: House, people: dict[str, UUID], agree: Callable[..., UUID], hang: Hang
) -> None:
    agree()
    _, token = hang()

    async def scene(hub: Hub) -> None:
        screen = join(house, hub, token)
        await heard(screen)
        screen.left(screen)
        assert hub.connected() == {}
        assert hub._watching is not None
        async with asyncio.timeout(WITHIN):
            await hub._watching
        assert hub._seen is None
        assert hub._told == {}
        again = join(house, hub, token)  # and begins anew
        await heard(again)
        hub.close()
        assert await heard(again, "neustart") == {}
        assert again.over
        assert join(house, hub, token).over

    play(house, scene)


def test_a_slow_screen_gets_the_newest_only() -> None:
    async def scene() -> None:
        screen = Screen(None, lambda _: None)  # type: ignore[arg-type]
        screen.tell(b"1")
        screen.tell(b"2")
        screen.pulse(b"puls")
        assert await screen.next() == b"2"
        screen.pulse(b"puls")
        assert await screen.next() == b"puls"
        screen.end(b"ende")
        screen.tell(b"3")
        assert await screen.next() == b"ende"
        assert await screen.next() is None

    asyncio.run(scene())
