"""``/metrics``: for this machine, or for whoever shows the token where one is set."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from config.settings import Settings
from intranet.routes import operation
from storage.house import House
from tests.intranet.own_loop import in_own_loop

TOKEN = "ein-langes-token-mit-ü-42"


def ask(folder: Path, token: str | None, client: str, shown: str | None) -> httpx.Response:
    house = House(Settings(data_dir=folder, metrics_token=token, _env_file=None))
    headers = {"Authorization": shown.encode()} if shown is not None else {}

    async def get() -> httpx.Response:
        app = Starlette(routes=operation.routes(house))
        transport = httpx.ASGITransport(app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://stadt") as each:
            return await each.get("/metrics", headers=headers)

    return in_own_loop(get())


def test_without_a_token_this_machine_alone_may_ask(tmp_path: Path) -> None:
    assert ask(tmp_path, None, "127.0.0.1", None).status_code == 200
    assert ask(tmp_path, None, "10.1.2.3", None).status_code == 404
    assert ask(tmp_path, None, "10.1.2.3", "Bearer ").status_code == 404


@pytest.mark.parametrize("client", ["10.1.2.3", "127.0.0.1"])
def test_with_a_token_only_who_shows_it(tmp_path: Path, client: str) -> None:
    answer = ask(tmp_path, TOKEN, client, f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert "rathaus_sign_ins" in answer.text
    for wrong in (None, "", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN):
        refused = ask(tmp_path, TOKEN, client, wrong)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert "rathaus_sign_ins" not in refused.text
