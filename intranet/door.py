"""The one house of this process, for page scripts: Streamlit runs them afresh and hands them nothing."""

from storage.house import House

_OPEN: list[House] = []


def open_door(house: House) -> None:
    """Name the house of this process (the server at start, tests per test)."""
    _OPEN[:] = [house]


def the_house() -> House:
    return _OPEN[0]
