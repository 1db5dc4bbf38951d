"""Half-open intervals of time: joining, cutting out, and layers that cover each other. Pure."""

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime]


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """In order, with what overlaps or touches made one; empty ones are dropped."""
    found: list[Interval] = []
    for starts, ends in sorted(each for each in intervals if each[0] < each[1]):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def without(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What is left of the intervals outside the holes, in order."""
    cut = joined(holes)
    found: list[Interval] = []
    for starts, ends in joined(intervals):
        begin = starts
        for hole_starts, hole_ends in cut:
            if hole_ends <= begin or hole_starts >= ends:
                continue
            if hole_starts > begin:
                found.append((begin, hole_starts))
            begin = max(begin, hole_ends)
        if begin < ends:
            found.append((begin, ends))
    return found
