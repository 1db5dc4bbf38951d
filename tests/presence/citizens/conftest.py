"""The small town hall of the bookings, with its hall that citizens may ask for."""

from tests.presence.spaces.conftest import offices, spaces, staff

__all__ = ["offices", "spaces", "staff"]
