"""What the operating system complains about, in German: its own words are English and depend on the machine."""

import errno

_REASONS = {
    errno.ENOENT: "den Ordner oder die Datei gibt es nicht",
    errno.ENOTDIR: "ein Teil des Pfades ist kein Ordner",
    errno.EISDIR: "das ist ein Ordner",
    errno.EEXIST: "dort liegt schon etwas anderes",
    errno.EACCES: "das Recht dazu fehlt",
    errno.EPERM: "das Recht dazu fehlt",
    errno.EROFS: "dort darf nur gelesen werden",
    errno.ENOSPC: "der Speicherplatz ist erschöpft",
    errno.EDQUOT: "der zugeteilte Speicherplatz ist erschöpft",
    errno.ENAMETOOLONG: "der Name ist zu lang",
    errno.ELOOP: "die Verknüpfungen führen im Kreis",
    errno.EADDRINUSE: "die Adresse ist schon belegt",
    errno.EADDRNOTAVAIL: "die Adresse gehört nicht zu diesem Rechner",
}


def reason(error: OSError) -> str:
    """As in "das Recht dazu fehlt", to be put after a colon."""
    number = error.errno or 0
    return _REASONS.get(number, f"das Betriebssystem meldet den Fehler {number}")
