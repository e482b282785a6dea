"""Log-in and log-out."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor.render.clean import line
from monitor.store import people
from monitor.web.change import local
from monitor.web.face import Face, Shared
from monitor.web.people import COOKIE, SESSION_DAYS, ForbiddenError, Sender, address_of, asking

router = APIRouter()


@router.get("/login")
def login_page(request: Request, face: Shared, next: str = "/") -> Response:
    if asking(request) is not None:
        return RedirectResponse("/", 303)
    return form(request, face, next)


@router.post("/login")
def log_in(
    request: Request,
    face: Shared,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Five tries a minute under one name, and from one address; a wrong name and a wrong password are told alike."""
    if not hmac.compare_digest(csrf.encode("utf-8", "replace"), face.door.csrf_of_visitor().encode()):
        raise ForbiddenError("this form is too old; load the page again, then log in")
    wait_s = face.door.wait_s(name[:200], address_of(request))
    if wait_s:
        refusal = form(request, face, next, f"Too many tries; wait {wait_s} seconds.", 429)
        refusal.headers["Retry-After"] = str(wait_s)
        return refusal
    cookie = face.door.log_in(name[:200], password[:1000])
    if cookie is None:
        return form(request, face, next, "Name or password is wrong.", 401)
    response = RedirectResponse(landing(next), 303)
    is_https = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, max_age=SESSION_DAYS * 86_400, httponly=True, samesite="lax", secure=is_https, path="/")
    return response


@router.post("/logout")
def log_out(face: Shared, person: Sender) -> Response:
    if person.session:
        people.end_session(face.store, person.session)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def form(request: Request, face: Face, next: str, problem: str = "", status: int = 200) -> HTMLResponse:
    shown = {"next": line(next[:2000]), "problem": problem, "has_accounts": people.has_accounts(face.store)}
    return face.html(request, None, "login.html", shown, status)


def landing(next: str) -> str:
    """Where to go after log-in: a page of ours."""
    return next if local(next) is not None else "/"
