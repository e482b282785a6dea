"""Changes and facts as CSV: every cell quoted, none that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.core.decide import best_evidence, effective
from monitor.core.model import Baseline, Change
from monitor.core.summary import FactClocks
from monitor.render.clean import cell
from monitor.render.contract import decimal_text, moment
from monitor.render.values import show_value
from monitor.render.view import publishers

CHANGE_COLUMNS = tuple(
    "id programme fact label type status old new delta_amount delta_percent delta_days severity confidence cause first_seen last_seen publishers "  # noqa: SIM905
    "source url captured_at sha256 start end quote reasons decision decided_by decided_at note".split()
)
FACT_COLUMNS = tuple(
    "programme fact kind label value announced version scope status valid_from removed quote url last_fetched last_read last_confirmed".split()  # noqa: SIM905
)


def changes_csv(changes: Iterable[Change]) -> Iterator[str]:
    """The lines of a CSV file, header first, one change a line with the evidence that is quoted; each ends in CR LF (RFC 4180)."""
    yield _row(CHANGE_COLUMNS)
    for change in changes:
        yield _row([*_change_cells(change), *_evidence_cells(change), *_review_cells(change)])


def facts_csv(baseline: Baseline, clocks: Mapping[str, FactClocks] | None = None) -> Iterator[str]:
    """The lines of a CSV file, header first: each fact now, as announced, and its three clocks."""
    announced = {f.key: f.value for f in baseline.announced}
    yield _row(FACT_COLUMNS)
    for fact in baseline.facts:
        clock = (clocks or {}).get(fact.key, FactClocks(fact.key))
        first = announced.get(fact.key)
        yield _row(
            [
                baseline.id,
                fact.key,
                fact.kind,
                fact.label,
                show_value(fact.value),
                show_value(first) if first is not None else "",
                str(fact.version),
                fact.scope or "",
                fact.status or "",
                fact.valid_from.isoformat() if fact.valid_from else "",
                "yes" if fact.removed else "no",
                fact.quote,
                fact.url,
                moment(clock.last_fetched_at) or "",
                moment(clock.last_read_at) or "",
                moment(clock.last_confirmed_at) or "",
            ]
        )


def _change_cells(change: Change) -> list[str]:
    delta = change.delta
    return [
        change.id,
        change.programme,
        change.fact or "",
        change.label,
        str(change.type),
        str(change.status),
        show_value(change.old) if change.old is not None else "",
        show_value(change.new) if change.new is not None else "",
        (decimal_text(delta.amount) or "") if delta.amount is not None else "",
        (decimal_text(delta.percent) or "") if delta.percent is not None else "",
        str(delta.days) if delta.days is not None else "",
        str(change.severity),
        f"{change.confidence:.2f}",
        str(change.cause),
        moment(change.first_seen) or "",
        moment(change.last_seen) or "",
        "; ".join(publishers(change)),
    ]


def _evidence_cells(change: Change) -> list[str]:
    evidence = best_evidence(change)
    if evidence is None:
        return [""] * 7 + ["; ".join(change.reasons)]
    return [
        evidence.source_id,
        evidence.url,
        moment(evidence.captured_at) or "",
        evidence.sha256,
        str(evidence.start),
        str(evidence.end),
        evidence.quote,
        "; ".join(change.reasons),
    ]


def _review_cells(change: Change) -> list[str]:
    standing = effective(change.reviews)
    return [standing.decision, standing.by, moment(standing.at) or "", standing.note] if standing else [""] * 4


def _row(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([cell(c) for c in cells])
    return buffer.getvalue()
