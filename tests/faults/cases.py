"""Answers that production will meet one day, each with the status words that are right for it (the list of faults, by number).

A case is what a server does on its bad day; on the days around it serves a good page. Wherever an answer has room for words they claim a cost that
nobody may flag.
"""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from tests.core.readers.pages import pdf
from tests.homes import html
from tests.servers import Connection, Handler, deflate_bomb, dripping, endless, gzip_bomb, page, raw, redirect, reset_after, stalling

EVIL = html("The total cost of the Harbour Tram has risen to EUR 9.9 billion, up from EUR 850 million. It will have 99 stops.")
BODY = EVIL.encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
GOOD = frozenset({"ok", "unchanged"})
XML = b'<?xml version="1.0"?>'
RSS = "application/rss+xml"


@dataclass(frozen=True)
class Case:
    """`words` are the statuses that are right. `slow` cases get a server of their own: they would make others wait. `kind` is the kind of source."""

    name: str
    handler: Handler
    words: frozenset[str]
    kind: str = "page"
    slow: bool = False
    robots: Handler | None = None


def case(name: str, handler: Handler, words: str, **more: object) -> Case:
    return Case(name, handler, frozenset(words.split()), **more)  # type: ignore[arg-type]


def served(body: bytes | str, media_type: str = "text/html; charset=utf-8", **more: object) -> Handler:
    return page(body if isinstance(body, bytes) else body.encode(), media_type=media_type, **more)


def packed(encoding: str, body: bytes) -> Handler:
    return served(body, headers={"Content-Encoding": encoding})


def hop(prefix: str) -> Handler:
    """Every address leads one further."""

    def handler(connection: Connection) -> None:
        last = connection.request.path.rpartition("/")[2]
        number = int(last) if last.isdigit() else 0
        connection.answer(status="302 Found", headers={"Location": f"{prefix}/{number + 1}"})

    return handler


def pinging(connection: Connection) -> None:
    """Back and forth between two addresses."""
    there = connection.request.path.endswith("?there")
    connection.answer(status="302 Found", headers={"Location": "?" if there else "?there"})


# -------------------------------------------------------------------------------------------------------------- on the line, 1-40


def on_the_line() -> Iterator[Case]:
    big, deflated = gzip_bomb(768), deflate_bomb(400)
    yield case("1-gzip-bomb", packed("gzip", big), "too_large")
    yield case("2-double-bomb", packed("gzip, gzip", gzip.compress(big)), "too_large unsupported")
    yield case("2b-bomb-in-bomb", packed("gzip", gzip.compress(big)), "too_large unsupported")
    yield case("3-deflate-bomb", packed("deflate", deflated), "too_large unsupported")
    yield case("4-brotli", packed("br", b"\x0b\x02\x80" * 50), "too_large unsupported")
    yield case("5-zstd", packed("zstd", b"\x28\xb5\x2f\xfd" * 50), "too_large unsupported")
    yield case("6-endless", endless(b"<p>x</p>" * 8000, OK + b"\r\n"), "too_large timeout", slow=True)
    chunks = b"400\r\n" + b"x" * 1024 + b"\r\n"
    yield case("7-endless-chunks", endless(chunks * 50, OK + b"Transfer-Encoding: chunked\r\n\r\n"), "too_large timeout", slow=True)
    yield case("8-body-drip", dripping(OK + b"Content-Length: 5000\r\n\r\n", BODY), "timeout", slow=True)
    yield case("9-header-drip", dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 500), "timeout", slow=True)
    yield case("10-silence", stalling(b""), "timeout", slow=True)
    yield case("11-silence-mid-body", stalling(OK + b"Content-Length: 90000\r\n\r\n" + BODY), "timeout", slow=True)
    yield case("12-never-closed", stalling(OK + b"\r\n" + BODY), "timeout", slow=True)
    yield case("13-short", raw(OK + b"Content-Length: 90000\r\n\r\n" + BODY), "truncated protocol_error")
    cut = gzip.compress(BODY)[:-20]
    yield case("14-cut-gzip", packed("gzip", cut), "truncated protocol_error")
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    size = b"%x\r\n" % len(BODY)
    yield case("15-cut-chunk", raw(chunked + size + BODY[:200]), "truncated protocol_error")
    yield case("16-no-last-chunk", raw(chunked + size + BODY + b"\r\n"), "truncated protocol_error")
    yield case("17-garbage-chunk", raw(chunked + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"), "truncated protocol_error")
    length = b"Content-Length: %d\r\n" % len(BODY)
    yield case("18-two-lengths", raw(OK + length + b"Content-Length: 10\r\n\r\n" + BODY), "protocol_error")
    yield case("19-negative-length", raw(OK + b"Content-Length: -5\r\n\r\n" + BODY), "protocol_error")
    yield case("20-te-and-cl", raw(OK + length + b"Transfer-Encoding: chunked\r\n\r\n" + size + BODY + b"\r\n0\r\n\r\n"), "protocol_error")
    yield case("21-chunk-extension", raw(chunked + b"5;" + b"x" * 8_000_000 + b"\r\nabcde\r\n0\r\n\r\n"), "protocol_error too_large")
    yield case("22-header-line", raw(OK + b"X-A: " + b"y" * 64_000_000 + b"\r\n\r\n" + BODY), "protocol_error too_large")
    yield case("23-50-mb", raw(OK + b"Content-Length: 50000000\r\n\r\n" + b"x" * 50_000_000), "too_large")
    yield case("23b-50-mb-unsaid", raw(OK + b"\r\n" + b"x" * 50_000_000), "too_large")
    yield case("24-10-gb", stalling(OK + b"Content-Length: 10000000000\r\n\r\nx"), "too_large", slow=True)
    yield case("25-reset", reset_after(b""), "network_error")
    yield case("26-reset-mid-body", reset_after(OK + b"Content-Length: 90000\r\n\r\n" + BODY), "network_error truncated")
    yield case("27-no-answer", raw(b""), "network_error protocol_error")
    yield case("28-http-0.9", raw(BODY), "network_error protocol_error")
    yield case("28b-http-1.0", raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + good()), "ok unchanged")
    yield case("29-headers", raw(OK + b"X-A: b\r\n" * 100_000 + b"\r\n" + BODY), "protocol_error too_large")
    yield case(
        "30-cookies",
        raw(OK + b"Set-Cookie: a=" + b"b" * 3000 + b"\r\n" + b"Set-Cookie: c=d\r\n" * 9000 + b"\r\n" + BODY),
        "protocol_error too_large",
    )
    yield case("31-nul-header", raw(OK + b"X-A: a\x00b\r\n\r\n" + BODY), "protocol_error")
    yield case("31b-latin-header", raw(OK + b"X-A: caf\xe9\r\n" + b"Content-Length: %d\r\n\r\n" % len(good()) + good()), "ok unchanged")
    for number, code in enumerate((b"000", b"999", b"abc", b"20", b"2000")):
        yield case(f"32-status-{number}", raw(b"HTTP/1.1 " + code + b" X\r\n\r\n" + BODY), "protocol_error http_error")
    yield case("33-103s", endless(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, b""), "protocol_error timeout too_large", slow=True)
    yield case("34-not-gzip", packed("gzip", BODY), "decode_error unsupported")
    yield case("35-undeclared-gzip", served(gzip.compress(BODY)), "decode_error unsupported")
    yield case("36-unknown-packing", packed("snappy", BODY), "decode_error unsupported")


def good() -> bytes:
    return html("The Harbour Tram will cost EUR 850 million in total and have 24 stops.").encode()


# ------------------------------------------------------------------------------------------------------------- redirects, 37-66

INSIDE = (
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://localhost:{canary}/", "http://127.0.0.1:{canary}/", "http://2130706433:{canary}/",
    "http://0x7f000001:{canary}/", "http://0177.0.0.1:{canary}/", "http://127.1:{canary}/", "http://0:{canary}/", "http://0.0.0.0:{canary}/", "http://[::1]:{canary}/",
    "http://[::ffff:127.0.0.1]:{canary}/", "http://user@127.0.0.1:{canary}/", "http://example.org@127.0.0.1:{canary}/", "http://127.0.0.1:{canary}\\@example.org/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://224.0.0.1/", "//127.0.0.1:{canary}/x", "http://[::]:{canary}/",
    "http://127.0.0.1.:{canary}/", "http://①②⑦.⓪.⓪.①:{canary}/", "http://[64:ff9b::7f00:1]:{canary}/", "http://localhost.:{canary}/", "http://255.255.255.255/", "http://[fe80::1%25lo]/",
)  # fmt: skip
OTHER_SCHEMES = (
    "file:///etc/passwd",
    "ftp://example.org/x",
    "gopher://example.org/",
    "data:text/html,<p>EUR 9.9 billion",
    "javascript:alert(1)",
)
NOWHERE = (
    None,
    "",
    "http://",
    "http://x" + "y" * 1_000_000,
    "http://example.org:99999/",
    "http://xn--a\u0000.example/",
    "http://exa mple/",
    "//",
    "http://[::1",
    "?" + "a" * 20_000,
)


def redirected(canary: int) -> Iterator[Case]:
    yield case("37-hundred", hop("/r"), "redirect_error")
    yield case("37b-ping-pong", pinging, "redirect_error")
    yield case("38-self", redirect("#again"), "redirect_error")
    for number, target in enumerate(INSIDE):
        # what cannot be read as an address at all is as good a reason
        yield case(f"41-inside-{number}", redirect(target.format(canary=canary)), "blocked_address redirect_error")
    for number, target in enumerate(OTHER_SCHEMES):
        yield case(f"56-scheme-{number}", redirect(target), "blocked_scheme")
    for number, where in enumerate(NOWHERE):
        headers = {} if where is None else {"Location": where}
        yield case(
            f"61-nowhere-{number}", page(b"x", status="302 Found", headers=headers), "redirect_error protocol_error too_large http_error"
        )
    yield case(
        "61b-crlf",
        raw(b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\tb\r\nContent-Length: 0\r\n\r\n"),
        "redirect_error protocol_error http_error",
    )
    lure = f'<meta http-equiv=refresh content="0; url=http://127.0.0.1:{canary}/"><base href="http://127.0.0.1:{canary}/"><img src=/i><iframe src=/f></iframe><script src=/s></script><link rel=stylesheet href=/c>'
    refresh = {"Refresh": f"0; url=http://127.0.0.1:{canary}/"}
    yield case("66-lures", served(good().replace(b"<main>", lure.encode() + b"<main>"), headers=refresh), "ok unchanged suspect")


# ---------------------------------------------------------------------------------------------------------- charsets, markup, 68-82


def written() -> Iterator[Case]:
    text = good().decode().replace("EUR", "€")
    yield case("68-charset-lie", served(text.encode(), "text/html; charset=iso-8859-2"), "ok unchanged decode_error")
    yield case("69-utf-16", served(text.encode("utf-16")), "ok unchanged decode_error")
    yield case("69b-utf-16-le", served(text.encode("utf-16-le"), "text/html; charset=utf-16le"), "ok unchanged decode_error")
    yield case(
        "69c-utf-16-unmarked",
        served(text.encode("utf-16-le"), "text/html"),
        "ok unchanged decode_error unsupported parse_error suspect empty",
    )
    yield case("70-cp1252", served(text.encode("cp1252"), "text/html; charset=iso-8859-1"), "ok unchanged decode_error")
    for number, name in enumerate(("bogus-9", "rot13", "zlib", "idna", "unicode_escape", "utf-7", "base64", "undefined", "x" * 5000)):
        yield case(f"71-codec-{number}", served(good(), f"text/html; charset={name}"), "ok unchanged decode_error unsupported")
    yield case("73-nul", served(good().replace(b"Tram", b"Tr\0am", 1)), "ok unchanged decode_error unsupported suspect parse_error")
    yield case("74-invalid", served(good().replace(b"university", b"univ\xff\xfe\xc3(ersity")), "ok unchanged decode_error")
    yield case("75-nested", served(b"<div>" * 200_000 + good()), "ok unchanged too_large parse_error empty suspect")
    yield case(
        "76-attributes",
        served(b"<p " + b" ".join(b"a%d=1" % n for n in range(1_000_000)) + b">" + good()),
        "ok unchanged too_large parse_error empty suspect",
    )
    yield case("77-comment", served(b"<!-- " + BODY), "ok unchanged empty suspect parse_error unsupported")
    yield case("78-less-than", served(good() + b"<" * 1_000_000), "ok unchanged too_large parse_error empty suspect")
    yield case("79-script", served(good() + b"<script>" + b"x=1;" * 2_000_000 + b"</script>"), "ok unchanged too_large")
    yield case("79b-script-20-mb", served(good() + b"<script>" + b"x=1;" * 5_000_000 + b"</script>"), "too_large")
    yield case("80-word", served(good() + b"<p>" + b"x" * 5_000_000), "ok unchanged too_large parse_error suspect")
    rows = b"".join(b"<tr><td>%d<td>EUR 9.9 billion" % n for n in range(100_000))
    yield case(
        "81-rows", served(good().replace(b"</main>", b"<table>" + rows + b"</table></main>")), "ok unchanged too_large parse_error suspect"
    )
    claim = b"The Harbour Tram will cost EUR 9.9 billion in total."
    hidden = (
        b"<div hidden>%b</div><div style='display: none'>%b</div><template>%b</template><!-- %b --><script>'%b'</script><noscript><style>%b</style></noscript><svg><desc>%b</desc></svg>"
        % ((claim,) * 7)
    )
    yield case("82-hidden", served(good().replace(b"</main>", hidden + b"</main>")), "ok unchanged")


# ------------------------------------------------------------------------------------------------------- feeds, PDFs, others, 83-103


def feeds(canary: int) -> Iterator[Case]:
    def rss(inner: str) -> bytes:
        return f"<rss version='2.0'><channel><title>City</title><description>d</description>{inner}</channel></rss>".encode()

    def doctype(inner: str) -> bytes:
        return XML + f"<!DOCTYPE rss [{inner}]>".encode()

    item = "<item><title>&e;</title><description>News of the Harbour Tram &e;</description><guid>1</guid></item>"
    outside = f"http://127.0.0.1:{canary}/"
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + '<!ENTITY e "&a11;">'
    broken = "parse_error unsupported"
    for number, body in enumerate(
        (
            doctype(laughs) + rss(item),
            doctype('<!ENTITY e "' + "x" * 100_000 + '">') + rss(item * 500),
            doctype('<!ENTITY e SYSTEM "file:///etc/passwd">') + rss(item),
            doctype(f'<!ENTITY e SYSTEM "{outside}">') + rss(item),
            doctype(f'<!ENTITY % p SYSTEM "{outside}"> %p;') + rss(item),
            XML + f'<!DOCTYPE rss SYSTEM "{outside}x.dtd">'.encode() + rss(item),
        )
    ):
        yield case(f"83-entity-{number}", served(body, RSS), broken + " ok", kind="feed")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{outside}" parse="text"/>'
    yield case("86-xinclude", served(XML + rss(include + item.replace("&e;", "news")), RSS), "ok parse_error empty", kind="feed")
    yield case(
        "86b-xslt",
        served(XML + f'<?xml-stylesheet type="text/xsl" href="{outside}"?>'.encode() + rss(item.replace("&e;", "x")), RSS),
        "ok parse_error empty",
        kind="feed",
    )
    yield case("87-html-feed", served(BODY), "unsupported parse_error", kind="feed")
    yield case(
        "87b-cut-feed",
        served((XML + rss(item.replace("&e;", "EUR 9.9 billion") * 30))[:900], RSS),
        "ok parse_error unsupported empty",
        kind="feed",
    )
    yield case("88-many", served(XML + rss("<item><title>t</title></item>" * 100_000), RSS), "ok too_large parse_error", kind="feed")
    odd = "".join(
        f"<item><title>News {d}</title><pubDate>{d}</pubDate><guid>same</guid></item>"
        for d in ("Mon, 01 Jan 0000 00:00:00 GMT", "9999-12-31T23:59:59Z", "1e400", "yesterday")
    )
    yield case("89-dates", served(XML + rss(odd), RSS), "ok", kind="feed")


def small_pdf(stream: bytes, extra: bytes = b"", kids: bytes = b"3 0 R", count: int = 1) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count %d>>endobj\n" % count
        + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        + b"4 0 obj<<" + extra + b"/Length %d>>stream\n" % len(stream) + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )  # fmt: skip


def pdfs() -> Iterator[Case]:
    lines = [(50.0, 50.0 + 14 * n, 10.0, f"The Harbour Tram will cost EUR 9.9 billion, line {n}.") for n in range(20)]
    whole, kind = pdf(lines), "application/pdf"
    noise = random.Random(4).randbytes(200_000)
    zeros = deflate_bomb(400)
    bad = "parse_error unsupported too_large empty suspect ok"
    yield case("91-random", served(b"%PDF-1.7\n" + noise, kind), "parse_error unsupported", kind="pdf")
    yield case("92-cut", served(whole[: len(whole) // 2], kind), "parse_error unsupported empty", kind="pdf")
    yield case("93-bomb", served(small_pdf(zeros, b"/Filter/FlateDecode"), kind), bad, kind="pdf")
    yield case("94-double-bomb", served(small_pdf(zlib.compress(zeros, 9), b"/Filter[/FlateDecode/FlateDecode]"), kind), bad, kind="pdf")
    yield case("95-cycle", served(small_pdf(b"BT ET", kids=b"2 0 R"), kind), bad, kind="pdf")
    yield case("96-3000-pages", served(small_pdf(b"BT /F1 10 Tf (x) Tj ET", kids=b"3 0 R " * 3000, count=3000), kind), bad, kind="pdf")
    yield case("97-encrypted", served(pdf(lines, encrypted=True), kind), "unsupported parse_error", kind="pdf")
    yield case("98-inline-image", served(small_pdf(b"BI /W 100000 /H 100000 /BPC 8 /CS /RGB ID x EI"), kind), bad, kind="pdf")
    yield case("98b-empty", served(pdf([]), kind), "empty suspect", kind="pdf")
    yield case("98c-html", served(BODY, kind), "unsupported parse_error", kind="pdf")
    yield case("98d-pdf-as-page", served(whole, kind), "unsupported")


def strangers() -> Iterator[Case]:
    yield case("99-png", served(b"\x89PNG\r\n\x1a\n" + b"\0" * 5000), "unsupported")
    yield case("99b-zip", served(b"PK\x03\x04" + b"\0" * 5000), "unsupported")
    yield case(
        "100-video", stalling(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9000000\r\n\r\n"), "unsupported", slow=True
    )
    yield case("101-json", served(b'{"cost": "The Harbour Tram will cost EUR 9.9 billion"}', "application/json"), "unsupported")
    yield case("102-no-type", raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(good()) + good()), "ok unchanged")
    yield case("103-garbage-type", served(good(), "x/y/z;;=\x7f"), "ok unchanged unsupported protocol_error")
    yield case("104-unasked-304", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "http_error unchanged")
    yield case("105-304-with-body", raw(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nabcde"), "http_error unchanged")
    yield case("107-hostile-etag", served(good(), headers={"ETag": '"' + "x" * 60_000 + '"'}), "ok unchanged")


# ------------------------------------------------------------------------------------------------------------- statuses, 111-125


def statuses() -> Iterator[Case]:
    for code in ("401 Unauthorized", "402 Payment Required", "403 Forbidden", "404 Not Found", "405 No", "406 No", "407 Proxy", "410 Gone", "418 Teapot", "451 Law",
                 "500 Error", "501 No", "502 Bad", "504 Late", "204 None", "205 Reset", "206 Partial", "511 Login", "202 Accepted"):  # fmt: skip
        words = {
            "401": "auth_required",
            "407": "auth_required",
            "511": "auth_required",
            "410": "gone",
            "204": "http_error empty",
            "205": "http_error empty",
        }
        body = b"" if code[:3] in ("204", "205") else BODY
        yield case(f"111-{code[:3]}", served(body, status=code), words.get(code[:3], "http_error"))
    for number, after in enumerate(("120", "Wed, 01 Jan 2031 00:00:00 GMT", "9" * 5000, "-5", "soon", "Wed, 01 Jan 2020 00:00:00 GMT", "")):
        headers = {"Retry-After": after}
        yield case(
            f"119-busy-{number}", served(BODY, status="503 Busy" if number % 2 else "429 Slow down", headers=headers), "rate_limited"
        )


# -------------------------------------------------------------------------------------------------------- no page with 200, 126-141


def no_pages() -> Iterator[Case]:
    def bare(title: str, *paragraphs: str) -> Handler:
        lines = "".join(f"<p>{p}</p>" for p in paragraphs)
        return served(f"<!doctype html><html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>")

    bad = "suspect empty"
    yield case(
        "126-cookies",
        bare(
            "Before you continue",
            "We value your privacy. We and our 812 partners use cookies.",
            "Accept all",
            "Reject all",
            "Manage preferences",
        ),
        bad,
    )
    yield case("127-captcha", bare("Just a moment...", "Verify you are human by completing the action below.", "Ray ID: 88a1b2c3d4"), bad)
    yield case("128-soft-404", bare("Page not found", "Sorry, the page you are looking for does not exist or has been moved."), bad)
    yield case(
        "129-error", bare("Something went wrong", "An unexpected error occurred. Please try again later. Error code 0x80004005"), bad
    )
    yield case("130-login", bare("Sign in", "Username", "Password", "Forgot your password?", "Create an account"), bad)
    yield case("131-maintenance", bare("Under maintenance", "We are undergoing scheduled maintenance and will be back soon."), bad)
    yield case(
        "132-shell",
        served(
            "<!doctype html><html lang=en><head><title>Tram</title><script src=/app.js></script></head><body><div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>"
        ),
        bad,
    )
    yield case("133-geo", bare("Not available", "This content is not available in your country or region."), bad)
    yield case(
        "134-parked",
        bare("harbour-tram.example", "This domain is for sale. Buy this domain now.", "Related searches", "Sponsored listings"),
        bad,
    )
    yield case(
        "135-paywall",
        bare("Harbour Tram", "The tram is", "Subscribe to continue reading. Already a subscriber? Log in.", "Start your free trial"),
        bad,
    )
    yield case("136-other-article", served(
        "<!doctype html><html lang=en><title>Bakery prize</title><main><h1>Bakery wins golden whisk</h1><p>The baker of Mill Street received the golden whisk yesterday "
        "evening, after thirty years of rolls, pretzels and plaited loaves for which customers queue every morning around the corner.</p><p>Visitors praised the sourdough crust, "
        "poppy seeds and butter; judges tasted blindfolded and agreed unanimously. Total cost of the new oven: EUR 9.9 billion, joked the mayor, with 99 stops for customers.</p></main>"
    ), bad)  # fmt: skip
    yield case(
        "137-lorem",
        bare(
            "Harbour Tram",
            "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore EUR 9.9 billion.",
        ),
        bad,
    )
    yield case("138-empty", served(b""), bad)
    yield case("139-blank", served(b" \r\n\t \n" * 50), bad)
    yield case("140-skeleton", served(b"<!doctype html><html><head></head><body></body></html>"), bad)
    yield case(
        "141-default", bare("Welcome to nginx!", "If you see this page, the nginx web server is successfully installed and working."), bad
    )


# --------------------------------------------------------------------------------------------------- payloads, values, regexes, 152-254

PAYLOADS = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\x1b[31mred\x1b]0;owned\x07", "\u202egnp.exe", "[x](javascript:alert(1))", "<!channel> <@U1>", "[/nope] [bold]x", "{{7*7}} {% raw %}", "%s%n {0.__class__}",
    "../../etc/passwd", "'; DROP TABLE change;--", "line\r\n2026-01-01 ERROR fake", "!!python/object:os.system", "n" * 1_000_000, "\ud7ff\ufffe\u0000", "${MONITOR_SECRET_X}", "@SUM(1+1)", "`id` $(id)",
)  # fmt: skip
VALUES = (
    "EUR 1e400 billion", "EUR NaN", "EUR Infinity", "EUR " + "9" * 5000, "EUR 1" + "0" * 4400, "-7 stops", "0 stops", "30 February 2027", "year 0", "31 April 9999", "EUR ９９９ billion",
    "EUR ١٢٣ million", "EUR 0x7f", "EUR 1_000", "EUR 1.5.5 billion", "EUR 10^400", "EUR 99999999999999999999999999999999 billion", "EUR -5 billion", "½⅓ billion euro",
)  # fmt: skip
RUNS = (
    "9",
    " ",
    ",",
    "(",
    "1,",
    "1 ",
    "EUR ",
    "€1",
    ". ",
    "million ",
    "A",
    "a-",
    "and ",
    "1.",
    "2026-",
    "\u00a0",
    "from 1 to ",
    "'",
    "%",
    "/1",
    "[",
    "x@",
    "no ",
    "(1",
    "ſ",
    "1e",
)


def poisoned() -> Iterator[Case]:
    base = good().decode("utf-8")
    for number, payload in enumerate((" ".join(p for p in PAYLOADS if len(p) < 100), *(p for p in PAYLOADS if len(p) >= 100))):
        marked = base.replace("</main>", f"<p>The {payload} AI hub in Lyon was selected, and costs EUR 3 million.</p></main>").replace(
            "<title>", f"<title>{payload[:2000]} "
        )
        yield case(
            f"152-payload-{number}",
            served(marked.encode("utf-8", "surrogatepass")),
            "ok unchanged suspect too_large parse_error decode_error",
        )
    values = "".join(f"<p>Elsewhere somebody says {value} of something.</p>" for value in VALUES)
    yield case("204-values", served(base.replace("</main>", f"{values}</main>")), "ok unchanged")
    for number in range(0, len(RUNS), 5):
        long = "".join(f"<p>{run * (100_000 // len(run))}</p>" for run in RUNS[number : number + 5])
        yield case(f"229-runs-{number}", served(base.replace("</main>", f"{long}</main>")), "ok unchanged too_large parse_error suspect")


# ---------------------------------------------------------------------------------------------------------------- robots, 255-268


def robots() -> Iterator[Case]:
    def said(text: bytes, words: str, name: str, **more: object) -> Case:
        return case(f"255-robots-{name}", served(good()), words, robots=served(text, "text/plain", **more), slow=True)

    yield said(b"User-agent: *\nDisallow: /", "robots_denied", "all")
    yield said(b"User-agent: programme-monitor\nDisallow: /\n\nUser-agent: *\nAllow: /", "robots_denied", "us")
    yield said(b"User-agent: other\nDisallow: /", "ok unchanged", "other")
    yield said(b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "robots_denied", "mark")
    yield said(b"x", "ok unchanged", "missing", status="404 Not Found")
    yield said(b"x", "ok unchanged", "forbidden", status="403 Forbidden")
    yield said(b"x", "robots_denied", "error", status="500 Error")
    yield said(BODY, "ok unchanged", "html")
    yield said(b"User-agent: *\nDisallow: /x\n" * 60_000, "ok unchanged", "long")
    yield said(random.Random(5).randbytes(50_000), "ok unchanged", "noise")
    yield case("267-robots-stall", served(good()), "robots_denied timeout", robots=stalling(b""), slow=True)
    yield case("268-robots-bomb", served(good()), "ok unchanged robots_denied too_large", robots=packed("gzip", gzip_bomb(100)), slow=True)


def all_cases(canary: int) -> list[Case]:
    groups: tuple[Callable[[], Iterator[Case]], ...] = (on_the_line, written, pdfs, strangers, statuses, no_pages, poisoned, robots)
    return [*chain.from_iterable(group() for group in groups), *redirected(canary), *feeds(canary)]
