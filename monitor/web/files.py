"""Style sheet, script and icon: a fixed set, kept by browsers for ever under an address that changes with their content."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.web.face import STATIC

MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}

router = APIRouter()


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        return Response("no such file\n", 404, media_type="text/plain")
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(STATIC[name][0], media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")
