"""Texts that people type, as they are kept: without signs that can't be seen or stored."""


def one_line(text: str) -> str:
    """Blanks, line breaks and control characters are one blank; NUL and half characters, which PostgreSQL refuses, go."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def several_lines(text: str) -> str:
    """The same for longer texts: lines stay lines, several empty ones are one, none stands at either end."""
    kept: list[str] = []
    for line in map(one_line, text.splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip()
