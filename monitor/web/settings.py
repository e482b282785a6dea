"""Settings: what is configured, notice channels with a test, accounts, tokens, the own password."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor.delivery import channels_of
from monitor.errors import DeliveryError, MonitorError, UsageError
from monitor.notify import Outgoing
from monitor.render.clean import line
from monitor.render.contract import to_json
from monitor.store import outbox, people
from monitor.web.face import Face, Shared
from monitor.web.people import ROLES, Admin, Sender, Viewer, address_of, is_password, new_account

router = APIRouter(prefix="/settings")


@router.get("")
def overview(request: Request, face: Shared, person: Viewer) -> HTMLResponse:
    return page(request, face, person)


def page(request: Request, face: Face, person: Viewer, told: str = "", problem: str = "", secret: str = "") -> HTMLResponse:
    is_admin = person.may("admin")
    account = people.account(face.store, person.name)
    values = {
        "settings": sorted(face.settings.shown().items()) if is_admin else [],
        "channels": channel_names(face) if is_admin else [],
        "waiting": outbox.notices(face.store, "failed", 20) if is_admin else [],
        "accounts": people.accounts(face.store) if is_admin else [],
        "tokens": [t for t in people.tokens(face.store) if is_admin or t.account == person.name],
        "roles": [r for r in ROLES if person.may(r)],
        "own": account,
        "told": told,
        "problem": problem,
        "secret": secret,
    }
    return face.html(request, person, "settings.html", values, 400 if problem else 200)


# ----------------------------------------------------------------------------------------------------------------------------- channels


def channel_names(face: Face) -> list[str]:
    """The channels of the settings; none where one of them cannot be meant."""
    try:
        with channels_of(face.settings, face.clock) as opened:
            return list(opened)
    except MonitorError:
        return []


@router.post("/channels/test")
def test_channel(request: Request, face: Shared, person: Admin, channel: Annotated[str, Form()]) -> HTMLResponse:
    """Sends one notice that says it is a test."""
    payload: dict[str, object] = {
        "event": "test",
        "title": "A test of monitor",
        "text": f"Sent by {person.name} to see whether it arrives.",
    }
    notice = Outgoing(f"test-{int(face.now().timestamp())}", "test", to_json(payload), payload)
    with channels_of(face.settings, face.clock) as opened:
        if channel not in opened:
            raise UsageError("there is no such channel")
        try:
            opened[channel].send(notice)
        except DeliveryError as error:
            return page(request, face, person, problem=line(str(error), 300))
    return page(request, face, person, f"{channel} took the test notice.")


# ----------------------------------------------------------------------------------------------------------------------------- accounts


@router.post("/accounts")
def add_account(
    face: Shared, person: Admin, name: Annotated[str, Form()], role: Annotated[str, Form()], password: Annotated[str, Form()]
) -> RedirectResponse:
    """A new account, or a new role and password for a known one. The first must be an admin, or nobody could make the second."""
    made = new_account(name, role, password, face.now())
    if made.role != "admin" and not has_other_admin(face, made.name):
        raise UsageError("somebody must be admin; make that account first")
    people.save_account(face.store, made)
    face.door.accounts_moved()
    return RedirectResponse("/settings#accounts", 303)


@router.post("/accounts/close")
def close_account(face: Shared, person: Admin, name: Annotated[str, Form()]) -> RedirectResponse:
    """Nobody can log in under that name any more; its decisions stay. The last admin cannot be closed."""
    found = people.account(face.store, name)
    if found is None:
        raise UsageError(f"there is no account {line(name, 80)!r}")
    if found.role == "admin" and not has_other_admin(face, name) and len([a for a in people.accounts(face.store) if not a.closed_at]) > 1:
        raise UsageError("somebody must be admin; make another one first")
    people.save_account(face.store, replace(found, closed_at=face.now()))
    face.door.accounts_moved()
    return RedirectResponse("/settings#accounts", 303)


def has_other_admin(face: Face, name: str) -> bool:
    is_shared = bool(face.door.shared_password)
    return is_shared or any(a.role == "admin" and a.closed_at is None and a.name != name for a in people.accounts(face.store))


@router.post("/password")
def change_password(
    request: Request, face: Shared, person: Sender, old: Annotated[str, Form()] = "", new: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """A new own password; every session of the old one ends, this one too."""
    found = people.account(face.store, person.name) if person.session else None
    if found is None:
        raise UsageError("this log-in has no account of its own; its password is the setting `password`")
    if face.door.wait_s(found.name, address_of(request)):
        raise UsageError("too many tries; wait a minute")
    if not is_password(found.password_hash, old):
        raise UsageError("the old password is wrong")
    people.save_account(face.store, replace(found, password_hash=new_account(found.name, found.role, new, face.now()).password_hash))
    return RedirectResponse("/login", 303)


# ------------------------------------------------------------------------------------------------------------------------------- tokens


@router.post("/tokens")
def add_token(
    request: Request, face: Shared, person: Sender, name: Annotated[str, Form()], role: Annotated[str, Form()] = "viewer"
) -> HTMLResponse:
    """A token is shown once."""
    named = line(name, 80)
    if not named:
        raise UsageError("a token needs a name, so that you know later which one it is")
    secret = face.door.new_token(named, person, role)
    return page(request, face, person, secret=secret)


@router.post("/tokens/revoke")
def revoke_token(face: Shared, person: Sender, token: Annotated[str, Form()]) -> RedirectResponse:
    found = next((t for t in people.tokens(face.store) if t.id == token), None)
    if found is None or not (person.may("admin") or found.account == person.name):
        raise UsageError("there is no such token")
    people.revoke_token(face.store, token, face.now())
    return RedirectResponse("/settings#tokens", 303)
