"""The application: `create_app` puts guard, pages, API and static files together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from monitor import __version__
from monitor.config import Settings
from monitor.errors import ConfigError, ConflictError, MonitorError, StoreError, UsageError
from monitor.render.clean import line
from monitor.web import api, capture, change, download, edit, feeds, files, login, manual, programme, queue, search, settings, source, today
from monitor.web.face import Face
from monitor.web.guard import HEADERS, Guard, Proxied
from monitor.web.health import PATHS as HEALTH_PATHS
from monitor.web.health import Health
from monitor.web.people import ForbiddenError, NeedsLoginError, asking

PAGES = (today, queue, change, programme, source, edit, capture, search, settings, login, manual, download, feeds, files)
API = "/api/"


def create_app(settings: Settings, clock: Callable[[], datetime]) -> FastAPI:
    """The web face of a home; opens its own handle on the database and closes it at the end. Raises StoreError, UsageError like every command."""
    face = Face(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        face.store.close()

    app = FastAPI(
        title="monitor", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.state.face = face
    for pages in PAGES:
        app.include_router(pages.router, include_in_schema=False)
    app.include_router(api.router)
    health = Health(face.store, settings.var, clock)
    for path in HEALTH_PATHS:
        app.add_route(path, health, include_in_schema=False)  # type: ignore[arg-type]  # an ASGI application serves a route as well
    app.add_middleware(Guard, hosts=settings.web_hosts, is_open=face.door.is_open)
    app.add_middleware(Proxied, proxies=settings.web_proxies)  # the outermost: the guard asks where a request comes from
    app.add_exception_handler(NeedsLoginError, needs_login)
    app.add_exception_handler(ForbiddenError, told)
    app.add_exception_handler(MonitorError, told)
    app.add_exception_handler(RequestValidationError, told)
    app.add_exception_handler(HTTPException, told)
    app.add_exception_handler(Exception, told)
    return app


def needs_login(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(API):
        text = "log in, or send a token (Authorization: Bearer ...)"
        return JSONResponse({"error": text}, 401, headers={"WWW-Authenticate": "Bearer"})
    if request.method != "GET":
        return RedirectResponse("/login", 303)
    if request.url.path.startswith(("/feeds/", "/download/")):
        return Response("log in, or add ?token=...\n", 401, media_type="text/plain")
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)


def told(request: Request, error: Exception) -> Response:
    """Every error as one line with the right status; no traceback ever reaches the browser."""
    response = as_line(request, error)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)  # Allow, above all
    for name, value in HEADERS.items():  # a bug is answered outside the guard
        response.headers[name.decode()] = value.decode()
    return response


def as_line(request: Request, error: Exception) -> Response:
    status, text = status_of(error), words_of(error)
    if request.url.path.startswith(API):
        return JSONResponse({"error": text}, status)
    face: Face = request.app.state.face
    try:
        person = asking(request)
    except (MonitorError, ForbiddenError):
        person = None
    try:
        return face.html(request, person, "error.html", {"text": text, "code": status}, status)
    except MonitorError:  # the database itself is what is wrong
        return Response(text + "\n", status, media_type="text/plain")


def status_of(error: Exception) -> int:
    match error:
        case HTTPException(status_code=status):
            return status
        case ForbiddenError():
            return 403
        case RequestValidationError():
            return 422
        case ConflictError():
            return 409
        case ConfigError():
            return 503
        case UsageError():
            return 404 if str(error).startswith(("there is no", "no programme", "no help")) else 400
        case StoreError():
            return 503
        case MonitorError():
            return 400
        case _:
            return 500


def words_of(error: Exception) -> str:
    match error:
        case RequestValidationError():
            wrong = ", ".join(sorted({line(str(e["loc"][-1]), 60) for e in error.errors()}))
            return f"cannot be read: {wrong}"
        case HTTPException(detail=detail):
            return line(str(detail), 200)
        case MonitorError() | ForbiddenError():
            return line(str(error), 500)
        case _:
            return "this page failed; what happened is in the log"
