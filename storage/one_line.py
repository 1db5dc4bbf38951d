"""Short texts that people type, as they are kept: in one line, without signs that can't be seen or stored."""


def one_line(text: str) -> str:
    """Blanks, line breaks and control characters are one blank; NUL and half characters, which PostgreSQL refuses, go."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
