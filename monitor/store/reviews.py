"""Decisions of people about changes: appended, never altered. What a change is now follows from them; the caller folds, this file keeps."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection, RowMapping

from monitor.core.model import Change, ChangeStatus, Review
from monitor.errors import ConflictError, UsageError
from monitor.store import codec
from monitor.store.engine import Store
from monitor.store.knowledge import CHANGE, PROGRAMME, REVIEW, read_changes
from monitor.store.statements import insert_new, limit_text

DECISIONS = {ChangeStatus.ACCEPTED, ChangeStatus.REJECTED, ChangeStatus.SNOOZED}


def append_review(store: Store, review: Review, status: ChangeStatus, expected: ChangeStatus | None = None) -> Change:
    """Adds the review and sets the change to the status its reviews now fold to (`core/decide.fold`). Returns the change as it is then.

    UsageError for an unknown change; ConflictError when `expected` is not what the change is by now: somebody else decided meanwhile. The same review
    appended again (a retry) changes nothing.
    """
    with store.write() as connection:
        row = connection.execute(select(CHANGE).where(CHANGE.c.id == review.change)).mappings().first()
        if row is None:
            raise UsageError(f"there is no change {review.change!r} (see: monitor changes)")
        if not is_there(connection, review):
            refuse_if_moved(row, expected)
            add(connection, row, review, status)
        return read_changes(connection, CHANGE.c.id == review.change)[0]


def is_there(connection: Connection, review: Review) -> bool:
    same = select(REVIEW.c.id).where(REVIEW.c.change == review.change, REVIEW.c.at == review.at, REVIEW.c.by == review.by)
    return connection.execute(same.where(REVIEW.c.decision == review.decision)).first() is not None


def refuse_if_moved(row: RowMapping, expected: ChangeStatus | None) -> None:
    if expected is not None and row["status"] != expected.value:
        raise ConflictError(f"change {row['id']} is {row['status']} by now, not {expected.value} (look again: monitor show {row['id']})")


def add(connection: Connection, row: RowMapping, review: Review, status: ChangeStatus) -> None:
    position = connection.execute(select(func.count()).where(REVIEW.c.change == review.change)).scalar_one()
    insert_new(connection, REVIEW, [review_row(review, position)])
    revision = connection.execute(select(PROGRAMME.c.revision).where(PROGRAMME.c.id == row["programme"])).scalar_one() + 1
    connection.execute(update(PROGRAMME).where(PROGRAMME.c.id == row["programme"]).values(revision=revision))
    decision = status if status in DECISIONS else ChangeStatus.OPEN
    until = review.until if status is ChangeStatus.SNOOZED else None
    values = {"status": status.value, "decision": decision.value, "snoozed_until": until, "revision": revision}
    connection.execute(update(CHANGE).where(CHANGE.c.id == review.change).values(**values))


def review_row(review: Review, position: int) -> dict[str, object]:
    return {
        "id": codec.key_of("review", review.change, position, review.decision, review.by, review.at),
        "change": review.change,
        "position": position,
        "decision": review.decision,
        "by": limit_text(review.by, 200),
        "at": review.at,
        "note": limit_text(review.note, 4000),
        "until": review.until,
        "value": codec.dump_value(review.value),
        "fact": review.fact,
    }
