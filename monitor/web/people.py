"""Who is asking, and what they may do: sessions, tokens, roles, and the token that every form carries.

| nobody has to log in | no password is set and there is no account: everybody on this machine is admin, under the name of the operating system's user |
| the shared password | whoever knows MONITOR_PASSWORD is admin, under the name "admin" |
| accounts | made in the settings, each with a role: viewer looks, reviewer decides, admin does everything |
| a header of a proxy | with the setting web_user_header: whoever a proxy of web_proxies names, if there is an account of that name |
| tokens | for programs and feed readers: made in the settings, shown once |
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Depends, Form, Header, Request

from monitor.config import Settings
from monitor.errors import UsageError
from monitor.store import people
from monitor.store.engine import Store

COOKIE = "monitor_session"
ROLES = ("viewer", "reviewer", "admin")
SHARED_NAME = "admin"
SESSION_DAYS = 14
LOGINS_A_MINUTE = 5
LEAST_PASSWORD_CHARS = 10
TOKEN_PREFIX = "mon_"  # noqa: S105 - how a token begins, so that scanners for leaked secrets know it


class NeedsLoginError(Exception):
    """Nobody is logged in; pages lead to the log-in, the API answers 401."""


class ForbiddenError(Exception):
    """Whoever is asking may not do this; `text` says what is missing."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking. `csrf` is what their forms must carry; None for a token, which no browser sends by itself."""

    name: str
    role: str
    csrf: str | None
    session: str | None = None
    is_open: bool = False

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


class Door:
    """Log-ins, sessions and tokens over the store."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime]) -> None:
        self.settings, self.store, self.clock = settings, store, clock
        self.secret = secrets.token_bytes(32)
        self.tries: dict[str, deque[datetime]] = {}
        self.tries_lock = threading.Lock()
        self._has_accounts: bool | None = None

    @property
    def shared_password(self) -> str:
        return self.settings.password.get_secret_value() if self.settings.password else ""

    def is_open(self) -> bool:
        """Nobody has to log in. Asked at every request, so whether there are accounts is remembered until `accounts_moved`."""
        if self.shared_password or self.settings.web_user_header:
            return False
        if self._has_accounts is None:
            self._has_accounts = people.has_accounts(self.store)
        return not self._has_accounts

    def accounts_moved(self) -> None:
        """To be called after an account was made or closed."""
        self._has_accounts = None

    def csrf_of_visitor(self) -> str:
        """What forms carry where nobody is logged in: unknown to other sites, new at every start."""
        return hmac.new(self.secret, b"visitor", hashlib.sha256).hexdigest()

    def visitor(self) -> Person | None:
        return Person(os_user(), "admin", self.csrf_of_visitor(), is_open=True) if self.is_open() else None

    def by_cookie(self, cookie: str) -> Person | None:
        """The person of a session whose password is still the one it was made with."""
        found = people.session(self.store, hashed(cookie), self.clock()) if cookie else None
        role, proof = self.standing(found.account) if found else ("", "")
        if found is None or not role or not hmac.compare_digest(proof, found.proof):
            return None
        return Person(found.account, role, found.csrf, found.id)

    def by_proxy(self, names: Sequence[str], peer: str) -> Person | None:
        """The account a proxy names. None when there is none; raises ForbiddenError when somebody else sets the header, or sets it twice."""
        if not is_within(peer, self.settings.web_proxies):
            raise ForbiddenError("this header is believed from the proxies of the setting web_proxies only")
        if len(names) != 1:
            raise ForbiddenError("the proxy names more than one person")
        name = names[0].strip()
        account = people.account(self.store, name)
        if account is None or account.closed_at is not None:
            return None
        return Person(name, account.role, hmac.new(self.secret, f"proxy:{name}".encode(), hashlib.sha256).hexdigest())

    def by_token(self, secret: str) -> Person | None:
        found = people.token(self.store, hashed(secret), self.clock()) if secret.startswith(TOKEN_PREFIX) else None
        if found is None:
            return None
        role, _ = self.standing(found.account)
        if not role and not self.is_open():
            return None
        return Person(found.account, min(found.role, role or found.role, key=ROLES.index), None)

    def standing(self, name: str) -> tuple[str, str]:
        """Role and proof of a name as they are now; two empty strings for one that may not enter."""
        account = people.account(self.store, name)
        if account is not None:
            return account.role, hashed(account.password_hash)
        if name == SHARED_NAME and self.shared_password:
            return "admin", hashed(f"shared:{self.shared_password}")
        return "", ""

    # ------------------------------------------------------------------------------------------------------------------- log-in

    def wait_s(self, name: str, address: str) -> int:
        """Seconds until another log-in may be tried under that name or from that address; 0 when it may be now, and then it counts as a try.

        By address, for names cost an attacker nothing; by name, for addresses may cost little as well. Counted together for everybody, a stranger could
        keep all others out.
        """
        now = self.clock()
        keys = (f"name {name.strip() or SHARED_NAME}", f"address {address}")
        with self.tries_lock:
            self.forget_tries(now)
            full = [tries for key in keys if len(tries := self.tries.get(key, deque())) >= LOGINS_A_MINUTE]
            if full:
                return max(1, *(60 - int((now - tries[0]).total_seconds()) for tries in full))
            for key in keys:
                self.tries.setdefault(key, deque()).append(now)
        return 0

    def forget_tries(self, now: datetime) -> None:
        """Those older than a minute, and those of a clock that was set back."""
        for key, tries in list(self.tries.items()):
            while tries and not now - timedelta(minutes=1) < tries[0] <= now:
                tries.popleft()
            if not tries:
                del self.tries[key]

    def log_in(self, name: str, password: str) -> str | None:
        """The cookie of a new session, or None for a wrong name or password."""
        name = name.strip() or SHARED_NAME
        account = people.account(self.store, name)
        if account is not None:
            if not is_password(account.password_hash, password):
                return None
        elif not self.is_shared(name, password):
            is_password(decoy(), password)  # as slow as a right name, so that names cannot be guessed by time
            return None
        return self.begin(name)

    def is_shared(self, name: str, password: str) -> bool:
        return bool(self.shared_password) and name == SHARED_NAME and hmac.compare_digest(hashed(password), hashed(self.shared_password))

    def begin(self, name: str) -> str:
        cookie, now = secrets.token_urlsafe(32), self.clock()
        _, proof = self.standing(name)
        ends_at = now + timedelta(days=SESSION_DAYS)
        people.begin_session(self.store, people.Session(hashed(cookie), name, proof, secrets.token_urlsafe(24), now, ends_at))
        return cookie

    def new_token(self, name: str, person: Person, role: str) -> str:
        """A key for programs under the name of that person, with at most their role; shown once, kept as a hash."""
        allowed = min(role if role in ROLES else "viewer", person.role, key=ROLES.index)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        people.add_token(self.store, people.Token(hashed(secret), name, person.name, allowed, self.clock()))
        return secret


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address belongs to one of the networks; an IPv4 address written as IPv6 is the same one."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ip_network(network) for network in networks)


def new_account(name: str, role: str, password: str, now: datetime) -> people.Account:
    """An account to save. Raises UsageError for a name, role or password that will not do."""
    name = name.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise UsageError("a name has 1 to 80 printable characters")
    if role not in ROLES:
        raise UsageError(f"a role is one of {', '.join(ROLES)}")
    if not LEAST_PASSWORD_CHARS <= len(password) <= 1000:
        raise UsageError(f"a password has at least {LEAST_PASSWORD_CHARS} characters")
    return people.Account(name, role, hasher().hash(password), now)


def is_password(password_hash: str, password: str) -> bool:
    try:
        return hasher().verify(password_hash, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def decoy() -> str:
    return hasher().hash(secrets.token_urlsafe(16))


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@cache
def os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"


# ---------------------------------------------------------------------------------------------------------- dependencies of the pages


def door_of(request: Request) -> Door:
    door: Door = request.app.state.face.door
    return door


def address_of(request: Request) -> str:
    """Where a request comes from; empty for a socket of our own."""
    return request.client.host if request.client else ""


def asking(request: Request) -> Person | None:
    """Whoever asks: by token, as the proxy says, by cookie, or as the visitor where nobody has to log in."""
    door = door_of(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return door.by_token(secret.strip())
    header = door.settings.web_user_header
    if header and (names := request.headers.getlist(header)):
        return door.by_proxy(names, str(request.scope.get("monitor.peer", "")))
    return door.by_cookie(request.cookies.get(COOKIE, "")) or door.visitor()


def viewer(request: Request) -> Person:
    person = asking(request)
    if person is None:
        raise NeedsLoginError
    return person


def feed_viewer(request: Request, token: str = "") -> Person:
    """Feed readers and calendars can send no header, so here the token may stand in the address."""
    person = door_of(request).by_token(token) if token else asking(request)
    if person is None:
        raise NeedsLoginError
    return person


Viewer = Annotated[Person, Depends(viewer)]


def with_form_token(person: Viewer, csrf: Annotated[str, Form()] = "") -> Person:
    """A form of ours, sent by whoever it was shown to."""
    if person.csrf is None or not hmac.compare_digest(person.csrf.encode(), csrf.encode("utf-8", "replace")):
        raise ForbiddenError("this form was not made by this page, or is too old; load the page again, then decide")
    return person


Sender = Annotated[Person, Depends(with_form_token)]


def reviewer(person: Sender) -> Person:
    return require(person, "reviewer")


def admin(person: Sender) -> Person:
    return require(person, "admin")


def admin_viewer(person: Viewer) -> Person:
    return require(person, "admin")


def api_reviewer(person: Viewer, x_csrf_token: Annotated[str | None, Header()] = None) -> Person:
    """A token needs nothing more; a browser's session must show the form token as a header."""
    if person.csrf is not None and not hmac.compare_digest(person.csrf.encode(), (x_csrf_token or "").encode("utf-8", "replace")):
        raise ForbiddenError("send a token (Authorization: Bearer ...), or the form token as X-CSRF-Token")
    return require(person, "reviewer")


def require(person: Person, role: str) -> Person:
    if not person.may(role):
        raise ForbiddenError(f"{person.name} is {person.role} here; this needs {role}")
    return person


Reviewer = Annotated[Person, Depends(reviewer)]
Admin = Annotated[Person, Depends(admin)]
AdminViewer = Annotated[Person, Depends(admin_viewer)]
FeedViewer = Annotated[Person, Depends(feed_viewer)]
ApiReviewer = Annotated[Person, Depends(api_reviewer)]
