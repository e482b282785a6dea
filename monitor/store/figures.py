"""How the watch is doing, in figures: what a metrics page and `monitor doctor` ask of the tables. Every answer comes from small tables or an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from monitor.store.digests import OUTBOX, is_unread
from monitor.store.engine import Store
from monitor.store.knowledge import CHANGE
from monitor.store.sources import SOURCE, URL

OVERDUE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by their labels. `overdue` and `never_ok` count addresses that sources name themselves, by programme; `looks` and `snapshots` grow for ever."""

    sources: dict[tuple[str, str], int]
    overdue: dict[str, int]
    never_ok: dict[str, int]
    changes: dict[tuple[str, str], int]
    notices: dict[str, int]
    oldest_waiting: datetime | None
    backlog: int
    looks: int
    snapshots: int
    newest_look: datetime | None


def figures(store: Store, now: datetime) -> Figures:
    """All of them, in one consistent view."""
    main = (SOURCE.c.removed_at.is_(None), URL.c.is_main)
    with store.read() as connection:
        is_late = (~URL.c.stopped, URL.c.next_check_at < now - OVERDUE_AFTER)
        newest = func.max(URL.c.last_fetched_at, type_=URL.c.last_fetched_at.type)
        totals = select(func.coalesce(func.sum(URL.c.attempts), 0), func.coalesce(func.sum(URL.c.snapshots), 0), newest)
        looks, snapshots, newest_look = connection.execute(totals).one()
        states = {s: n for s, n in connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))}  # noqa: C416 - rows to a dict
        return Figures(
            sources=by_two(connection, SOURCE.c.programme, URL.c.status, *main),
            overdue=by_programme(connection, *main, *is_late),
            never_ok=by_programme(connection, *main, URL.c.last_ok_at.is_(None), URL.c.attempts > 0),
            changes={
                (p, s): n
                for p, s, n in connection.execute(
                    select(CHANGE.c.programme, CHANGE.c.status, func.count()).group_by(CHANGE.c.programme, CHANGE.c.status)
                )
            },
            notices={state: states.get(state, 0) for state in ("waiting", "dead", "sent")},
            oldest_waiting=connection.execute(
                select(OUTBOX.c.due_at).where(OUTBOX.c.state == "waiting").order_by(OUTBOX.c.due_at).limit(1)
            ).scalar(),
            backlog=connection.execute(select(func.count()).select_from(URL).where(is_unread())).scalar_one(),
            looks=int(looks),
            snapshots=int(snapshots),
            newest_look=newest_look,
        )


def by_programme(connection: Connection, *where: ColumnElement[bool]) -> dict[str, int]:
    return {programme: n for (programme, _), n in by_two(connection, SOURCE.c.programme, SOURCE.c.programme, *where).items()}


def by_two(
    connection: Connection, first: ColumnElement[str], second: ColumnElement[str], *where: ColumnElement[bool]
) -> dict[tuple[str, str], int]:
    statement = select(first.label("a"), second.label("b"), func.count()).select_from(URL).join(SOURCE, SOURCE.c.id == URL.c.source)
    return {(a, b): n for a, b, n in connection.execute(statement.where(*where).group_by(first, second))}
