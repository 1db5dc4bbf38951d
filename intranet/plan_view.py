"""Floor plans and plans of bookings as HTML: pictures for the eye, each with names a screen reader reads.

The plan is cleaned SVG (``presence.spaces.plan_svg``); desks are links above its picture, so that mouse, finger and keyboard
choose them alike. State is told by sign and word, never by colour alone.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from uuid import UUID

from intranet import html, words
from intranet.views.spaces import FREE, MINE, PARTLY, SHUT, TAKEN, SpaceLine
from intranet.views.when import When
from presence.spaces.opening import MINUTES, Span
from presence.spaces.queries import Taken
from presence.spaces.tables import Floor
from storage.clock import WEEKDAYS, local

SIGNS = {FREE: "", PARTLY: "◐", TAKEN: "✕", MINE: "★", SHUT: "–"}
CLASSES = {
    FREE: "lage-frei",
    PARTLY: "lage-teils",
    TAKEN: "lage-belegt",
    MINE: "lage-meiner",
    SHUT: "lage-zu",
}


def floor_plan(floor: Floor, lines: Iterable[SpaceLine], chosen: UUID | None, when: When) -> str:
    """The plan with everything bookable on it; the chosen desk is framed. Links lead on with the same span."""
    links = "".join(_link(floor, line, chosen, when) for line in lines)
    ratio = f"{floor.width:g} / {floor.height:g}"
    return (
        f'<div class="geschoss" tabindex="0" role="region" aria-label="Plan {escape(floor.name)}">'
        f'<div style="aspect-ratio:{ratio}"><img class="grundriss" alt="" src="/grundriss/{floor.id}.svg?fassung={floor.revision}">'
        f"{links}</div></div>"
    )


def legend() -> str:
    """What the signs mean."""
    items = "".join(
        f'<li><span class="platz {CLASSES[state]}" aria-hidden="true">{SIGNS[state]}</span> {state}</li>'
        for state in SIGNS
    )
    return f'<ul class="legende">{items}</ul>'


def table(caption: str, lines: Sequence[SpaceLine], when: When) -> str:
    """The same for who doesn't see the plan."""
    return html.table(
        caption,
        ["Platz", "Stand", "Ausstattung"],
        [
            (
                html.page_link(target(line, when), line.space.name),
                html.state(line.state),
                ", ".join(line.space.equipment),
            )
            for line in lines
        ],
    )


def target(line: SpaceLine, when: When) -> str:
    """Where a desk or room is chosen, for the span one looks at."""
    if line.space.kind == "room":
        return f"/raeume?raum={line.space.id}{when.query}"
    return f"/plaetze?platz={line.space.id}{when.query}"


def _link(floor: Floor, line: SpaceLine, chosen: UUID | None, when: When) -> str:
    space = line.space
    style = (
        f"left:{space.x / floor.width * 100:.2f}%;top:{space.y / floor.height * 100:.2f}%;"
        f"width:{space.width / floor.width * 100:.2f}%;height:{space.height / floor.height * 100:.2f}%"
    )
    label = escape(f"{space.name}: {line.state}")
    current = ' aria-current="true"' if space.id == chosen else ""
    sign = SIGNS[line.state]
    if space.kind == "room":
        shown = f'<span class="schild">{sign} {line.state}</span>'
        kind = "raum"
    else:
        shown = f"{sign}<span>{escape(space.name.rpartition(' ')[2])}</span>"
        kind = "platz"
    return (
        f'<a class="hier hier-karte {kind} {CLASSES[line.state]}" href="{escape(target(line, when))}" target="_self" '
        f'style="{style}" aria-label="{label}" title="{label}"{current}>{shown}</a>'
    )


def week(caption: str, days: Sequence[tuple[date, list[Span], list[Taken]]], now: datetime) -> str:
    """A week of a room: one row per day, bars on a scale that shows all opening hours."""
    first, last = _scale(days)
    head = "".join(
        f'<span style="left:{(hour * 60 - first) / (last - first) * 100:.2f}%">{hour % 24}</span>'
        for hour in range(-(-first // 60), last // 60, max(1, (last - first) // 60 // 9))
    )
    rows = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{WEEKDAYS[day.weekday()][:2]} {day:%d.%m.}'
        f"{' (heute)' if day == local(now).date() else ''}</th>"
        f'<td role="cell"><div class="zeitstrahl">{_open(day, opened, first, last)}'
        f"{_bars(day, taken, first, last) if opened or taken else ''}</div></td></tr>"
        for day, opened, taken in days
    )
    return (
        f'<div class="tabelle" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="liste belegung" role="table"><caption>{escape(caption)}</caption>'
        '<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Tag</th>'
        f'<th scope="col" role="columnheader"><span class="nur-vorlesen">Belegung</span>'
        f'<div class="stunden" aria-hidden="true">{head}</div></th></tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
    )


def _open(day: date, spans: Sequence[Span], first: int, last: int) -> str:
    if not spans:
        return '<span class="geschlossen">geschlossen</span>'
    return "".join(f'<i style="{_place(day, span, first, last)}"></i>' for span in spans)


def _bars(day: date, taken: Sequence[Taken], first: int, last: int) -> str:
    if not taken:
        return '<span class="nur-vorlesen">frei</span>'
    return "".join(
        f'<b class="{CLASSES[MINE if each.mine else TAKEN]}" style="{_place(day, (each.starts, each.ends), first, last)}" '
        f'title="{escape(_told(each))}">{escape(_told(each))}</b>'
        for each in taken
    )


def _told(each: Taken) -> str:
    begins, ends = (words.moment(moment)[-5:].lstrip("0") for moment in (each.starts, each.ends))
    return f"{begins}–{ends} {each.title or 'belegt'}"


def _place(day: date, span: Span, first: int, last: int) -> str:
    """Where a bar lies. The scale is the clock on the wall, also on the days on which it is put forward or back; what
    lies in the hour that comes twice is at least as wide as a quarter of an hour.
    """
    begins, ends = (_on_the_wall(day, moment) for moment in span)
    left = min(max(begins, first), last)
    right = min(max(ends, left + 15), last)
    size = last - first
    return f"left:{(left - first) / size * 100:.2f}%;width:{(right - left) / size * 100:.2f}%"


def _scale(days: Sequence[tuple[date, list[Span], list[Taken]]]) -> tuple[int, int]:
    """First and last minute of the clock of all opening hours of the week."""
    minutes = [
        _on_the_wall(day, moment) for day, opened, _ in days for span in opened for moment in span
    ]
    return (min(minutes), max(minutes)) if minutes else (8 * 60, 18 * 60)


def _on_the_wall(day: date, moment: datetime) -> int:
    """Minutes of that day's clock, beyond 24:00 on the next day, below nought on the day before."""
    there = local(moment)
    return (there.date() - day).days * MINUTES + there.hour * 60 + there.minute
