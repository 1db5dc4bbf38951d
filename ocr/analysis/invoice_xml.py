"""Structured e-invoices: UBL Invoice and CreditNote, UN/CEFACT CII (Factur-X, ZUGFeRD 2, XRechnung), ZUGFeRD 1.0.

Untrusted XML: parsed without DTD, entities or network. Elements are found by local name, so that ZUGFeRD 1.0 and
today's CII, whose names differ in few places, share one reader. BT-n are the business terms of EN 16931-1.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from ocr.documents import Invoice

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type

LARGEST = 20 * 1024 * 1024
"""Bytes of XML above which nothing is parsed; real invoices stay far below (attachments go in as base64)."""

CREDIT_NOTES = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
)
"""UNTDID 1001 codes (BT-3) of credit notes: their amounts are stated positive, the money flows back. A corrected
invoice (384) and a self-billed one (389) carry their own sign."""

_AMOUNT = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_LEITWEG = re.compile(r"\d{2,12}(?:-[0-9A-Z]{1,30})?-\d{2}", re.ASCII | re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)


def read_xml(data: bytes | str) -> Invoice | None:
    """The invoice that the XML states; None if it isn't XML, is dangerous or no invoice."""
    from ocr.analysis.invoice_cii import read_cii
    from ocr.analysis.invoice_ubl import read_ubl

    root = parse(data)
    if root is None:
        return None
    name = local_name(root)
    if name in {"CrossIndustryInvoice", "CrossIndustryDocument"}:
        return read_cii(root)
    if name in {"Invoice", "CreditNote"} and "ubl" in (etree.QName(root).namespace or "").lower():
        return read_ubl(root)
    return None


def parse(data: bytes | str) -> Element | None:
    """The root element, or None: malformed, too large, or with a document type (no e-invoice has one)."""
    if isinstance(data, str):
        # The text was decoded already: a declared encoding no longer holds.
        data = re.sub(r"\A\ufeff?\s*<\?xml[^>]*\?>", "", data).encode("utf-8", "replace")
    if len(data) > LARGEST:
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    tree: Any = root.getroottree()
    return None if tree.docinfo.doctype else root


def local_name(element: Element) -> str:
    """The name without namespace; empty for anything that is no element (an unresolved entity)."""
    tag: Any = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """All descendants along ``path`` of local names; ``A|B`` allows either name at that place."""
    if element is None:
        return
    if not path:
        yield element
        return
    names = path[0].split("|")
    for child in element:
        if local_name(child) in names:
            yield from children(child, *path[1:])


def child(element: Element | None, *path: str) -> Element | None:
    """The first of ``children``."""
    return next(children(element, *path), None)


def text(element: Element | None, *path: str) -> str | None:
    """The first non-empty text along ``path``, white space folded."""
    for found in children(element, *path):
        folded = " ".join("".join(map(str, found.itertext())).split())
        if folded:
            return folded
    return None


def number(stated: str | None) -> Decimal | None:
    """An XML decimal; None for anything else (NaN, exponents, thousands separators)."""
    if stated is None or not _AMOUNT.fullmatch(stated):
        return None
    return Decimal(stated)


def money(amount: Decimal | None) -> str | None:
    """``1234.50``: at least two decimals, no negative zero."""
    if amount is None:
        return None
    if not amount:
        return "0.00"
    shown = format(amount.normalize(), "f")
    whole, _, cents = shown.partition(".")
    return f"{whole}.{cents:0<2}"


def plain(amount: Decimal | None) -> str | None:
    """``3`` or ``2.5``: a quantity without trailing zeros."""
    return None if amount is None else format(amount.normalize() or Decimal(0), "f")


def day(stated: str | None) -> str | None:
    """``YYYY-MM-DD`` from ``YYYYMMDD`` (format 102) or ISO 8601 with or without time; None if it is no day."""
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", stated or "", re.ASCII)
    try:
        return date(*map(int, match.groups())).isoformat() if match else None
    except ValueError:
        return None


def currency(stated: str | None) -> str | None:
    """A three-letter code (ISO 4217)."""
    return stated if stated and re.fullmatch(r"[A-Z]{3}", stated, re.ASCII) else None


def leitweg(reference: str | None) -> str | None:
    """BT-10 if it has the form of a Leitweg-ID; other buyer references are none."""
    return reference if reference and _LEITWEG.fullmatch(reference) else None


def iban(stated: str | None) -> str | None:
    """BT-84 without blanks if it looks like an IBAN (elsewhere the field holds other account numbers)."""
    compact = re.sub(r"\s", "", stated or "").upper()
    return compact if _IBAN.fullmatch(compact) else None
