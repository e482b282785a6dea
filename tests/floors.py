"""The quality floor: what the labelled replays reach, pinned in floors.toml. It may only rise.

    python -m tests.floors                        measure, show the table and the calibration
    python -m tests.floors --raise                pin what was reached where it is above the floor
    python -m tests.floors --lower "reason"       pin what was reached, also where it is below; the reason is kept in the file

Each case runs through the real replay: archive, store, pipeline, review; the same code as a live check but for the fetcher and the clock.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from operator import add
from pathlib import Path

from monitor import watch
from monitor.baseline import read
from monitor.config import Settings
from monitor.core.model import Capture
from monitor.render import change_json
from monitor.replay import Replay, open_archive
from monitor.store import queries
from monitor.understanding import steps
from monitor.warc import write_captures
from tests.scoring import Case, Score, calibration, load_case, score, table

ROOT = Path(__file__).resolve().parent
REPLAYS = ROOT / "replays"
FLOORS = ROOT / "floors.toml"
# A point of slack, so that one flag of a hundred does not stop a change that improves the rest; floors are raised by whole points.
MEASURES = ("precision", "recall", "false_per_100_unchanged", "low_value_per_5_captures")


def cases(group: str | None = None) -> list[Case]:
    """The labelled cases, of one group or all, in the order of their names."""
    found = [load_case(f.parent) for f in sorted(REPLAYS.glob("*/case.toml"))]
    return [c for c in found if group is None or c.group == group]


def archive_of(case: Case, file: Path) -> Path:
    """The captures of a case as one WARC, as they would have been exported."""
    write_captures([_capture(case, row) for row in case.captures], file)
    return file


def _capture(case: Case, row: Mapping[str, object]) -> Capture:
    body = (case.folder / str(row["file"])).read_bytes()
    at = datetime.fromisoformat(str(row["captured_at"]).replace("Z", "+00:00")).astimezone(UTC)
    url = str(row["url"])
    return Capture(
        "", url, url, at, int(str(row.get("status", 200))), str(row.get("media_type", "text/html")), body, sha256(body).hexdigest()
    )


def replayed(case: Case, home: Path) -> Score:
    """The score of one case, replayed into an empty home."""
    shutil.copytree(case.folder / "baseline", home / "baseline")
    baseline = read(home / "baseline" / case.programme)
    archive = archive_of(case, home / "captures.warc.gz")
    with watch.open_store(Settings(home=home)) as store:
        found = open_archive(store, baseline.sources, [archive])
        Replay(store, steps(), home, baseline).run(found.captures, found.captures[-1].capture.captured_at)
        flags = [json.loads(json.dumps(change_json(c), default=str)) for c in queries.changes(store)]
    return score(case, flags, frozenset(f.key for f in baseline.facts))


def measured(group: str) -> dict[str, Score]:
    """The scores of a group, by case."""
    scores = {}
    for case in cases(group):
        with tempfile.TemporaryDirectory() as folder:
            scores[case.folder.name] = replayed(case, Path(folder))
    return scores


def reached(scores: Mapping[str, Score]) -> dict[str, float]:
    """What a group reaches, in the names of the floors."""
    total = reduce(add, scores.values(), Score())
    return {
        "precision": round(total.precision, 3),
        "recall": round(total.recall, 3),
        "right_type": round(total.right_type / max(1, total.hits), 3),
        "right_quote": round(total.right_quote / max(1, total.hits), 3),
        "false_per_100_unchanged": round(total.false_per_100_unchanged, 1),
        "low_value_per_5_captures": round(5 * total.low_value / max(1, total.captures), 2),
    }


def floors() -> dict[str, dict[str, float]]:
    return tomllib.loads(FLOORS.read_text("utf-8"))


def is_below(name: str, value: float, floor: float) -> bool:
    """False alarms and noise are ceilings, the rest are floors."""
    return value > floor if "per" in name else value < floor


def pinned(old: Mapping[str, Mapping[str, float]], new: Mapping[str, Mapping[str, float]], *, lower: bool) -> dict[str, dict[str, float]]:
    """The floors after a measurement: the better of each, or what was reached where lowering is allowed."""
    found: dict[str, dict[str, float]] = {}
    for group, values in new.items():
        before = old.get(group, {})
        found[group] = {n: v if lower or n not in before or not is_below(n, v, before[n]) else before[n] for n, v in values.items()}
    return found


def write(values: Mapping[str, Mapping[str, float]], reason: str) -> None:
    lines = [FLOORS.read_text("utf-8").split("\n[", 1)[0].rstrip()]
    if reason:
        lines.append(f"# lowered: {reason}")
    for group, floor in values.items():
        lines += ["", f'["{group}"]', *(f"{name} = {value}" for name, value in floor.items())]
    FLOORS.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raise", dest="rise", action="store_true")
    parser.add_argument("--lower", metavar="REASON", default="")
    parser.add_argument("--detail", action="store_true", help="every miss and false alarm of the developed-on group")
    given = parser.parse_args()
    new = {}
    for group in ("developed-on", "held-out"):
        scores = measured(group)
        new[group] = reached(scores)
        total = reduce(add, scores.values(), Score())
        sys.stdout.write(f"{group}\n{table({**scores, 'ALL': total})}\n")
        for band, (count, right) in calibration(total.confident).items():
            sys.stdout.write(f"  confidence {band}: {right} of {count} right\n")
        if given.detail and group == "developed-on":
            sys.stdout.write("\n".join([f"  missed {m}" for m in total.missed] + [f"  wrong  {w}" for w in total.wrong]) + "\n")
    if given.rise or given.lower:
        write(pinned(floors(), new, lower=bool(given.lower)), given.lower)


if __name__ == "__main__":
    main()
