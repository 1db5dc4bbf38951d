"""The town hall of the spaces: citizens ask for its rooms."""

from tests.presence.spaces.conftest import cast, spaces

__all__ = ["cast", "spaces"]
