"""Text files and web pages."""

import re
from pathlib import Path

from ocr.detection import HTML, TEXT
from ocr.documents import Reading
from ocr.encoding import decode
from ocr.layout import clean
from ocr.limits import Limits
from ocr.readers.word import as_pages

_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_SCRIPTS = re.compile(r"<(script|style|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_TOO_LONG = "Die Datei enthält sehr viel Text; gelesen wurde nur der Anfang."


def read_plain(source: bytes | Path, limits: Limits) -> Reading:
    """A text file; form feeds part pages."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    warnings: list[str] = []
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limits.text:
        text = text[: limits.text]
        warnings.append(_TOO_LONG)
    texts = [clean(page).strip("\n") for page in text.split("\f")][: limits.pages]
    return Reading(TEXT, as_pages(texts), (), {}, tuple(warnings))


def readable(html: str) -> str:
    """The text of a web page as people see it: no scripts, tables in columns, nothing fetched."""
    from inscriptis import get_text
    from lxml.etree import LxmlError

    source = _SCRIPTS.sub(" ", _XML_DECLARATION.sub("", html))
    try:
        # lxml drops what is nested too deeply: then the tags are taken off by hand.
        text = str(get_text(source))
        text = text if text.strip() else _TAGS.sub(" ", source)
    except (LxmlError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        text = _TAGS.sub(" ", source)
    lines = [clean(line).rstrip() for line in text.replace("\x0c", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def read_html(source: bytes | Path, limits: Limits) -> Reading:
    data = source if isinstance(source, bytes) else source.read_bytes()
    declared = _CHARSET.search(data[:4096])
    html = decode(data, declared.group(1).decode("ascii") if declared else None)
    warnings: tuple[str, ...] = ()
    if len(html) > limits.text:
        html, warnings = html[: limits.text], (_TOO_LONG,)
    title = _TITLE.search(html[:100_000])
    properties = {"title": " ".join(readable(title.group(1)).split())} if title else {}
    return Reading(HTML, as_pages([readable(html)]), (), properties, warnings)
