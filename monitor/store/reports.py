"""Reports and silences as kept: one report per programme and period, the first one composed; asked again it is the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from monitor.store import codec
from monitor.store.engine import Store
from monitor.store.statements import insert_new
from monitor.store.tables import ReportRow, SilenceRow, table

REPORT = table(ReportRow)
SILENCE = table(SilenceRow)


@dataclass(frozen=True, slots=True)
class Silence:
    """Keeps notices back that match `pattern` (of one programme, or None: of all) from `began_at` until `ends_at`."""

    programme: str | None
    pattern: str
    by: str
    began_at: datetime
    ends_at: datetime
    note: str = ""


def put_report(store: Store, programme: str, period: str, composed_at: datetime, body: str) -> str:
    """Keeps the report unless there is one; returns the one that is kept."""
    row = {"id": codec.key_of("report", programme, period), "programme": programme, "period": period}
    with store.write() as connection:
        insert_new(connection, REPORT, [row | {"composed_at": composed_at, "body": body}])
        return str(connection.execute(select(REPORT.c.body).where(REPORT.c.id == row["id"])).scalar_one())


def get_report(store: Store, programme: str, period: str) -> str | None:
    """The kept report, or None."""
    with store.read() as connection:
        found = connection.execute(select(REPORT.c.body).where(REPORT.c.id == codec.key_of("report", programme, period))).scalar()
    return None if found is None else str(found)


def periods(store: Store, programme: str) -> list[str]:
    """The periods there are reports of, the latest first."""
    with store.read() as connection:
        return list(
            connection.execute(select(REPORT.c.period).where(REPORT.c.programme == programme).order_by(REPORT.c.period.desc())).scalars()
        )


def add_silence(store: Store, silence: Silence) -> str:
    """Keeps the silence and returns its id."""
    row = {name: getattr(silence, name) for name in Silence.__slots__}
    key = codec.key_of("silence", *row.values())
    with store.write() as connection:
        insert_new(connection, SILENCE, [{"id": key} | row])
    return key


def silences(store: Store, now: datetime) -> list[Silence]:
    """Those that hold now, the next to end first."""
    return list(silences_by_id(store, now).values())


def silences_by_id(store: Store, now: datetime) -> dict[str, Silence]:
    """Those that hold now, by id, the next to end first."""
    wanted = select(SILENCE).where(SILENCE.c.began_at <= now, SILENCE.c.ends_at > now).order_by(SILENCE.c.ends_at, SILENCE.c.id)
    with store.read() as connection:
        return {row["id"]: Silence(**{name: row[name] for name in Silence.__slots__}) for row in connection.execute(wanted).mappings()}


def end_silence(store: Store, id: str, now: datetime) -> bool:
    """Ends the silence now; False when none of that id holds."""
    with store.write() as connection:
        ended = update(SILENCE).where(SILENCE.c.id == id, SILENCE.c.ends_at > now).values(ends_at=now)
        return connection.execute(ended).rowcount == 1
