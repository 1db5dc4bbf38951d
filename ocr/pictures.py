"""Pictures of pages for people: the page as it is shown, turned upright, small enough for the browser."""

from io import BytesIO
from pathlib import Path
from typing import Any

from ocr.detection import PDF, PICTURES
from ocr.documents import UnreadableError
from ocr.limits import Limits

_LARGEST_SIDE = 4_000  # pixels of the picture made
_QUALITY = 80
_NO_LAYOUT = "Dieses Format hat kein Seitenbild. Bitte den Text ansehen."


def render_page(
    data: bytes | Path, media_type: str, number: int, dpi: int = 110, rotation: int = 0
) -> bytes:
    """Page ``number`` (from 1) as WebP, turned clockwise by ``rotation``.

    PDF pages have ``dpi`` pixels per 72 points. Pictures of the pages' files are reduced as if they were 300 dpi, so that
    boxes in pixels of the page scale by the width of the picture. Raises UnreadableError (``unsupported`` for formats
    without layout).
    """
    if media_type == PDF:
        image = _pdf_page(data, number, dpi)
    elif media_type in PICTURES:
        image = _picture_page(data, number, dpi)
    else:
        raise UnreadableError("unsupported", _NO_LAYOUT)
    if rotation % 360:
        image = image.rotate(-rotation, expand=True)
    if image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    image.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    output = BytesIO()
    image.save(output, "WEBP", quality=_QUALITY, method=2)
    return output.getvalue()


def _pdf_page(source: bytes | Path, number: int, dpi: int) -> Any:
    import pypdfium2

    from ocr.readers.pdf import open_pdf
    from ocr.readers.pdf_pictures import scale_for

    document = open_pdf(source)
    try:
        if not 1 <= number <= len(document):
            raise _no_such_page(number)
        if document.get_formtype():
            document.init_forms()
        page = document[number - 1]
        width, height = page.get_size()
        scale = scale_for(width, height, dpi, _LARGEST_SIDE**2)
        return page.render(scale=scale).to_pil().copy()
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise UnreadableError(
            "damaged", "Diese Seite ist beschädigt und kann nicht gezeigt werden."
        ) from error
    finally:
        document.close()


def _picture_page(source: bytes | Path, number: int, dpi: int) -> Any:
    from ocr.readers.image import as_shown, on_paper, open_picture

    with open_picture(source, Limits()) as image:
        try:
            image.seek(number - 1)
            shown = on_paper(as_shown(image))
        except EOFError as error:
            raise _no_such_page(number) from error
        except (OSError, ValueError, SyntaxError, TypeError) as error:
            raise UnreadableError(
                "damaged", "Diese Seite ist beschädigt und kann nicht gezeigt werden."
            ) from error
        factor = min(1.0, max(dpi / 300, 900 / max(shown.size)))
        return shown.resize(
            (max(1, round(shown.width * factor)), max(1, round(shown.height * factor)))
        )


def _no_such_page(number: int) -> UnreadableError:
    return UnreadableError("damaged", f"Die Datei hat keine Seite {number}.")
