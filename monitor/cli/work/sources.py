"""The commands about sources that need the database or the network: list, test, edit, discover."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitor import render, watch
from monitor.baseline import edit, programme_folder
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import Format, clean, complain, print_json, print_table, say
from monitor.config import Settings
from monitor.core.model import Baseline, Observation, Page, Region, Setting, Source
from monitor.core.text.language import UNKNOWN
from monitor.errors import FetchError, UsageError
from monitor.reading import Task, guarded_view
from monitor.store import looks
from monitor.store.engine import Store
from monitor.understanding import Understanding, steps
from monitor.watch import Trial

SOURCE_FAILED = 3
PROPOSED = 50
_MENU = (Region.FOOTER, Region.HIDDEN, Region.NAV)


# ---------------------------------------------------------------------------------------------------------------------------- list


def list_sources(state: State, programme: str | None, form: Format) -> int:
    """Every source with its health; those of a folder never checked are there as well."""
    settings = state.settings()
    loaded = watch.load_programmes(settings, programme)
    for line in loaded.problems:
        complain(line)
    with watch.open_store(settings) as store:
        watch.sync_all(store, loaded.baselines, clock())
        found = looks.sources(store, programme)
    if form is Format.JSON:
        say(render.to_json([render.health_json(h) | _more(h, clock()) for h in found]))
    else:
        print_table(("id", "status", "last ok", "next check", "facts", "what is wrong"), [_row(h) for h in found])
    return 0


def _row(health: looks.Health) -> tuple[str, ...]:
    facts = "-" if health.facts_last is None else f"{health.facts_last}/{health.facts_usual}"
    return health.id, health.status, _moment(health.last_ok), _moment(health.next_check), facts, "; ".join(_wrong(health, clock()))


def _wrong(health: looks.Health, now: datetime) -> Iterator[str]:
    """What is not as it should be, in words."""
    if health.error:
        since = f" (since {_moment(health.failing_since)})" if health.failing_since else ""
        yield health.error + since
    if health.moved_to:
        yield f"moved for good to {health.moved_to}"
    if health.is_overdue(now):
        yield "overdue"
    if health.noisy:
        yield "its text differs at every look (see: monitor sources test)"
    if health.never_yielding:
        yield "has never said anything about a known fact"


def _more(health: looks.Health, now: datetime) -> dict[str, object]:
    """Health beyond the fields of the contract."""
    return {
        "failing_since": render.contract.moment(health.failing_since),
        "failures": health.failures,
        "overdue": health.is_overdue(now),
        "moved_to": health.moved_to,
        "noisy": health.noisy,
        "never_yielding": health.never_yielding,
        "addresses": health.urls,
    }


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%MZ}" if at else "-"


# ---------------------------------------------------------------------------------------------------------------------------- test


def test_source(state: State, url: str, programme: str | None, form: Format) -> int:
    """Two looks at an address without storing anything; 3 when it cannot be looked at or read."""
    settings = state.settings()
    baseline = watch.load_programmes(settings, programme).baselines[0] if programme else None
    source = next((s for s in baseline.sources if s.url == url or s.id == url), None) if baseline else None
    trial = _tried(settings, source or Source("test", url))
    page = trial.view.page
    if form is Format.JSON:
        print_json(_trial_json(trial))
    elif page is not None:
        _print_trial(trial, page)
    if trial.view.status != "ok":
        complain(f"{url}: {trial.view.status}: {trial.view.reason}")
        return SOURCE_FAILED
    return 0


def edit_source(state: State, source_id: str, pairs: Sequence[str], programme: str | None, dry_run: bool) -> int:
    """The keys of `key=value` changed in programme.toml; with `dry_run` the source is looked at as it would be, and nothing is written."""
    values = dict(_pair(p) for p in pairs)
    baseline = state.baseline(programme)
    folder = programme_folder(state.settings().home, baseline.id)
    if not dry_run:
        edit.edit_source(folder, baseline.digest, source_id, values)
        say(f"{source_id} changed in {folder / 'programme.toml'}: {', '.join(values)}")
        return 0
    trial = _tried(state.settings(), edit.as_edited(folder, source_id, values))
    if trial.view.page is not None:
        _print_trial(trial, trial.view.page)
    if trial.view.status != "ok":
        complain(f"{source_id}: {trial.view.status}: {trial.view.reason}")
        return SOURCE_FAILED
    return 0


def _pair(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text[:80]!r} is no change; write it as key=value, like every=12h")
    return key.strip(), edit.typed(key.strip(), value)


def _tried(settings: Settings, source: Source) -> Trial:
    """Raises FetchError, its line with the status word, when the address cannot be looked at."""
    try:
        return watch.tried(settings, source, clock)
    except FetchError as error:
        raise FetchError(error.status, f"{error.status}: {error}") from error


def _print_trial(trial: Trial, page: Page) -> None:
    found = trial.view.observations
    say(f"{clean(page.title) or '(no title)'}: {len(trial.capture.body):,} bytes, language {page.language}, {len(found)} candidate facts")
    print_table(("kind", "quote", "role", "region"), [(o.kind, o.raw, str(o.role), str(o.region)) for o in found])
    for line in trial.unstable[:PROPOSED]:
        say(f"unstable: {clean(line)[:120]}")
    if trial.capture.moved_to:
        say(f"moved for good to {clean(trial.capture.moved_to)}: name that address in programme.toml")


def _trial_json(trial: Trial) -> dict[str, object]:
    page, capture = trial.view.page, trial.capture
    return {
        "url": capture.url,
        "final_url": capture.final_url,
        "moved_to": capture.moved_to,
        "http_status": capture.http_status,
        "media_type": capture.media_type,
        "bytes": len(capture.body),
        "status": trial.view.status,
        "reason": trial.view.reason,
        "title": page.title if page else "",
        "language": page.language if page else UNKNOWN,
        "observations": [_observation_json(o) for o in trial.view.observations],
        "unstable": list(trial.unstable),
    }


def _observation_json(seen: Observation) -> dict[str, object]:
    value = render.value_json(seen.value)
    return {"kind": seen.kind, "value": value, "quote": seen.quote, "start": seen.start, "end": seen.end, "role": str(seen.role)}


# ------------------------------------------------------------------------------------------------------------------------- discover


@dataclass(frozen=True, slots=True)
class Lead:
    """A link met on a watched page whose words name the programme; `met_on` are the sources that have it."""

    url: str
    text: str
    met_on: tuple[str, ...]


def discover_sources(state: State, programme: str | None, form: Format) -> int:
    """Links of watched pages that name the programme and lead to no source yet, those met most often first."""
    settings = state.settings()
    loaded = watch.load_programmes(settings, programme)
    with watch.open_store(settings) as store:
        watch.sync_all(store, loaded.baselines, clock())
        found = {b.id: leads_of(store, b)[:PROPOSED] for b in loaded.baselines}
    if form is Format.JSON:
        print_json(
            [
                {"programme": name, "url": lead.url, "text": lead.text, "met_on": lead.met_on}
                for name, all_ in found.items()
                for lead in all_
            ]
        )
    elif any(found.values()):
        print_table(
            ("programme", "met on", "address", "text"), [(n, ", ".join(l.met_on), l.url, l.text) for n, all_ in found.items() for l in all_]
        )
    else:
        say("no new links were met")
    return 0


def leads_of(store: Store, baseline: Baseline) -> list[Lead]:
    """What the newest stored pages of the programme's sources lead to."""
    understanding = steps()
    names = re.compile(
        "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in (baseline.title, *baseline.aliases) if name) or "(?!)", re.I
    )
    met: dict[str, Lead] = {}
    for source in baseline.sources:
        for page in _newest_pages(store, baseline, source, understanding):
            for url, text in _linked(page):
                if names.search(text) or names.search(url):
                    before = met.get(url, Lead(url, clean(text)[:200], ()))
                    met[url] = Lead(url, before.text, tuple(dict.fromkeys((*before.met_on, source.id))))
    return sorted(
        (lead for lead in met.values() if not _is_watched(lead.url, baseline.sources)), key=lambda lead: (-len(lead.met_on), lead.url)
    )


def _newest_pages(store: Store, baseline: Baseline, source: Source, understanding: Understanding) -> Iterator[Page]:
    for kept in looks.snapshots(store, programme=baseline.id, source=source.id, limit=1):
        body = store.blobs.get(kept.sha256)
        task = Task(body or b"", kept.media_type, kept.url, kept.http_status, source, None, Setting())
        page = guarded_view(understanding, task).page if body else None
        if page is not None:
            yield page


def _linked(page: Page) -> Iterator[tuple[str, str]]:
    yield from ((link.url, link.text) for link in page.links if link.region not in _MENU)
    yield from ((entry.url, entry.title) for entry in page.entries)


def _is_watched(url: str, sources: Iterable[Source]) -> bool:
    from monitor.warc import match_source

    return urlsplit(url).scheme not in ("http", "https") or match_source(url, list(sources)) is not None
