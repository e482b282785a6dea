"""Further bad days, beside the list of faults: answers that are odd rather than broken, walls in six languages, feeds, sitemaps, PDFs and JSON gone wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.faults.cases import BODY, OK, RSS, XML, Case, case, good, redirect, served, small_pdf
from tests.servers import Handler, raw

WALLS = {
    "en": (("Page not found", "The page you requested could not be found."), ("We value your privacy", "We and our partners use cookies.", "Accept all", "Reject all")),
    "de": (("Seite nicht gefunden", "Die angeforderte Seite existiert nicht mehr."), ("Ihre Privatsphäre", "Wir und unsere Partner verwenden Cookies.", "Alle akzeptieren", "Alle ablehnen")),
    "fr": (("Page introuvable", "La page que vous cherchez n'existe plus ou a été déplacée."), ("Votre vie privée", "Nous et nos partenaires utilisons des cookies.", "Tout accepter", "Tout refuser")),
    "es": (("Página no encontrada", "La página que busca no existe o ha sido eliminada."), ("Su privacidad", "Nosotros y nuestros socios utilizamos cookies.", "Aceptar todo", "Rechazar todo")),
    "it": (("Pagina non trovata", "La pagina che stai cercando non esiste o è stata rimossa."), ("La tua privacy", "Noi e i nostri partner utilizziamo i cookie.", "Accetta tutto", "Rifiuta tutto")),
    "pl": (("Nie znaleziono strony", "Strona, której szukasz, nie istnieje lub została usunięta."), ("Twoja prywatność", "My i nasi zaufani partnerzy używamy plików cookie.", "Akceptuj wszystkie", "Odrzuć wszystkie")),
}  # fmt: skip
OTHERS = {
    "login-de": ("de", "Anmeldung", "Benutzername", "Passwort", "Passwort vergessen?", "Registrieren"),
    "login-fr": ("fr", "Connexion", "Nom d'utilisateur", "Mot de passe", "Mot de passe oublié ?", "Créer un compte"),
    "maintenance-es": ("es", "Sitio en mantenimiento", "Estamos realizando tareas de mantenimiento. Volveremos pronto."),
    "maintenance-it": ("it", "Sito in manutenzione", "Stiamo eseguendo lavori di manutenzione. Torneremo presto."),
    "geo-pl": ("pl", "Niedostępne", "Ta strona nie jest dostępna w twoim kraju ze względów prawnych."),
    "captcha-de": ("de", "Sicherheitsprüfung", "Bitte bestätigen Sie, dass Sie kein Roboter sind.", "Ihr Browser wird überprüft."),
    "parked-de": ("de", "tram.example", "Diese Domain steht zum Verkauf. Domain kaufen.", "Gesponserte Links"),
    "error-fr": ("fr", "Erreur interne du serveur", "Une erreur est survenue. Veuillez réessayer plus tard."),
    "shell-it": ("it", "Tram", "Per usare questa applicazione devi abilitare JavaScript."),
}
LOCATIONS = ("http://user:secret@[::1]:{canary}/", "http://[::ffff:7f00:1]:{canary}/", "http://017700000001:{canary}/", "http://0x7f.0.0.1:{canary}/", "http://127.0.0.1%00.example.org:{canary}/", "http://127。0。0。1:{canary}/",
             "http:\\\\127.0.0.1:{canary}/", "///127.0.0.1:{canary}/", "http://localhost%2e:{canary}/", "http://xn--/", "h ttp://example.org/", "http://[v1.x]/", "http:///x", "http://example.org:-1/", "blob:http://127.0.0.1:{canary}/x", "HTTP://LOCALHOST:{canary}/")  # fmt: skip


def wall(language: str, title: str, *lines: str) -> Handler:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return served(
        f"<!doctype html><html lang={language}><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )


def answers(canary: int) -> Iterator[Case]:
    length = b"Content-Length: %d\r\n" % len(good())
    for code in ("100 Continue", "101 Switching", "199 Odd", "201 Created", "203 Other", "207 Multi", "226 IM", "299 Odd", "300 Choices", "305 Proxy", "306 Odd", "399 Odd", "421 Odd", "425 Early", "499 Odd", "520 Odd", "599 Odd"):  # fmt: skip
        words = {"101": "http_error protocol_error", "100": "timeout network_error protocol_error", "203": "ok unchanged"}.get(
            code[:3], "http_error"
        )
        words = "http_error protocol_error network_error timeout" if code.startswith("199") else words
        yield case(f"300-status-{code[:3]}", served(good() if code.startswith("203") else BODY, status=code), words)
    yield case("301-reset-content", raw(b"HTTP/1.1 205 Reset\r\n" + length + b"\r\n" + BODY), "http_error empty")
    yield case("301-range", served(BODY[:300], status="206 Partial", headers={"Content-Range": "bytes 0-299/900"}), "http_error")
    yield case("301-304-length", raw(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 900\r\n\r\n'), "http_error unchanged")
    yield case("302-http-1.0-short", raw(b"HTTP/1.0 200 OK\r\nContent-Length: 99999\r\n\r\n" + BODY), "truncated")
    yield case("302-http-2.0", raw(b"HTTP/2.0 200 OK\r\n" + length + b"\r\n" + good()), "ok unchanged protocol_error")
    yield case("302-no-colon", raw(OK + b"nonsense\r\n" + length + b"\r\n" + BODY), "protocol_error")
    yield case("302-space-colon", raw(OK + b"X-A : b\r\n" + length + b"\r\n" + BODY), "protocol_error")
    yield case("302-folded", raw(OK + b"X-A: b\r\n c\r\n" + length + b"\r\n" + good()), "ok unchanged protocol_error")
    yield case("302-bare-lf", raw((OK + length).replace(b"\r\n", b"\n") + b"\n" + good()), "ok unchanged protocol_error")
    yield case("302-same-lengths", raw(OK + length * 2 + b"\r\n" + good()), "ok unchanged protocol_error")
    yield case("302-plus-length", raw(OK + b"Content-Length: +900\r\n\r\n" + BODY), "protocol_error")
    yield case("302-te-gzip", raw(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "protocol_error unsupported empty")
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield case("303-huge-chunk", raw(chunked + b"ffffffffffffffffff\r\n" + BODY), "truncated protocol_error too_large")
    yield case("303-minus-chunk", raw(chunked + b"-5\r\n" + BODY), "protocol_error truncated")
    trailers = chunked + b"%x\r\n" % len(good()) + good() + b"\r\n0\r\n"
    yield case("303-trailers", raw(trailers + b"X-A: b\r\n" * 50_000 + b"\r\n"), "ok unchanged protocol_error too_large")
    yield case("304-no-body-gzip", served(b"", headers={"Content-Encoding": "gzip"}), "empty truncated decode_error")
    yield case("304-gzip-rest", served(good(), headers={"Content-Encoding": "gzip;q=1"}), "unsupported decode_error")
    for number, target in enumerate(LOCATIONS):
        words = "blocked_address blocked_scheme redirect_error protocol_error http_error"
        yield case(f"305-location-{number}", redirect(target.format(canary=canary)), words)
    yield case("306-charset-twice", served(good(), "text/html; charset=utf-8; charset=utf-16"), "ok unchanged decode_error")
    yield case("306-charset-meta", served(good().replace(b"<head>", b"<head><meta charset=utf-16>")), "ok unchanged")
    yield case(
        "306-ebcdic",
        served(good().decode().encode("cp500"), "text/html; charset=cp500"),
        "ok unchanged unsupported decode_error empty suspect parse_error",
    )


def walls() -> Iterator[Case]:
    for language, (lost, consent) in WALLS.items():
        yield case(f"310-lost-{language}", wall(language, *lost), "suspect")
        yield case(f"311-consent-{language}", wall(language, *consent), "suspect")
    for name, (language, *lines) in OTHERS.items():
        yield case(f"312-{name}", wall(language, *lines), "suspect empty")


def files() -> Iterator[Case]:
    def rss(inner: str) -> bytes:
        return XML + f"<rss version='2.0'><channel><title>City</title>{inner}</channel></rss>".encode()

    entry = "<item><title>Harbour Tram</title><link>{}</link><description>News of the tram.</description></item>"
    broken = "ok unchanged parse_error unsupported empty decode_error"
    for number, body in enumerate((
        rss(entry.format("javascript:alert(1)")), rss(entry.format("file:///etc/passwd")), rss(entry.format("x" * 100_000)), rss("<item/>" * 20_000), rss("<item>" * 20_000),
        rss("<![CDATA[" + "x" * 100_000), XML + b"<rss/>", b"\0" + rss(""), rss(entry.format("//")).decode().encode("utf-16"), XML.replace(b"?>", b" encoding='bogus'?>") + rss(entry.format("/a"))[21:],
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><updated>0000-00-00</updated></entry></feed>", rss("&#0;&#xFFFFFFFF;&nope;"),
    )):  # fmt: skip
        yield case(f"320-feed-{number}", served(body, RSS), broken, kind="feed")
    days = "".join(
        f"<url><loc>http://x.example/{d}</loc><lastmod>{d}</lastmod></url>"
        for d in ("0000-00-00", "9999-99-99", "1e400", "now", "-1", "2026-02-30T25:61:00+99:99")
    )
    urlset = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"
    many = "".join(f"<url><loc>http://x.example/{n}</loc></url>" for n in range(60_000))
    for number, inner in enumerate((days, many, "<url><loc/></url>", "<url><loc>file:///etc/passwd</loc></url>", "")):
        yield case(f"321-sitemap-{number}", served(urlset.format(inner), "application/xml"), broken + " suspect", kind="sitemap")
    page = b"BT /F1 10 Tf (EUR 9.9 billion) Tj ET"
    for number, body in enumerate((
        small_pdf(page, kids=b"", count=0), small_pdf(page, count=2**31), small_pdf(page).replace(b"[0 0 600 800]", b"[0 0 1e30 1e30]"), small_pdf(page).replace(b"[0 0 600 800]", b"[0 0 0 0]"),
        small_pdf(page).replace(b"4 0 R", b"4 0 X"), b"%PDF-1.4\n", b"x" * 2000 + small_pdf(page), small_pdf(b"q " * 200_000), small_pdf(b"[" * 100_000), small_pdf(page * 20_000),
    )):  # fmt: skip
        yield case(
            f"322-pdf-{number}", served(body, "application/pdf"), "ok unchanged parse_error unsupported empty suspect too_large", kind="pdf"
        )
    text = '"The Harbour Tram runs from the harbour to the main station."'
    for number, written in enumerate((
        "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000, f'{{"a": {"9" * 100_000}, "b": {text}}}', f'{{"a": 1e99999, "b": {text}}}', f'{{"b": {text}, "b": {text}, "b": null}}', "NaN", "", "{", "null",
        f'{{"b": {text}}} trailing', json.dumps({f"k{n}": n for n in range(100_000)}), '{"b": "\\ud800"}', "\ufeff{}", f"{{'b': {text}}}",
    )):  # fmt: skip
        yield case(f"323-json-{number}", served(written, "application/json"), broken + " suspect too_large", kind="json")


def strange_cases(canary: int) -> Iterator[Case]:
    yield from answers(canary)
    yield from walls()
    yield from files()
