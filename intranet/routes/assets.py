"""Our own style, script and pictures under ``/eigen/``: a fixed list, read once."""

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ASSETS = Path(__file__).parents[1] / "assets"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


def routes(*, prefix: str = "/eigen", folder: Path = ASSETS) -> list[Route]:
    """One route; the name must be one of the files that were there at start, so no path can lead elsewhere."""
    files = {path.name: path for path in folder.iterdir() if path.suffix in TYPES}
    content = {name: path.read_bytes() for name, path in files.items()}
    tags = {name: f'"{sha256(data).hexdigest()[:20]}"' for name, data in content.items()}

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in content:
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        headers = {"ETag": tags[name], "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tags[name]:
            return Response(status_code=304, headers=headers)
        return Response(content[name], media_type=TYPES[Path(name).suffix], headers=headers)

    return [Route(f"{prefix}/{{name}}", asset)]
