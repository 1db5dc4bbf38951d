"""XML without DTD, entities or network, and e-invoices as pages of text."""

from pathlib import Path
from typing import Any

from ocr.documents import Page, Reading, UnreadableError
from ocr.layout import clean
from ocr.limits import Limits

_LINES = 200_000
_LARGEST_KEPT = 20 * 1024 * 1024  # no e-invoice comes near


def parse_xml(data: bytes) -> Any:
    """The root element. Raises UnreadableError (``bomb`` for anything with a DTD, else ``damaged``); neither entities
    nor external files are ever expanded.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        if b"<!ENTITY" in data[:100_000]:
            raise _forbidden() from error
        raise UnreadableError(
            "damaged", "Diese XML-Datei ist beschädigt oder unvollständig. Bitte erneut anfordern."
        ) from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise _forbidden()
    return root


def _forbidden() -> UnreadableError:
    return UnreadableError(
        "bomb",
        "Diese XML-Datei enthält eine Dokumenttypdefinition. Aus Sicherheitsgründen wird sie nicht gelesen.",
    )


def read_xml(source: bytes | Path, limits: Limits) -> Reading:
    """One page: each element with text as ``name: text``, so that invoices can be searched as they are; the markup
    itself as property ``xml``.
    """
    from lxml import etree

    data = source if isinstance(source, bytes) else source.read_bytes()
    root = parse_xml(data)
    lines: list[str] = []
    length = 0
    warnings: tuple[str, ...] = ()
    for element in root.iter(etree.Element):
        value = " ".join(clean(element.text or "").split())
        if not value:
            continue
        line = f"{etree.QName(element).localname}: {value}"
        length += len(line) + 1
        if length > limits.text or len(lines) >= _LINES:
            warnings = ("Die Datei enthält sehr viel Text; gelesen wurde nur der Anfang.",)
            break
        lines.append(line)
    name = etree.QName(root)
    page = Page(1, "\n".join(lines), "text" if lines else "none", 1.0)
    properties: dict[str, Any] = {"root": name.localname, "namespace": name.namespace or ""}
    if len(data) <= _LARGEST_KEPT:
        properties["xml"] = data
    return Reading("application/xml", (page,), (), properties, warnings)
