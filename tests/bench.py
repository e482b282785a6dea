"""What a start, a phrase, a page and a digest cost, in CPU time on one core: `make bench`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from monitor import plugins
from monitor.baseline import read as read_baseline
from monitor.core.claims import Look
from monitor.core.digest import Knowledge, digest
from monitor.core.extract import extract
from monitor.core.lang import load
from monitor.core.model import Fact, Money, Setting, Source
from monitor.core.readers import read

ROOT = Path(__file__).resolve().parent.parent
PROSE = (
    "<p>The consortium in Kajaani will receive EUR 250 million, of which 40 million comes from Brussels; the data hall opens in spring 2027.</p>"
    "<p>Thirteen AI Factories take part, seventeen Member States contribute, and the total investment has risen from EUR 1.5 billion to over EUR 2 billion.</p>"
)
FILLER = "<p>" + "Work goes on as planned, and nobody in the hall expects anything else before the summer comes. " * 6 + "</p>"


def page_of(kilobytes: int) -> bytes:
    """A page of that size with one paragraph of figures to six of filler."""
    block = PROSE + FILLER * 3
    body = "<html lang='en'><head><title>AI Factories</title></head><body><main><h1>AI Factories</h1>"
    return (body + block * (kilobytes * 1024 // len(block)) + "</main></body></html>").encode()


def ordinary_page() -> bytes:
    """75 KB as news sites send them: most of it style, script, menu and teasers, two thousand words of text, thirty figures."""
    style = "<style>" + ".card { display: flex; margin: 0 auto; color: #123456 }\n" * 550 + "</style>"
    menu = "<nav><ul>" + "".join(f"<li><a href='/section/{i}'>Section heading {i}</a></li>" for i in range(60)) + "</ul></nav>"
    teaser = "<article><a href='/news/{0}'><h3>Minister opens new school hall</h3><p>Pupils and teachers had waited long.</p></a></article>"
    aside = "<aside>" + "".join(teaser.format(i) for i in range(30)) + "</aside>"
    text = (PROSE + FILLER * 6) * 3
    script = "<script>" + "var a = function (x) { return x + 1 };\n" * 450 + "</script>"
    head = f"<html lang='en'><head><title>AI Factories</title>{style}</head><body>{menu}<main><h1>AI Factories</h1>"
    return (head + text + "</main>" + aside + script + "</body></html>").encode()


def cpu(run: Callable[[], object], times: int) -> float:
    """CPU seconds of one run, the mean of `times` after one to warm up."""
    run()
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def started(arguments: list[str], text: bytes) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "monitor", *arguments], input=text, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    kinds, lexicon = plugins.kinds(), load("en")
    source = Source("s", "https://factories.example/", authority="official", language="en")
    body = page_of(75)
    page = read(body, "text/html", source.url, source)
    setting = Setting(language="en")
    phrases = "\n".join(
        json.dumps({"id": i, "text": f"The plant will cost {i},5 Mrd. Euro by {2026 + i % 9}", "lang": "en"}) for i in range(4000)
    )

    print(f"start, extract of a 100 KB page   {started(['extract', '-', '--format', 'json'], page_of(100)):8.3f} CPU s")
    alone = started(["extract", "--batch"], b"")
    print(f"short phrases, extract --batch    {4000 / (started(['extract', '--batch'], phrases.encode()) - alone):8.0f} a second")
    reading = cpu(lambda: read(body, "text/html", source.url, source), 10)
    extraction = cpu(lambda: extract(page, kinds, lexicon, setting), 10)
    print(f"reading a page of 75 KB           {1000 * reading:8.1f} ms")
    print(
        f"extraction from it                {1000 * extraction:8.1f} ms   ({1 / (reading + extraction):.0f} pages a second, 370 figures each)"
    )
    news = ordinary_page()
    whole = cpu(lambda: extract(read(news, "text/html", source.url, source), kinds, lexicon, setting), 10)
    print(f"an ordinary page of {len(news) // 1024} KB         {1000 * whole:8.1f} ms   ({1 / whole:.0f} pages a second, 30 figures each)")

    baseline = read_baseline(ROOT / "baseline" / "eurohpc-ai-factories")
    extra = tuple(
        Fact(f"budget.x{i}", "money", f"Budget of lot {i} of the northern line", Money(Decimal(i * 1000), "EUR"), ("lot",), f"Lot {i}")
        for i in range(1000)
    )
    many = replace(baseline, facts=(*baseline.facts, *extra))
    begun = time.process_time()
    knowledge = Knowledge.of(many, (), kinds)
    print(f"preparing 1,000 facts             {1000 * (time.process_time() - begun):8.1f} ms")
    observations = extract(page, kinds, lexicon, replace(setting, names=knowledge.catalogue.names))
    look = Look(source, source.url, datetime(2026, 1, 1, tzinfo=UTC), "0" * 64, page, True)
    compared = cpu(lambda: digest(knowledge, look, observations, (), lexicon), 3)
    print(f"link, follow, diff of {len(observations)} mentions  {1000 * compared:8.1f} ms")
    print(f"peak memory                       {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


if __name__ == "__main__":
    main()
