"""The citizens' pages: no Streamlit, no cookie, no script, and every page links where it should."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from intranet.public.server import LAW, create_app
from storage.house import House
from tests.intranet.own_loop import in_own_loop

ROOT = Path(__file__).parents[2]


class Pages:
    """Asks the application itself, without a network."""

    def __init__(self, house: House) -> None:
        self._app = create_app(house)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://stadt") as client:
                return await client.get(path)

        return in_own_loop(ask())


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    house = House(Settings(data_dir=tmp_path, _env_file=None))
    yield Pages(house)
    house.close()


@pytest.mark.parametrize("path", ["/", *LAW])
def test_every_page_is_german_and_without_cookie_or_script(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert 'href="/impressum"' in answer.text
    assert answer.text.count("<h1") == 1
    assert "https://" not in answer.text


def test_an_unknown_page_is_told_in_german(pages: Pages) -> None:
    answer = pages.get("/gibt-es-nicht")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht." in answer.text


def test_health(pages: Pages) -> None:
    assert pages.get("/health").json() == {"status": "ok"}
    assert pages.get("/metrics").status_code == 404


def test_it_imports_neither_streamlit_nor_what_the_engine_needs() -> None:
    heavy = ("streamlit", "prefect", "spacy", "sklearn")
    code = (
        "import sys; import intranet.public.server;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_staff_web_stays_free_of_the_engine() -> None:
    heavy = ("prefect", "spacy", "sklearn", "cv2")
    code = (
        "import sys; import intranet.server, intranet.visit, intranet.page_view, intranet.akte_view,"
        " intranet.document_desk, intranet.person_desk, workflows.engine.runs;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
