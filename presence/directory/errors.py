"""What can go wrong with a directory, apart from a wrong password. Messages are for people, in German."""

from presence.authenticators import SourceAwayError


class DirectoryError(Exception):
    """The settings don't fit the directory; waiting does not help."""


class AwayError(SourceAwayError):
    """No server of the directory answers just now."""


class IncompleteError(Exception):
    """The directory gave a part only. Nothing may be concluded from it."""


class BrokenOffError(IncompleteError):
    """A server that had taken us on broke off, or was too busy to go on: another one may do better."""
