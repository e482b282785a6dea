"""Who may use the web face: accounts, log-ins and tokens. Secrets are kept as hashes only; what was closed or revoked stays for the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from monitor.store.engine import Store
from monitor.store.statements import insert_new, put
from monitor.store.tables import AccountRow, SessionRow, TokenRow, table

ACCOUNT = table(AccountRow)
SESSION = table(SessionRow)
TOKEN = table(TokenRow)


@dataclass(frozen=True, slots=True)
class Account:
    """A person; `name` is what their decisions are signed with, `role` viewer, reviewer or admin."""

    name: str
    role: str
    password_hash: str
    made_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in, by the hash of its cookie."""

    id: str
    account: str
    proof: str
    csrf: str
    began_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A key for programs, by its hash."""

    id: str
    name: str
    account: str
    role: str
    made_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None


def accounts(store: Store) -> list[Account]:
    """All accounts, also closed ones, by name."""
    with store.read() as connection:
        return [account_of(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.id)).mappings()]


def has_accounts(store: Store) -> bool:
    """Is there an account that is not closed?"""
    with store.read() as connection:
        return connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.closed_at.is_(None)).limit(1)).first() is not None


def account(store: Store, name: str) -> Account | None:
    """The account of that name that is not closed, or None."""
    wanted = select(ACCOUNT).where(ACCOUNT.c.id == name, ACCOUNT.c.closed_at.is_(None))
    with store.read() as connection:
        row = connection.execute(wanted).mappings().first()
    return account_of(row) if row else None


def account_of(row: Any) -> Account:
    return Account(row["id"], row["role"], row["password_hash"], row["made_at"], row["closed_at"])


def save_account(store: Store, made: Account) -> None:
    """Adds the account, or replaces role, password and closing of the one of that name."""
    row = {
        "id": made.name,
        "role": made.role,
        "password_hash": made.password_hash,
        "made_at": made.made_at,
        "closed_at": made.closed_at,
    }
    with store.write() as connection:
        put(connection, ACCOUNT, row, keep=("made_at",))


def begin_session(store: Store, session: Session) -> None:
    """Keeps the log-in; those that are over are forgotten on the way."""
    row = {name: getattr(session, name) for name in Session.__slots__}
    with store.write() as connection:
        connection.execute(delete(SESSION).where(SESSION.c.ends_at <= session.began_at))
        insert_new(connection, SESSION, [row])


def session(store: Store, id: str, now: datetime) -> Session | None:
    """The log-in of that hash while it holds, or None."""
    with store.read() as connection:
        row = connection.execute(select(SESSION).where(SESSION.c.id == id, SESSION.c.ends_at > now)).mappings().first()
    return Session(**row) if row else None


def end_session(store: Store, id: str) -> None:
    with store.write() as connection:
        connection.execute(delete(SESSION).where(SESSION.c.id == id))


def add_token(store: Store, token: Token) -> None:
    with store.write() as connection:
        insert_new(connection, TOKEN, [{name: getattr(token, name) for name in Token.__slots__}])


def token(store: Store, id: str, now: datetime) -> Token | None:
    """The token of that hash while it holds, or None."""
    is_held = (TOKEN.c.revoked_at.is_(None), or_(TOKEN.c.ends_at.is_(None), TOKEN.c.ends_at > now))
    with store.read() as connection:
        row = connection.execute(select(TOKEN).where(TOKEN.c.id == id, *is_held)).mappings().first()
    return Token(**row) if row else None


def tokens(store: Store) -> list[Token]:
    """All tokens, also those that no longer hold, the newest first."""
    with store.read() as connection:
        return [Token(**row) for row in connection.execute(select(TOKEN).order_by(TOKEN.c.made_at.desc(), TOKEN.c.id)).mappings()]


def revoke_token(store: Store, id: str, now: datetime) -> None:
    with store.write() as connection:
        connection.execute(update(TOKEN).where(TOKEN.c.id == id, TOKEN.c.revoked_at.is_(None)).values(revoked_at=now))
