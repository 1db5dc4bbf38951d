"""OASIS UBL 2.1 Invoice and CreditNote, as XRechnung and Peppol use them."""

from collections.abc import Iterator
from decimal import Decimal

from ocr.analysis.invoice_xml import (
    CREDIT_NOTES,
    Element,
    child,
    children,
    currency,
    day,
    iban,
    leitweg,
    local_name,
    money,
    number,
    plain,
    text,
)
from ocr.documents import Invoice, InvoiceLine


def read_ubl(root: Element) -> Invoice | None:
    """The invoice under a UBL root; None if it states no totals."""
    sums = child(root, "LegalMonetaryTotal")
    if sums is None:
        return None
    code = currency(text(root, "DocumentCurrencyCode"))
    total = number(text(sums, "TaxInclusiveAmount"))
    payable = number(text(sums, "PayableAmount"))
    if total is None and payable is not None:
        total = payable + (number(text(sums, "PrepaidAmount")) or Decimal(0))
    kind = text(root, "InvoiceTypeCode|CreditNoteTypeCode")
    credit = local_name(root) == "CreditNote" or kind in CREDIT_NOTES
    sign = -1 if credit and total is not None and total > 0 else 1
    return Invoice(
        number=text(root, "ID"),
        date=day(text(root, "IssueDate")),
        currency=code,
        total=money(_signed(total, sign)),
        tax=money(_signed(_tax(root, code), sign)),
        due=money(_signed(payable, sign)),
        seller=_party(child(root, "AccountingSupplierParty", "Party")),
        buyer=_party(child(root, "AccountingCustomerParty", "Party")),
        iban=_iban(root),
        leitweg_id=leitweg(text(root, "BuyerReference")),
        lines=tuple(_lines(root, sign)),
        due_date=day(text(root, "DueDate") or text(root, "PaymentMeans", "PaymentDueDate")),
        source="xml",
    )


def _signed(amount: Decimal | None, sign: int) -> Decimal | None:
    return None if amount is None else sign * amount


def _party(party: Element | None) -> str | None:
    """BT-27 or BT-44: the registered name, else the trading name."""
    return text(party, "PartyLegalEntity", "RegistrationName") or text(party, "PartyName", "Name")


def _tax(root: Element, code: str | None) -> Decimal | None:
    """BT-110: the tax in the document's currency."""
    stated = list(children(root, "TaxTotal", "TaxAmount"))
    own = [amount for amount in stated if amount.get("currencyID") in {code, None}]
    return number(text((own or stated)[0])) if stated else None


def _iban(root: Element) -> str | None:
    """BT-84 of the first means of payment that has one."""
    accounts = children(root, "PaymentMeans", "PayeeFinancialAccount", "ID")
    return next((found for found in (iban(text(account)) for account in accounts) if found), None)


def _lines(root: Element, sign: int) -> Iterator[InvoiceLine]:
    """BG-25."""
    found = children(root, "InvoiceLine|CreditNoteLine")
    for position, line in enumerate(found, start=1):
        quantity = child(line, "InvoicedQuantity|CreditedQuantity")
        yield InvoiceLine(
            number=text(line, "ID") or str(position),
            name=text(line, "Item", "Name") or text(line, "Item", "Description") or "",
            quantity=plain(_signed(number(text(quantity)), sign)),
            unit=None if quantity is None else quantity.get("unitCode"),
            price=money(number(text(line, "Price", "PriceAmount"))),
            total=money(_signed(number(text(line, "LineExtensionAmount")), sign)),
        )
