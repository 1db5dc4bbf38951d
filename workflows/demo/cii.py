"""Writes an invoice as UN/CEFACT Cross Industry Invoice (CII D16B), the XML inside Factur-X and XRechnung."""

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.demo.bills import Bill, BillLine

_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_GUIDELINE = "urn:cen.eu:en16931:2017"
for _prefix, _uri in (("rsm", _RSM), ("ram", _RAM), ("udt", _UDT)):
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class TradeParty:
    """Name and postal address (BG-4/BG-7); ``vat_id`` only for the seller."""

    name: str
    street: str
    postcode: str
    town: str
    vat_id: str = ""


def money(cents: int) -> str:
    """``-12.05`` for -1205."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def write_cii(bill: Bill, seller: TradeParty, buyer: TradeParty) -> bytes:
    """The XML of an invoice (type 380) or credit note (type 381, amounts positive), UTF-8."""
    root = ET.Element(f"{{{_RSM}}}CrossIndustryInvoice")
    context = _under(root, "ExchangedDocumentContext", _RSM)
    _text(_under(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", _GUIDELINE)
    document = _under(root, "ExchangedDocument", _RSM)
    _text(document, "ID", bill.number)
    _text(document, "TypeCode", "381" if bill.kind == "Gutschrift" else "380")
    _date(_under(document, "IssueDateTime"), bill.day)
    trade = _under(root, "SupplyChainTradeTransaction", _RSM)
    for number, line in enumerate(bill.lines, 1):
        _line(trade, number, line, bill.rate)
    agreement = _under(trade, "ApplicableHeaderTradeAgreement")
    _text(agreement, "BuyerReference", bill.leitweg_id)
    _party(agreement, "SellerTradeParty", seller)
    _party(agreement, "BuyerTradeParty", buyer)
    _text(_under(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", bill.order)
    delivery = _under(trade, "ApplicableHeaderTradeDelivery")
    event = _under(delivery, "ActualDeliverySupplyChainEvent")
    _date(_under(event, "OccurrenceDateTime"), bill.day)
    _settlement(trade, bill)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _line(trade: ET.Element, number: int, line: BillLine, rate: int) -> None:
    item = _under(trade, "IncludedSupplyChainTradeLineItem")
    _text(_under(item, "AssociatedDocumentLineDocument"), "LineID", str(number))
    _text(_under(item, "SpecifiedTradeProduct"), "Name", line.name)
    price = _under(_under(item, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    _text(price, "ChargeAmount", money(line.price))
    quantity = _text(
        _under(item, "SpecifiedLineTradeDelivery"), "BilledQuantity", str(line.quantity)
    )
    quantity.set("unitCode", line.code)
    settlement = _under(item, "SpecifiedLineTradeSettlement")
    _tax(settlement, rate)
    summation = _under(settlement, "SpecifiedTradeSettlementLineMonetarySummation")
    _text(summation, "LineTotalAmount", money(line.total))


def _settlement(trade: ET.Element, bill: Bill) -> None:
    settlement = _under(trade, "ApplicableHeaderTradeSettlement")
    _text(settlement, "PaymentReference", bill.number)
    _text(settlement, "InvoiceCurrencyCode", "EUR")
    means = _under(settlement, "SpecifiedTradeSettlementPaymentMeans")
    _text(means, "TypeCode", "58")
    _text(_under(means, "PayeePartyCreditorFinancialAccount"), "IBANID", bill.iban)
    _tax(settlement, bill.rate, amount=bill.tax, basis=bill.net)
    terms = _under(settlement, "SpecifiedTradePaymentTerms")
    _date(_under(terms, "DueDateDateTime"), bill.due)
    totals = _under(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _text(totals, "LineTotalAmount", money(bill.net))
    _text(totals, "TaxBasisTotalAmount", money(bill.net))
    _text(totals, "TaxTotalAmount", money(bill.tax)).set("currencyID", "EUR")
    _text(totals, "GrandTotalAmount", money(bill.total))
    _text(totals, "DuePayableAmount", money(bill.total))


def _tax(parent: ET.Element, rate: int, amount: int | None = None, basis: int = 0) -> None:
    tax = _under(parent, "ApplicableTradeTax")
    if amount is not None:
        _text(tax, "CalculatedAmount", money(amount))
    _text(tax, "TypeCode", "VAT")
    if amount is not None:
        _text(tax, "BasisAmount", money(basis))
    _text(tax, "CategoryCode", "S")
    _text(tax, "RateApplicablePercent", str(rate))


def _party(parent: ET.Element, tag: str, party: TradeParty) -> None:
    element = _under(parent, tag)
    _text(element, "Name", party.name)
    address = _under(element, "PostalTradeAddress")
    rows: Iterable[tuple[str, str]] = (
        ("PostcodeCode", party.postcode),
        ("LineOne", party.street),
        ("CityName", party.town),
        ("CountryID", "DE"),
    )
    for name, value in rows:
        _text(address, name, value)
    if party.vat_id:
        _text(_under(element, "SpecifiedTaxRegistration"), "ID", party.vat_id).set("schemeID", "VA")


def _date(parent: ET.Element, day: dt.date) -> None:
    value = ET.SubElement(parent, f"{{{_UDT}}}DateTimeString", format="102")
    value.text = f"{day:%Y%m%d}"


def _under(parent: ET.Element, name: str, space: str = _RAM) -> ET.Element:
    return ET.SubElement(parent, f"{{{space}}}{name}")


def _text(parent: ET.Element, name: str, value: str) -> ET.Element:
    element = _under(parent, name)
    element.text = value
    return element
