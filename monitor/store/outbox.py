"""Notices on their way: claimed for a while, sent, then marked. A kill in between sends a notice again under the same key, never none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from monitor.core.model import Change
from monitor.store.digests import OUTBOX, waiting_row
from monitor.store.engine import Store
from monitor.store.knowledge import CHANGE, read_changes
from monitor.store.statements import insert_new, limit_text

LEASE_S = 300
LATEST = timedelta(days=32)
"""No notice waits longer (a monthly digest does); one that seems to was planned by a clock that was ahead, and is due."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice for one channel, or, with an empty `channel`, for whatever channels there are.

    `key` is the idempotency key to send it under; `attempts` counts the tries that failed before. `body` is the JSON text to send; without a channel it
    may hold only the `reason`.
    """

    id: str
    key: str
    channel: str
    event: str
    body: str
    attempts: int = 0
    programme: str = ""
    change: str | None = None
    created_at: datetime | None = None
    state: str = "waiting"
    error: str = ""


class Outbox:
    """The outbox as `deliver` wants it: the functions below over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def claim(self, now: datetime, limit: int) -> list[Parcel]:
        return claim_notices(self.store, now, limit)

    def put(self, parcel: Parcel, at: datetime, due_at: datetime | None = None) -> None:
        """Adds the parcel for its channel, due at once unless said otherwise; the same key for the same channel is put there once, for ever."""
        put_notice(self.store, row_of(parcel, at) | {"due_at": due_at or at})

    def mark_sent(self, parcel: Parcel, at: datetime) -> None:
        mark_sent(self.store, parcel.id, at)

    def mark_failed(self, parcel: Parcel, error: str, due_at: datetime | None) -> None:
        mark_failed(self.store, parcel.id, error, due_at)

    def change(self, change_id: str) -> Change | None:
        with self.store.read() as connection:
            return next(iter(read_changes(connection, CHANGE.c.id == change_id)), None)


def row_of(parcel: Parcel, at: datetime) -> dict[str, object]:
    return waiting_row(at, **{name: getattr(parcel, name) for name in ("key", "channel", "programme", "change", "event", "body")})


def claim_notices(store: Store, now: datetime, limit: int = 50) -> list[Parcel]:
    """Takes due notices for five minutes; those whose taker died come again after that."""
    is_free = OUTBOX.c.lease_until.is_(None) | (OUTBOX.c.lease_until <= now) | (OUTBOX.c.lease_until > now + timedelta(seconds=LEASE_S))
    is_due = (OUTBOX.c.due_at <= now) | (OUTBOX.c.due_at > now + LATEST)
    wanted = select(OUTBOX).where(OUTBOX.c.state == "waiting", is_due, is_free).order_by(OUTBOX.c.created_at, OUTBOX.c.id)
    with store.write() as connection:
        rows = connection.execute(wanted.limit(limit)).mappings().all()
        for row in rows:
            connection.execute(update(OUTBOX).where(OUTBOX.c.id == row["id"]).values(lease_until=now + timedelta(seconds=LEASE_S)))
    return [Parcel(**{name: row[name] for name in Parcel.__slots__}) for row in rows]


def release(store: Store) -> int:
    """Frees what a killed sender held, so that it is sent now; only for a service that holds the lock of the whole database. Returns how many there were."""
    held = update(OUTBOX).where(OUTBOX.c.lease_until.is_not(None), OUTBOX.c.state == "waiting")
    with store.write() as connection:
        return connection.execute(held.values(lease_until=None)).rowcount


def mark_sent(store: Store, notice: str, now: datetime) -> None:
    """The notice has arrived; it is never sent again."""
    with store.write() as connection:
        done = update(OUTBOX).where(OUTBOX.c.id == notice, OUTBOX.c.state != "sent")
        connection.execute(done.values(state="sent", sent_at=now, lease_until=None, error="", attempts=OUTBOX.c.attempts + 1))


def mark_failed(store: Store, notice: str, error: str, due_at: datetime | None) -> None:
    """The notice did not arrive: it is tried again at `due_at`, or (None) put among the dead letters."""
    with store.write() as connection:
        values = {"state": "waiting", "due_at": due_at} if due_at else {"state": "dead"}
        failed = update(OUTBOX).where(OUTBOX.c.id == notice, OUTBOX.c.state != "sent")
        connection.execute(failed.values(**values, lease_until=None, error=limit_text(error, 300), attempts=OUTBOX.c.attempts + 1))


def settle(store: Store, changes: Sequence[str], now: datetime) -> None:
    """Takes the waiting notices about these changes out unsent: they are of the past, and nobody is to be woken for them."""
    with store.write() as connection:
        for change in changes:
            waiting = update(OUTBOX).where(OUTBOX.c.change == change, OUTBOX.c.state == "waiting")
            connection.execute(waiting.values(state="sent", sent_at=now, lease_until=None))


def revive(store: Store, notice: str, now: datetime) -> None:
    """Takes a dead letter back among the waiting."""
    with store.write() as connection:
        connection.execute(
            update(OUTBOX).where(OUTBOX.c.id == notice, OUTBOX.c.state == "dead").values(state="waiting", due_at=now, attempts=0)
        )


def put_notice(store: Store, row: dict[str, object]) -> bool:
    """Adds a notice made by `digests.notice_row`; False when its key is there already."""
    with store.write() as connection:
        return insert_new(connection, OUTBOX, [row]) == 1


def notices(store: Store, state: str | None = None, limit: int = 200) -> list[Parcel]:
    """Notices in that state (waiting, sent, dead; None: all), the latest first."""
    wanted = select(OUTBOX).order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id).limit(limit)
    with store.read() as connection:
        rows = connection.execute(wanted if state is None else wanted.where(OUTBOX.c.state == state)).mappings().all()
    return [Parcel(**{name: row[name] for name in Parcel.__slots__}) for row in rows]
