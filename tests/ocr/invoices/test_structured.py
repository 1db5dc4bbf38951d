"""Today's structured formats, made by the project: UBL, CII, XRechnung, hybrid PDFs, and hostile XML."""

import io
import socket
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.analysis.invoice import read_invoice
from ocr.analysis.invoice_xml import read_xml
from ocr.documents import Reading
from ocr.reading import read

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
COMPONENTS = (
    f'xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2"'
)
CII = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)


def ubl(
    kind: str = "380", root: str = "Invoice", total: str = "1428.00", payable: str = "1328.00"
) -> str:
    line, quantity = (
        ("CreditNoteLine", "CreditedQuantity")
        if root == "CreditNote"
        else ("InvoiceLine", "InvoicedQuantity")
    )
    due = "<cbc:DueDate>2026-11-30</cbc:DueDate>" if root == "Invoice" else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{UBL}{root}-2" {COMPONENTS}>
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</cbc:CustomizationID>
  <cbc:ID>RE-2026-0815</cbc:ID>
  <cbc:IssueDate>2026-10-31</cbc:IssueDate>{due}
  <cbc:{root}TypeCode>{kind}</cbc:{root}TypeCode>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cbc:TaxCurrencyCode>CHF</cbc:TaxCurrencyCode>
  <cbc:BuyerReference>04011000-1234512345-06</cbc:BuyerReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cac:PartyName><cbc:Name>Blau und Söhne</cbc:Name></cac:PartyName>
    <cac:PartyLegalEntity><cbc:RegistrationName>Blau &amp; Söhne Bau GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cac:PartyName><cbc:Name>Stadt Lindenau</cbc:Name></cac:PartyName>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>
    <cac:PayeeFinancialAccount><cbc:ID>DE89 3704 0044 0532 0130 00</cbc:ID></cac:PayeeFinancialAccount>
  </cac:PaymentMeans>
  <cac:TaxTotal><cbc:TaxAmount currencyID="CHF">214.11</cbc:TaxAmount></cac:TaxTotal>
  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">228.00</cbc:TaxAmount>
    <cac:TaxSubtotal><cbc:TaxAmount currencyID="EUR">228.00</cbc:TaxAmount></cac:TaxSubtotal>
  </cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="EUR">1200.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">1200.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="EUR">{total}</cbc:TaxInclusiveAmount>
    <cbc:PrepaidAmount currencyID="EUR">100.00</cbc:PrepaidAmount>
    <cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="HUR">15.0</cbc:{quantity}>
    <cbc:LineExtensionAmount currencyID="EUR">1200</cbc:LineExtensionAmount>
    <cac:Item><cbc:Description>Lange
      Beschreibung</cbc:Description><cbc:Name>Pflasterarbeiten</cbc:Name></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="EUR">80.00</cbc:PriceAmount></cac:Price>
  </cac:{line}>
</{root}>"""


def cii(
    kind: str = "380",
    total: str = "535.50",
    due: str = "<ram:DuePayableAmount>535.50</ram:DuePayableAmount>",
) -> str:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rsm:CrossIndustryInvoice {CII}>
  <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
    <ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
  <rsm:ExchangedDocument><ram:ID>2026/77</ram:ID><ram:TypeCode>{kind}</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">20260930</udt:DateTimeString></ram:IssueDateTime>
    <ram:IncludedNote><ram:Content>ohne Belang</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:IncludedSupplyChainTradeLineItem>
      <ram:AssociatedDocumentLineDocument><ram:LineID>10</ram:LineID></ram:AssociatedDocumentLineDocument>
      <ram:SpecifiedTradeProduct><ram:Name>Wartung</ram:Name></ram:SpecifiedTradeProduct>
      <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>150.0000</ram:ChargeAmount>
        </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
      <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">3.0000</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
      <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
        <ram:LineTotalAmount>450.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>
    <ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>991-33333TEST-33</ram:BuyerReference>
      <ram:SellerTradeParty><ram:Name>Heizung Grün KG</ram:Name></ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:Name>Stadt Lindenau</ram:Name></ram:BuyerTradeParty>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>
      <udt:DateTimeString format="102">20260915</udt:DateTimeString></ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent></ram:ApplicableHeaderTradeDelivery>
    <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
      <ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode>
        <ram:PayerPartyDebtorFinancialAccount><ram:IBANID>DE02120300000000202051</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>
        <ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE89370400440532013000</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
      </ram:SpecifiedTradeSettlementPaymentMeans>
      <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20261010</udt:DateTimeString></ram:DueDateDateTime>
        <ram:ApplicableTradePaymentDiscountTerms><ram:CalculationPercent>2</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms></ram:SpecifiedTradePaymentTerms>
      <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20261030</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:LineTotalAmount>450.00</ram:LineTotalAmount><ram:TaxBasisTotalAmount>450.00</ram:TaxBasisTotalAmount>
        <ram:TaxTotalAmount currencyID="EUR">85.50</ram:TaxTotalAmount>
        <ram:GrandTotalAmount>{total}</ram:GrandTotalAmount>{due}
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""


def test_xrechnung_ubl_says_everything_a_cashier_needs() -> None:
    invoice = read_xml(ubl())
    assert invoice is not None
    assert (invoice.number, invoice.date, invoice.due_date) == (
        "RE-2026-0815",
        "2026-10-31",
        "2026-11-30",
    )
    assert (invoice.total, invoice.tax, invoice.due) == ("1428.00", "228.00", "1328.00")
    assert (invoice.seller, invoice.buyer) == ("Blau & Söhne Bau GmbH", "Stadt Lindenau")
    assert (invoice.iban, invoice.leitweg_id) == (
        "DE89370400440532013000",
        "04011000-1234512345-06",
    )
    line = invoice.lines[0]
    assert (line.name, line.quantity, line.unit) == ("Pflasterarbeiten", "15", "HUR")
    assert (line.price, line.total) == ("80.00", "1200.00")


def test_cii_of_today() -> None:
    invoice = read_xml(cii())
    assert invoice is not None
    assert (invoice.number, invoice.date, invoice.due_date) == (
        "2026/77",
        "2026-09-30",
        "2026-10-30",
    )
    assert (invoice.total, invoice.tax, invoice.due) == ("535.50", "85.50", "535.50")
    assert (invoice.iban, invoice.leitweg_id) == ("DE89370400440532013000", "991-33333TEST-33")
    assert (invoice.lines[0].number, invoice.lines[0].price) == ("10", "150.00")


@pytest.mark.parametrize(
    ("xml", "total", "due"),
    [
        (ubl("381", "CreditNote"), "-1428.00", "-1328.00"),
        (ubl("381"), "-1428.00", "-1328.00"),
        (ubl("381", "CreditNote", "-1428.00", "-1328.00"), "-1428.00", "-1328.00"),
        (ubl("384", total="-1428.00", payable="0.00"), "-1428.00", "0.00"),
        (ubl("384"), "1428.00", "1328.00"),
        (ubl("389"), "1428.00", "1328.00"),
        (cii("381"), "-535.50", "-535.50"),
        (cii("384", "-535.50", ""), "-535.50", "-535.50"),
        (cii(due=""), "535.50", "535.50"),
        (cii("380", "0.00", ""), "0.00", "0.00"),
    ],
)
def test_credit_notes_are_negative_and_corrections_keep_their_sign(
    xml: str, total: str, due: str
) -> None:
    invoice = read_xml(xml)
    assert invoice is not None
    assert (invoice.total, invoice.due) == (total, due)


def test_structured_data_wins_over_the_print(
    printed: Callable[..., Reading], hybrid: Callable[[Reading, str, bytes], Reading]
) -> None:
    pages = printed(
        [(20, 60, "Rechnung Nr. 1"), (20, 70, "Rechnungsbetrag"), (-190, 70, "999,99 EUR")]
    )
    assert (found := read_invoice(pages, ())) is not None
    assert (found.source, found.total) == ("page", "999.99")
    other = hybrid(pages, "liste.xml", b"<liste/>")
    both = Reading(
        "application/pdf",
        pages.pages,
        (*other.attachments, *hybrid(pages, "factur-x.xml", cii().encode()).attachments),
    )
    assert (found := read_invoice(both, ())) is not None
    assert (found.source, found.total) == ("xml", "535.50")
    assert (found := read_invoice(other, ())) is not None
    assert found.source == "page"


@pytest.mark.parametrize(
    "raw", [ubl(), ubl().encode(), ubl().replace("UTF-8", "UTF-16").encode("utf-16")]
)
def test_an_xml_file_of_its_own(raw: str | bytes) -> None:
    invoice = read_invoice(Reading("application/xml", (), properties={"xml": raw}), ())
    assert invoice is not None
    assert invoice.seller == "Blau & Söhne Bau GmbH"


def test_hybrid_pdf_through_the_reader(draw: Callable[..., bytes]) -> None:
    """As Factur-X and XRechnung PDFs come in: the XML is a file inside the PDF."""
    import pypdfium2

    for name, xml, total in (
        ("factur-x.xml", cii(), "535.50"),
        ("xrechnung.xml", ubl(), "1428.00"),
    ):
        document = pypdfium2.PdfDocument(
            draw([(20, 60, "Rechnung"), (20, 80, "Gesamtbetrag 1,00 EUR")])
        )
        document.new_attachment(name).set_data(xml.encode())
        target = io.BytesIO()
        document.save(target)
        document.close()
        invoice = read_invoice(read(target.getvalue(), "rechnung.pdf"), ())
        assert invoice is not None
        assert (invoice.source, invoice.total) == ("xml", total)


def test_other_xml_is_no_invoice() -> None:
    for xml in (
        "<a/>",
        "<Invoice xmlns='urn:other'/>",
        ubl().replace("LegalMonetaryTotal", "Nothing"),
    ):
        assert read_xml(xml) is None
    text = Reading(
        "application/xml", (), properties={"xml": "<rechnung>Rechnungsbetrag 5,00 EUR</rechnung>"}
    )
    assert read_invoice(text, ()) is None


def test_an_attachment_of_a_mail_is_a_document_of_its_own(
    hybrid: Callable[[Reading, str, bytes], Reading],
) -> None:
    mail = hybrid(Reading("message/rfc822", ()), "xrechnung.xml", ubl().encode())
    assert read_invoice(Reading("message/rfc822", (), mail.attachments), ()) is None


HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
    "external dtd": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    "billion laughs": "<!DOCTYPE a [<!ENTITY l0 'lol'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_without_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("der Leser wollte ins Netz")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    entity = "&l9;" if "laughs" in name else "&x;"
    xml = ubl().replace("?>", "?>" + HOSTILE[name], 1).replace("RE-2026-0815", entity)
    assert read_xml(xml) is None
    assert read_xml(xml.encode()) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"   ", b"\x00\x01", b"<", b"<?xml version='1.0' encoding='klingon'?><a/>", b"\xef\xbb\xbf<a/>", "", "\ufeff<a/>", "\ud800",
     "<a>" * 5000, b"<a " + b"x='1' " * 1000 + b"/>", "<?xml?><?xml?><a/>"],
)  # fmt: skip
def test_broken_xml_is_no_invoice(raw: bytes | str) -> None:
    assert read_xml(raw) is None


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_survived(raw: bytes) -> None:
    assert read_xml(raw) is None


@settings(deadline=None)
@given(st.data())
def test_damaged_invoices_are_survived(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([ubl(), cii()])).encode())
    for _ in range(data.draw(st.integers(1, 12))):
        position = data.draw(st.integers(0, len(raw) - 1))
        raw[position] = data.draw(st.integers(0, 255))
    invoice = read_xml(
        bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)
    )
    if invoice is not None and invoice.total is not None:
        assert Decimal(invoice.total).is_finite()


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_as_amount_is_a_number_or_nothing(stated: str) -> None:
    escaped = stated.replace("&", "").replace("<", "")
    invoice = read_xml(ubl(total=escaped))
    if invoice is not None and invoice.total is not None:
        assert Decimal(invoice.total).is_finite()


@pytest.mark.parametrize("stated", ["NaN", "Infinity", "1e400", "1,00", "--1", "9" * 40, ""])
def test_what_is_no_decimal_is_left_out(stated: str) -> None:
    invoice = read_xml(cii(total=stated))
    assert invoice is not None
    assert invoice.total is None


@settings(deadline=None)
@given(
    st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2),
    st.sampled_from(["380", "381", "384", "326"]),
)
def test_totals_round_trip(amount: Decimal, kind: str) -> None:
    invoice = read_xml(cii(kind, f"{amount:f}", ""))
    assert invoice is not None
    assert invoice.total is not None
    assert Decimal(invoice.total) == (-abs(amount) if kind == "381" else amount)
