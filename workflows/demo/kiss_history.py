"""What happened to the Anliegen of the demo city in the last quarter: every deed by its verb, at its own moment, nothing sent.

The engine learns from it when it starts, and looks for what is the same.

All lives run side by side in the order of time, so that ids, numbers and the journal grow as they would have. What
would happen after now does not: so the latest ones are open, as in a real house.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, Citizen, ProtectionClass, Role, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.jobs.queue import Priority, enqueue
from storage.jobs.tables import Job
from storage.organisation.queries import load_staff, office_by_key
from storage.organisation.tables import Membership, RoleGrant
from workflows.demo.kiss_cases import Case, answer_to, cases, reply_text, told
from workflows.kiss.anliegen.answering import TELL, answer, release
from workflows.kiss.anliegen.assigning import To, assign, take_over
from workflows.kiss.anliegen.closing import close, rate
from workflows.kiss.anliegen.contributing import ask_group, contribute
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.groups import members
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import ROUTE, Channel, Incoming, Place, open_anliegen
from workflows.kiss.anliegen.progress import HOURS
from workflows.kiss.anliegen.states import Kind, State
from workflows.kiss.anliegen.tables import Anliegen, Group, Message, Topic
from workflows.kiss.evaluation.hearing import ProfileForm, complain, describe
from workflows.kiss.evaluation.improving import work_out
from workflows.kiss.routing.finding import ALIKE, decided, hand_over
from workflows.kiss.routing.shelf import as_message, load_book, load_gazetteer

FOUNDER = System("demo")
SEED = 1
FORGOTTEN = 150
"""Deeds after which the session forgets what it loaded: with thousands of rows it becomes slow."""


def found_history(house: House) -> int:
    """Live through the quarter, unless there are Anliegen already. Returns how many there are then."""
    now = house.clock()
    with house.database.write() as session:
        if session.scalar(select(func.count()).select_from(Anliegen)):
            return 0
        town = Town(session, now)
        planned = cases(SEED, now)
        _live(town, planned)
        session.execute(delete(Job).where(Job.kind.in_((ROUTE, TELL))))
        _tell_more(session, town, now)
        work_out(session, FOUNDER, now=now)
    return len(planned)


class Town:
    """Who can do what: groups, topics and people by key, and the Anliegen of each case."""

    def __init__(self, session: Session, now: datetime) -> None:
        day = local_date(now)
        self.session, self.now = session, now
        self.rng = random.Random(f"leben {SEED}")  # noqa: S311 - invented, not secret
        self.groups = {row.key: row.id for row in session.scalars(select(Group))}
        self.topics = {row.key: row.id for row in session.scalars(select(Topic))}
        self.right = {row.key: row.group_id for row in session.scalars(select(Topic))}
        self.kinds = {row.key: Kind(row.kind) for row in session.scalars(select(Topic))}
        self.staff = {
            row.id: [
                staff for person in members(session, row, day)
                if (staff := load_staff(session, person.id, day)) is not None
            ]
            for row in session.scalars(select(Group)).all()
        }  # fmt: skip
        coordinators = session.scalars(
            select(RoleGrant.person_id).where(
                RoleGrant.role == Role.FEEDBACK.value, RoleGrant.office_id.is_(None)
            )
        )
        self.coordinators = [
            found for person in coordinators if (found := load_staff(session, person, day)) is not None
        ]  # fmt: skip
        self.book = load_book(session, day)
        self.gazetteer = load_gazetteer(session, day)
        self.made: dict[int, UUID] = {}

    def row(self, anliegen: UUID) -> Anliegen:
        return self.session.get_one(Anliegen, anliegen)

    def somebody(self, anliegen: UUID) -> Staff:
        """Who works on it: the one who has it, else somebody of the group."""
        row = self.row(anliegen)
        able = self.staff[row.group_id]
        return next((each for each in able if each.person == row.person_id), None) or self.rng.choice(able)  # fmt: skip

    def after(self, start: datetime, hours: float, case: Case) -> datetime:
        """So many office hours later, more or less, at this case's pace."""
        return HOURS.add(start, timedelta(hours=hours * case.pace * self.rng.uniform(0.5, 1.5)))


def _live(town: Town, planned: list[Case]) -> None:
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    for case in planned:
        life = _life(town, case)
        waiting.append((next(life), case.number, life))
    heapq.heapify(waiting)
    deeds = 0
    while waiting and waiting[0][0] <= town.now:
        _, number, life = heapq.heappop(waiting)
        following = next(life, None)
        if following is not None:
            heapq.heappush(waiting, (following, number, life))
        deeds += 1
        if deeds % FORGOTTEN == 0:
            town.session.flush()
            town.session.expunge_all()


def _life(town: Town, case: Case) -> Iterator[datetime]:
    """The moments at which something happens; each is waited for before the deed that follows it."""
    yield (at := case.at)
    anliegen = _open(town, case, at)
    yield (at := at + timedelta(seconds=40))
    _route(town, anliegen, at)
    if State(town.row(anliegen).state) is State.NEW:
        yield (at := town.after(at, 3, case))
        _give(town, anliegen, To(town.right[case.topic], topic=town.topics[case.topic]), at, coordinates=True)  # fmt: skip
    for group in case.detour:
        yield (at := town.after(at, 5, case))
        _give(town, anliegen, To(town.groups[group]), at)
    if case.twin is not None:
        yield (at := town.after(at, 1, case))
        if _same_as_first(town, anliegen, case.twin, at):
            return
    yield (at := town.after(at, 4, case))
    row = town.row(anliegen)
    take_over(town.session, town.somebody(anliegen), anliegen, row.revision, now=at)
    if not case.stuck:
        yield from _work(town, case, anliegen, at)


def _work(town: Town, case: Case, anliegen: UUID, at: datetime) -> Iterator[datetime]:
    session = town.session
    if case.shares and ProtectionClass(town.row(anliegen).protection) in SHARED_CLASSES:
        yield (at := town.after(at, 2, case))
        asked = ask_group(
            session, town.somebody(anliegen), anliegen, town.row(anliegen).revision,
            town.groups["vollzug"], told()["contribution"], now=at,
        ) if town.row(anliegen).group_id != town.groups["vollzug"] else None  # fmt: skip
        if asked is not None:
            yield (at := town.after(at, 6, case))
            helper = next(each for each in town.staff[town.groups["vollzug"]] if each.works_in(asked.office_id))  # fmt: skip
            contribute(session, helper, asked.id, 1, told()["contributed"], now=at)
    if case.asks:
        yield (at := town.after(at, 3, case))
        question = "question" if case.place else "question_without_place"
        _answer(town, anliegen, told()[question], at, asks=True)
        yield (at := town.after(at, 1, case))
        _second_pair(town, anliegen, at)
        if case.waits:
            return
        yield (at := at + timedelta(hours=town.rng.uniform(3, 60)))
        _say(town, anliegen, reply_text(case), f"demo:{case.number}:reply", at)
    yield (at := town.after(at, 8, case))
    _answer(town, anliegen, answer_to(case.theme, case.number), at)
    yield (at := town.after(at, 2, case))
    _second_pair(town, anliegen, at)
    if case.reopened:
        yield (at := at + timedelta(hours=town.rng.uniform(6, 40)))
        _say(town, anliegen, told()["not_done"], f"demo:{case.number}:again", at)
        yield (at := town.after(at, 8, case))
        _answer(town, anliegen, answer_to(case.theme, case.number + 1), at)
        yield (at := town.after(at, 2, case))
        _second_pair(town, anliegen, at)
    if case.points:
        yield (at := at + timedelta(hours=town.rng.uniform(2, 30)))
        rate(session, Citizen(anliegen), case.points, now=at)
    yield (at := town.after(at, 24, case))
    close(session, town.somebody(anliegen), anliegen, town.row(anliegen).revision, now=at)


def _open(town: Town, case: Case, at: datetime) -> UUID:
    actor = (
        town.rng.choice(town.staff[town.right[case.topic]])
        if case.channel in {Channel.PHONE, Channel.INTERNAL}
        else FOUNDER
    )
    incoming = Incoming(
        key=f"demo:{case.number}", channel=case.channel, kind=town.kinds[case.topic], text=case.text,
        title=case.title, caller=case.caller, place=Place(case.place),
        topic=town.topics[case.topic] if case.chosen else None, sender=case.caller.mail,
    )  # fmt: skip
    row = open_anliegen(town.session, actor, incoming, now=at)
    town.made[case.number] = row.id
    return row.id


def _route(town: Town, anliegen: UUID, at: datetime) -> None:
    """As the engine would have, by the rules of the house and before anything was learned."""
    row = town.row(anliegen)
    message = as_message(town.session, row, town.gazetteer)
    decision = decided(message, town.book, local_date(at), explain=False)
    hand_over(town.session, row, decision, None, at)
    enqueue(town.session, ALIKE, anliegen.hex, priority=Priority.BACKGROUND, now=at)


def _give(town: Town, anliegen: UUID, to: To, at: datetime, *, coordinates: bool = False) -> None:
    actor = town.rng.choice(town.coordinators) if coordinates else town.somebody(anliegen)
    text = "" if coordinates else told()["hand_over"]
    assign(town.session, actor, anliegen, town.row(anliegen).revision, to, text, now=at)


def _same_as_first(town: Town, anliegen: UUID, twin: int, at: datetime) -> bool:
    """Somebody sees that it is the same as the first one, where one group has both."""
    first = town.row(town.made[twin])
    row = town.row(anliegen)
    if first.group_id != row.group_id or first.merged_into_id is not None:
        return False
    merge(town.session, town.somebody(anliegen), anliegen, row.revision, first.id, now=at)
    return True


def _answer(town: Town, anliegen: UUID, text: str, at: datetime, *, asks: bool = False) -> None:
    row = town.row(anliegen)
    answer(town.session, town.somebody(anliegen), anliegen, row.revision, text, asks=asks, now=at)


def _second_pair(town: Town, anliegen: UUID, at: datetime) -> None:
    waiting = town.session.scalars(
        select(Message).where(Message.anliegen_id == anliegen, Message.state == "waiting")
    ).first()
    if waiting is None:
        return
    colleague = next(
        each for each in town.staff[town.row(anliegen).group_id] if each.person != waiting.author_id
    )
    release(town.session, colleague, waiting.id, waiting.revision, now=at)


def _say(town: Town, anliegen: UUID, text: str, key: str, at: datetime) -> None:
    hear(town.session, Citizen(anliegen), anliegen, Reply(key, text), now=at)


def _tell_more(session: Session, town: Town, now: datetime) -> None:
    """Steckbriefe of what leaves no log, and what annoys people."""
    day = local_date(now)
    for number, each in enumerate(told()["profiles"]):
        office = office_by_key(session, each["office"], day)
        assert office is not None
        values = {name: value for name, value in each.items() if name != "office"}
        author = town.coordinators[number % len(town.coordinators)]
        describe(session, author, ProfileForm(office=office.id, **values), now=now - timedelta(days=20 - number))  # fmt: skip
    for number, each in enumerate(told()["annoyances"]):
        office = office_by_key(session, each["office"], day)
        assert office is not None
        person = session.scalars(
            select(Membership.person_id).where(Membership.office_id == office.id).order_by(Membership.id)
        ).first()  # fmt: skip
        author_ = load_staff(session, person, day) if person is not None else None
        assert author_ is not None
        complain(
            session, author_, each["text"], office=office.id, named=each["named"],
            now=now - timedelta(days=3 + number),
        )  # fmt: skip
