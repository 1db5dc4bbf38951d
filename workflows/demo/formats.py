"""Letters as text, HTML, mail and Word document, the same bytes for the same letter."""

import datetime as dt
import io
import zipfile
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from workflows.demo.bills import Bill
from workflows.demo.inventions import euros, german_date, grouped
from workflows.demo.letters import Letter

_NOON = dt.time(10, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def to_text(letter: Letter) -> str:
    """The letter as plain text, from the letterhead to the signature."""
    sender = letter.sender
    head = [sender.name, *sender.lines]
    head += [f"Telefon {sender.phone}"] if sender.phone else []
    head += [sender.email] if sender.email else []
    rows = [f"{label}: {value}" for label, value in letter.references]
    return "\n".join(
        [
            *head, "", letter.recipient.name, *letter.recipient.lines, "",
            *rows, f"Datum: {german_date(letter.date)}", "", letter.subject, "", body_text(letter),
        ]
    )  # fmt: skip


def body_text(letter: Letter) -> str:
    """Salutation, text and signature, as in a mail."""
    *parts, last = letter.paragraphs
    blocks = [letter.salutation] if letter.salutation else []
    blocks += parts
    if letter.bill:
        blocks.append("\n".join(bill_rows(letter.bill)))
    return "\n\n".join([*blocks, last, f"{letter.closing}\n{letter.signature}".strip()]) + "\n"


def bill_rows(bill: Bill) -> list[str]:
    """The positions and totals of a bill, one line each."""
    priced = bill.kind != "Lieferschein"
    rows = [
        f"{number}. {line.name}, {line.quantity} {line.unit}"
        + (f" zu {euros(line.price)}, {euros(line.total)}" if priced else "")
        for number, line in enumerate(bill.lines, 1)
    ]
    if priced:
        rows += [
            f"Nettobetrag {euros(bill.net)}",
            f"{bill.rate} % MwSt. {euros(bill.tax)}",
            f"Gesamtbetrag {euros(bill.signed_total)}",
            f"{bill.kind}sdatum: {german_date(bill.day)}, IBAN {grouped(bill.iban)}",
        ]
    return rows


def to_html(letter: Letter) -> bytes:
    """The letter as a web page (UTF-8)."""
    paragraphs = "\n".join(f"<p>{escape(part)}</p>" for part in letter.paragraphs)
    address = "<br>".join(escape(line) for line in (letter.sender.name, *letter.sender.lines))
    rows = (
        "".join(f"<li>{escape(row)}</li>" for row in bill_rows(letter.bill)) if letter.bill else ""
    )
    return f"""<!DOCTYPE html>
<html lang="de">
<head><meta charset="utf-8"><title>{escape(letter.subject)}</title>
<style>body {{ font-family: sans-serif; max-width: 40rem }}</style></head>
<body>
<address>{address}</address>
<p>{german_date(letter.date)}</p>
<h1>{escape(letter.subject)}</h1>
<p>{escape(letter.salutation)}</p>
{paragraphs}
<ol>{rows}</ol>
<p>{escape(letter.closing)}<br>{escape(letter.signature)}</p>
</body>
</html>
""".encode()


def to_mail(letter: Letter, to: str, attachment: tuple[str, bytes] | None = None) -> bytes:
    """The letter as a mail; with a PDF attached the text only refers to it."""
    mail = EmailMessage()
    address = letter.sender.email or "post@absender.example"
    mail["From"] = f'"{letter.sender.name}" <{address}>'
    mail["To"] = to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(dt.datetime.combine(letter.date, _NOON))
    mark = f"{letter.date:%Y%m%d}.{sum(map(ord, to_text(letter)))}"
    mail["Message-ID"] = f"<{mark}@{address.split('@')[1]}>"
    if attachment is None:
        mail.set_content(body_text(letter))
    else:
        name, content = attachment
        greeting = letter.salutation or "Guten Tag,"
        mail.set_content(
            f"{greeting}\n\nbeigefügt erhalten Sie unser Schreiben „{letter.subject}“.\n\n"
            f"{letter.closing}\n{letter.signature}\n"
        )
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
        mail.set_boundary(f"=-{mark}-=")
    return mail.as_bytes()


def to_docx(letter: Letter) -> bytes:
    """The letter as a Word document; times inside the package are those of the letter."""
    import docx
    from docx.shared import Pt

    document = docx.Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    properties = document.core_properties
    properties.title, properties.author = letter.subject, letter.sender.name
    properties.created = properties.modified = dt.datetime.combine(letter.date, dt.time(10, 12))
    document.add_paragraph("\n".join((letter.sender.name, *letter.sender.lines)))
    document.add_paragraph("\n".join((letter.recipient.name, *letter.recipient.lines)))
    document.add_paragraph(f"Datum: {german_date(letter.date)}")
    document.add_paragraph().add_run(letter.subject).bold = True
    for text in (letter.salutation, *letter.paragraphs):
        if text:
            document.add_paragraph(text)
    if letter.bill:
        for row in bill_rows(letter.bill):
            document.add_paragraph(row, style="List Bullet")
    document.add_paragraph(f"{letter.closing}\n\n{letter.signature}")
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_fixed_times(buffer.getvalue(), letter.date)


def _with_fixed_times(package: bytes, day: dt.date) -> bytes:
    """A ZIP package with the same members, all dated on the day."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (day.year, day.month, day.day, 10, 12, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return out.getvalue()
