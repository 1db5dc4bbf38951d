"""PDF files written by hand, object by object: what no library would write."""


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def assembled(objects: dict[int, bytes]) -> bytes:
    """A PDF file of the numbered objects; 1 is the catalogue."""
    output, places = b"%PDF-1.7\n", {}
    for number, content in sorted(objects.items()):
        places[number] = len(output)
        output += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    size, start = max(objects) + 1, len(output)
    output += b"xref\n0 %d\n" % size
    for number in range(size):
        output += b"%010d %b \n" % (
            places.get(number, 0),
            b"00000 n" if number in places else b"65535 f",
        )
    return output + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (size, start)
