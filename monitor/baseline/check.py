"""Reads a programme folder like a compiler: either a baseline comes out or not, and every problem is told with file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from monitor import plugins
from monitor.baseline.checks import CHECKS, Whole
from monitor.baseline.facts import Placed, Reading, read_facts
from monitor.baseline.folder import FILES, Files, read_files
from monitor.baseline.history import apply
from monitor.baseline.programme import Programme, read_programme
from monitor.core.kinds import Kind
from monitor.core.lang import load
from monitor.core.model import Baseline
from monitor.errors import BaselineError, Problem, UsageError


class Checked(NamedTuple):
    """The baseline, or None when an error forbids its use; and all problems, in the order of the files and lines."""

    baseline: Baseline | None
    problems: list[Problem]


def check(folder: Path, kinds: Mapping[str, Kind] | None = None) -> Checked:
    """Reads a folder and finds everything that is wrong with it; never raises for what stands in the files.

    `kinds` defaults to all there are. Warnings alone still give a baseline.
    """
    files = read_files(folder)
    problems = list(files.problems)
    programme = read_programme(files, problems)
    reading = Reading(plugins.kinds() if kinds is None else kinds, tuple(load(code) for code in _languages(programme)))
    placed = read_facts(files, reading, problems)
    whole = Whole(programme, placed, apply(placed.facts, placed.revisions))
    if not _is_torn(problems):
        problems += [problem for find in CHECKS for problem in find(whole)]
    problems = sorted(dict.fromkeys(problems), key=_place)
    has_errors = any(p.level == "error" for p in problems)
    return Checked(None if has_errors else _baseline(programme, placed, whole, files), problems)


def read(folder: Path, kinds: Mapping[str, Kind] | None = None) -> Baseline:
    """The baseline of a folder. Raises UsageError when there is no such folder, BaselineError (with all problems) when it has errors."""
    if not folder.is_dir():
        raise UsageError(f"there is no programme folder {folder} (run: monitor init)")
    checked = check(folder, kinds)
    if checked.baseline is None:
        raise BaselineError(folder.name, tuple(p for p in checked.problems if p.level == "error"))
    return checked.baseline


def _languages(programme: Programme) -> tuple[str, ...]:
    """The programme's languages in its order, English last: what a person writes in a baseline may be English in any programme."""
    return tuple(dict.fromkeys((*programme.languages, "en")))


def _is_torn(problems: Sequence[Problem]) -> bool:
    """Whether parts of the files are missing, so that checks across them would only repeat that in other words."""
    return any("TOML" in p.text or "the file " in p.text for p in problems if p.level == "error")


def _place(problem: Problem) -> tuple[int, int]:
    file, _, line = problem.where.rpartition(":")
    name = (file or problem.where).rpartition("/")[2]
    return FILES.index(name) if name in FILES else len(FILES), int(line) if line.isdecimal() else 0


def _baseline(programme: Programme, placed: Placed, whole: Whole, files: Files) -> Baseline:
    return Baseline(
        id=programme.id,
        title=programme.title,
        aliases=programme.aliases,
        not_about=programme.not_about,
        languages=programme.languages,
        announced_on=programme.announced_on,
        facts=whole.facts,
        sources=programme.sources,
        expectations=programme.expectations,
        revisions=placed.revisions,
        announced=placed.facts,
        version=placed.revisions[-1].version if placed.revisions else 1,
        digest=files.digest,
    )
