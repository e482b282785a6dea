"""`monitor baseline`: compile a programme folder, show its facts, its versions, and what differs from the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import FormatOption, ProgrammeOption, State, state_of
from monitor.cli.output import Format, clean, print_json, print_problems, print_table, say
from monitor.errors import Problem, UsageError

if TYPE_CHECKING:
    from monitor.core.model import Baseline, Fact, Revision, Value

app = typer.Typer(help="The announced facts: check, show, log, diff, draft.", no_args_is_help=True)
FactPattern = Annotated[str | None, typer.Argument(help="Only facts with this key, or matching this pattern, like 'site.*'.")]
PROBLEMS_FOUND = 1


@app.command(epilog="Example: `monitor baseline check` or `monitor baseline check eurohpc-ai-factories`")
def check(
    context: typer.Context,
    programme: Annotated[str | None, typer.Argument(help="Programme or folder; all programmes when absent.")] = None,
    allow_warnings: Annotated[bool, typer.Option("--allow-warnings", help="End with 0 when there are warnings only.")] = False,
    format: FormatOption = Format.TEXT,
) -> int:
    """Read the folder like a compiler: every problem with file and line. Ends with 1 when there are any."""
    from monitor.baseline import check as check_folder

    folders = _folders(state_of(context), programme)
    problems: list[Problem] = []
    for folder in folders:
        checked = check_folder(folder)
        problems += checked.problems
        if format is Format.TEXT:
            print_problems(checked.problems)
            say(_verdict(folder, checked.problems, checked.baseline))
    if format is Format.JSON:
        print_json([{"where": p.where, "level": p.level, "text": p.text, "hint": p.hint} for p in problems])
    blocking = [p for p in problems if p.level == "error"] if allow_warnings else problems
    return PROBLEMS_FOUND if blocking else 0


@app.command(epilog="Example: `monitor baseline show 'site.*'`")
def show(context: typer.Context, fact: FactPattern = None, programme: ProgrammeOption = None, format: FormatOption = Format.TEXT) -> int:
    """Show the facts as they are now, with version and quote."""
    baseline = state_of(context).baseline(programme)
    facts = [f for f in baseline.facts if _matches(f.key, fact)]
    if fact and not facts:
        raise UsageError(f"no fact {fact[:100]!r} in {baseline.id}")
    if format is Format.JSON:
        print_json(
            {"programme": baseline.id, "version": baseline.version, "digest": baseline.digest, "facts": [_fact_json(f) for f in facts]}
        )
        return 0
    say(f"{clean(baseline.title)} ({baseline.id}), version {baseline.version}, {len(facts)} facts, {len(baseline.sources)} sources")
    print_table(("fact", "value", "version", "label"), [_row(f) for f in facts])
    if len(facts) == 1:
        _print_proof(facts[0])
    return 0


@app.command(epilog="Example: `monitor baseline log investment.total`")
def log(context: typer.Context, fact: FactPattern = None, programme: ProgrammeOption = None, format: FormatOption = Format.TEXT) -> int:
    """List the versions: what was accepted, when, by whom, with quote and link."""
    baseline = state_of(context).baseline(programme)
    revisions = [r for r in baseline.revisions if _matches(r.fact, fact)]
    if format is Format.JSON:
        print_json([_revision_json(r) for r in revisions])
        return 0
    for revision in reversed(revisions):
        _print_revision(revision)
    announced = f", announced on {baseline.announced_on}" if baseline.announced_on else ""
    say(f"version 1  the announcement{announced}: {len(baseline.announced)} facts")
    return 0


@app.command(epilog="Example: `monitor baseline diff --since-version 3`")
def diff(
    context: typer.Context,
    programme: ProgrammeOption = None,
    since_version: Annotated[int, typer.Option(help="Compare with this version instead of the announcement.", min=1)] = 1,
    format: FormatOption = Format.TEXT,
) -> int:
    """Show the facts that are no longer as announced."""
    from monitor.baseline import drift

    baseline = state_of(context).baseline(programme)
    found = drift(baseline, since_version)
    if format is Format.JSON:
        print_json([_drift_json(d) for d in found])
        return 0
    if not found:
        say(f"{baseline.id}: every fact is as {'announced' if since_version == 1 else f'in version {since_version}'}")
        return 0
    print_table(("fact", "was", "is now", "label"), [(d.key, _shown(d.kind, d.old), _shown(d.kind, d.new), d.label) for d in found])
    return 0


@app.command(epilog="Example: `monitor baseline draft announcement.html --id new-programme --into baseline`")
def draft(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="The announcement: a file, an address, or - for standard input.")] = "-",
    programme_id: Annotated[str | None, typer.Option("--id", help="Id of the programme, also the folder's name.")] = None,
    language: Annotated[str | None, typer.Option("--lang", help="Language of the announcement.")] = None,
    into: Annotated[Path | None, typer.Option(help="Write the folder here instead of printing it.")] = None,
) -> int:
    """Propose a whole folder from the text of an announcement, for you to edit."""
    from monitor.baseline.draft import draft as draft_folder
    from monitor.cli.extract import read_for_person

    extract = read_for_person(document, language, state_of(context).home)
    files = draft_folder(extract.page, extract.observations, programme_id)
    if into is None:
        for name, text in files.texts.items():
            say(f"# ---- {files.id}/{name}\n{text}")
        return 0
    _write_new(into / files.id, files.texts)
    say(f"{into / files.id}: look through the files, then run: monitor baseline check {files.id}")
    return 0


def _write_new(folder: Path, texts: dict[str, str]) -> None:
    if folder.exists():
        raise UsageError(f"{folder} exists already; choose another --id")
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def _folders(state: State, programme: str | None) -> Sequence[Path]:
    """A programme of the home, or any folder that is named by its path."""
    named = Path(programme) if programme else None
    if named and ("/" in str(programme) or not (state.home or Path()).joinpath("baseline", named).is_dir()) and named.is_dir():
        return [named.resolve()]
    return state.folders(programme)


def _verdict(folder: Path, problems: Sequence[Problem], baseline: Baseline | None) -> str:
    errors = sum(p.level == "error" for p in problems)
    warnings = len(problems) - errors
    if baseline is None:
        return f"{folder.name}: {errors} error(s), {warnings} warning(s); it cannot be watched like this"
    size = f"version {baseline.version}, {len(baseline.facts)} facts, {len(baseline.sources)} sources"
    return f"{folder.name}: {size}; {warnings} warning(s)" if warnings else f"{folder.name}: {size}; no problems"


def _matches(key: str, pattern: str | None) -> bool:
    from fnmatch import fnmatchcase

    return pattern is None or fnmatchcase(key, pattern)


def _shown(kind: str, value: Value | None) -> str:
    from monitor import plugins
    from monitor.core.lang import load

    if value is None:
        return "-"
    reader = plugins.kind(kind)
    return reader.show(value, load("en")) if reader else str(value)


def _row(fact: Fact) -> tuple[str, str, str, str]:
    removed = " (withdrawn)" if fact.removed else ""
    scope = f" [{fact.scope}]" if fact.scope else ""
    return fact.key, _shown(fact.kind, fact.value) + removed, str(fact.version), fact.label + scope


def _print_proof(fact: Fact) -> None:
    for name, value in (
        ("from", fact.valid_from),
        ("status", fact.status),
        ("aliases", ", ".join(fact.aliases)),
        ("quote", fact.quote),
        ("url", fact.url),
    ):
        if value:
            say(f"  {name:<8}{clean(str(value))}")


def _print_revision(revision: Revision) -> None:
    shown = _shown(revision.kind, revision.value) if revision.value is not None else _without_value(revision)
    say(
        f"version {revision.version}  {revision.recorded_at:%Y-%m-%d %H:%M}Z  {clean(revision.fact)}: {clean(shown)}  by {clean(revision.by) or '?'}"
    )
    for text in (revision.quote and f'"{revision.quote}"', revision.url, revision.note):
        if text:
            say(f"    {clean(text)}")


def _without_value(revision: Revision) -> str:
    return f"also called {', '.join(revision.aliases)}" if revision.aliases else "withdrawn"


def _value_json(kind: str, value: Value | None) -> Any:
    from monitor import plugins

    reader = plugins.kind(kind)
    return dict(reader.to_json(value)) if reader and value is not None else None


def _fact_json(fact: Fact) -> dict[str, Any]:
    return {
        "key": fact.key,
        "kind": fact.kind,
        "label": fact.label,
        "value": _value_json(fact.kind, fact.value),
        "shown": _shown(fact.kind, fact.value),
        "about": fact.about,
        "scope": fact.scope,
        "aliases": fact.aliases,
        "status": fact.status,
        "from": fact.valid_from,
        "quote": fact.quote,
        "url": fact.url,
        "counts": fact.counts,
        "version": fact.version,
        "change": fact.change,
        "removed": fact.removed,
    }


def _revision_json(revision: Revision) -> dict[str, Any]:
    return {
        "version": revision.version,
        "recorded": revision.recorded_at.isoformat(),
        "by": revision.by,
        "change": revision.change,
        "fact": revision.fact,
        "kind": revision.kind,
        "value": _value_json(revision.kind, revision.value),
        "aliases": revision.aliases,
        "from": revision.valid_from,
        "quote": revision.quote,
        "url": revision.url,
        "captured": revision.captured_at.isoformat() if revision.captured_at else None,
        "note": revision.note,
    }


def _drift_json(drift: Any) -> dict[str, Any]:
    return {
        "fact": drift.key,
        "label": drift.label,
        "kind": drift.kind,
        "old": _value_json(drift.kind, drift.old),
        "new": _value_json(drift.kind, drift.new),
        "versions": [r.version for r in drift.revisions],
        "quotes": [r.quote for r in drift.revisions if r.quote],
        "urls": [r.url for r in drift.revisions if r.url],
    }
