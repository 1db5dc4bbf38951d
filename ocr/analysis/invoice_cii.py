"""UN/CEFACT Cross Industry Invoice, and its forerunner in ZUGFeRD 1.0 (CrossIndustryDocument)."""

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
    money,
    number,
    plain,
    text,
)
from ocr.documents import Invoice, InvoiceLine

HEADER = "ExchangedDocument|HeaderExchangedDocument"
TRANSACTION = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
AGREEMENT = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
SETTLEMENT = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
SUMMATION = (
    "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
)
LINE_AGREEMENT = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
LINE_SETTLEMENT = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
LINE_SUMMATION = (
    "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
)
ACCOUNT = ("SpecifiedTradeSettlementPaymentMeans", "PayeePartyCreditorFinancialAccount", "IBANID")


def read_cii(root: Element) -> Invoice | None:
    """The invoice under a CII or ZUGFeRD 1.0 root; None if it has no settlement part."""
    header = child(root, HEADER)
    transaction = child(root, TRANSACTION)
    agreement = child(transaction, AGREEMENT)
    settlement = child(transaction, SETTLEMENT)
    sums = child(settlement, SUMMATION)
    if sums is None:
        return None
    code = currency(text(settlement, "InvoiceCurrencyCode"))
    total = number(text(sums, "GrandTotalAmount"))
    # Whoever states a credit note in negative amounts already (against the norm) is not turned around.
    sign = -1 if text(header, "TypeCode") in CREDIT_NOTES and total is not None and total > 0 else 1
    return Invoice(
        number=text(header, "ID"),
        date=day(text(header, "IssueDateTime")),
        currency=code,
        total=money(_signed(total, sign)),
        tax=money(_signed(_tax(sums, code), sign)),
        due=money(_signed(_due(sums, total), sign)),
        seller=text(agreement, "SellerTradeParty", "Name"),
        buyer=text(agreement, "BuyerTradeParty", "Name"),
        iban=_iban(settlement),
        leitweg_id=leitweg(text(agreement, "BuyerReference")),
        lines=tuple(_lines(transaction, sign)),
        due_date=_due_date(settlement),
        source="xml",
    )


def _signed(amount: Decimal | None, sign: int) -> Decimal | None:
    return None if amount is None else sign * amount


def _tax(sums: Element, code: str | None) -> Decimal | None:
    """BT-110: the tax in the invoice's currency (BT-111 may repeat it in the accounting currency)."""
    stated = list(children(sums, "TaxTotalAmount"))
    own = [amount for amount in stated if amount.get("currencyID") in {code, None}]
    return number(text((own or stated)[0])) if stated else None


def _due(sums: Element, total: Decimal | None) -> Decimal | None:
    """BT-115, or the total less what was prepaid (ZUGFeRD 1.0 BASIC leaves it out)."""
    stated = number(text(sums, "DuePayableAmount"))
    if stated is not None or total is None:
        return stated
    return total - (number(text(sums, "TotalPrepaidAmount")) or Decimal(0))


def _iban(settlement: Element | None) -> str | None:
    """BT-84 of the first means of payment that has one."""
    accounts = (iban(text(account)) for account in children(settlement, *ACCOUNT))
    return next((account for account in accounts if account), None)


def _due_date(settlement: Element | None) -> str | None:
    """BT-9; of several terms the latest one without discount."""
    terms = list(children(settlement, "SpecifiedTradePaymentTerms"))
    full = [term for term in terms if child(term, "ApplicableTradePaymentDiscountTerms") is None]
    days = [day(text(term, "DueDateDateTime")) for term in full or terms]
    return max((found for found in days if found), default=None)


def _lines(transaction: Element | None, sign: int) -> Iterator[InvoiceLine]:
    """BG-25; lines without product and total are mere notes (ZUGFeRD 1.0)."""
    found = children(transaction, "IncludedSupplyChainTradeLineItem")
    for position, line in enumerate(found, start=1):
        product = child(line, "SpecifiedTradeProduct")
        quantity = child(line, LINE_DELIVERY, "BilledQuantity")
        total = number(text(line, LINE_SETTLEMENT, LINE_SUMMATION, "LineTotalAmount"))
        name = text(product, "Name") or text(product, "Description")
        if name is None and total is None:
            continue
        yield InvoiceLine(
            number=text(line, "AssociatedDocumentLineDocument", "LineID") or str(position),
            name=name or "",
            quantity=plain(_signed(number(text(quantity)), sign)),
            unit=None if quantity is None else quantity.get("unitCode"),
            price=money(
                number(text(line, LINE_AGREEMENT, "NetPriceProductTradePrice", "ChargeAmount"))
            ),
            total=money(_signed(total, sign)),
        )
