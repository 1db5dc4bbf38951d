"""Nested groups: who belongs to a group directly or through groups in groups. Pure; rings of groups come to an end."""

from collections.abc import Iterable, Mapping


def reached(start: Iterable[str], next_to: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from ``start``, which itself counts only where a ring leads back to it."""
    found: set[str] = set()
    waiting = [each for name in start for each in next_to.get(name, ())]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(next_to.get(name, ()))
    return found


def groups_by_member(
    wanted: Iterable[str], members: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """Which of the wanted groups each member is in. ``members``: of every group, its direct members."""
    held: dict[str, set[str]] = {}
    for group in wanted:
        for member in reached([group], members):
            held.setdefault(member, set()).add(group)
    return held
