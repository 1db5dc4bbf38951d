"""The contract's figures once more, as one would explain them to a child: lists and loops."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any

Event = tuple[str, datetime, str | None]


def figures(events: Iterable[Event]) -> dict[str, Any]:
    ways: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for case, at, group in events:
        if group:
            ways[case].append((at, group))
    total: dict[str, Any] = dict.fromkeys(
        ("handovers", "cases_with_handover", "ping_pong_cases", "ping_pong_total", "revisit_cases"),
        0,
    )
    durations: dict[str, list[float]] = {"none": [], "handover": [], "ping_pong": []}
    for way in ways.values():
        way.sort(key=lambda step: step[0])
        collapsed: list[str] = []
        for _, group in way:
            if not collapsed or collapsed[-1] != group:
                collapsed.append(group)
        steps = len(collapsed) - 1
        backs = sum(collapsed[k] == collapsed[k + 2] for k in range(len(collapsed) - 2))
        total["handovers"] += steps
        total["cases_with_handover"] += steps > 0
        total["ping_pong_cases"] += backs > 0
        total["ping_pong_total"] += backs
        total["revisit_cases"] += len(set(collapsed)) < len(collapsed)
        kind = "ping_pong" if backs else "handover" if steps else "none"
        durations[kind].append((way[-1][0] - way[0][0]).total_seconds() / 86_400)
    return {
        "cases": len(ways),
        "events": sum(map(len, ways.values())),
        "units": len({group for way in ways.values() for _, group in way}),
        **total,
        "median_days": {
            kind: median(found) if found else None for kind, found in durations.items()
        },
    }
