"""Pages that are not the page."""

import pytest

from monitor.core.suspect import Doubt, Usual, doubt, usual_of
from tests.core.readers.pages import read_html

ARTICLE = (
    "<h1>Line 4 opens in 2027</h1><p>The ministry said on Monday that the new metro line between the harbour and the airport costs EUR 1.5 billion and "
    "opens in March 2027. Fifteen stations are being built by three contractors; the tunnel under the river is finished.</p>"
)


def look(markup: str, language: str = "en", usual: Usual | None = None) -> Doubt | None:
    return doubt(read_html(f"<html lang={language}>{markup}"), 200, usual)


@pytest.mark.parametrize(
    ("language", "markup"),
    [
        ("en", "<title>404</title><h1>Not found</h1><p>The page you asked for does not exist.</p>"),
        ("en", "<nav>Home</nav><h1>Oh no!</h1><p>Sorry, the page you are looking for does not exist. Try the search.</p>"),
        ("de", "<h1>Hoppla!</h1><p>Die von Ihnen gesuchte Seite wurde leider nicht gefunden. Bitte prüfen Sie die Adresse.</p>"),
        ("fr", "<h1>Erreur 404</h1><p>La page que vous recherchez n’existe plus.</p>"),
        ("es", "<h1>Página no encontrada</h1><p>Lo sentimos.</p>"),
        ("it", "<h1>Pagina non trovata</h1><p>Torna alla pagina iniziale.</p>"),
        ("pl", "<h1>Błąd</h1><p>Przepraszamy, strona nie istnieje lub została przeniesiona.</p>"),
        ("pt", "<h1>Ups</h1><p>A página que procura não foi encontrada. Volte à página inicial.</p>"),
        ("nl", "<h1>Pagina niet gevonden</h1><p>De pagina die u zoekt bestaat niet meer.</p>"),
        ("en", "<h1>Internal Server Error</h1><p>The server could not complete your request.</p>"),
        ("en", "<h1>Oops!</h1><p>Something went wrong. Please try again later.</p>"),
        ("en", "<title>Just a moment...</title><h1>metro.example</h1><p>Verifying you are human. This may take a few seconds.</p>"),
        ("en", "<h1>Access to this page has been denied</h1><p>Please verify you are human. Press and hold.</p>"),
        ("en", "<h2>We value your privacy</h2><p>We and our 842 partners use cookies and process personal data. Accept all or manage preferences.</p>"),
        ("de", "<h2>Ihre Privatsphäre ist uns wichtig</h2><p>Wir und unsere Partner nutzen Cookies für personalisierte Werbung. Einwilligung jederzeit widerrufbar.</p>"),
        ("en", "<h1>Sign in</h1><form><label>Username</label><input><label>Password</label><a>Forgot your password?</a></form>"),
        ("es", "<h1>Acceso</h1><form><label>Usuario</label><label>Contraseña</label><a>¿Olvidó su contraseña?</a></form>"),
        ("en", "<h1>Tunnel late again</h1><p>It will not open in 2027, he said.</p><p>This article is for subscribers. To continue reading, subscribe now.</p>"),
        ("it", "<h1>Sito in manutenzione</h1><p>Torneremo presto online.</p>"),
        ("en", "<h1>Unavailable</h1><p>This content is not available in your region for legal reasons.</p>"),
        ("en", "<h1>metro.example</h1><p>This domain is for sale. Buy this domain. Sponsored listings.</p>"),
        ("en", "<h1>Welcome to nginx!</h1><p>If you see this page, the web server is working. Further configuration is required.</p>"),
        ("en", "<h1>Metro</h1><p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>"),
        ("en", "<title>403 Forbidden</title><h1>Forbidden</h1><p>You don't have permission to access this resource.</p>"),
    ],
)  # fmt: skip
def test_walls_and_error_pages_are_suspect(language: str, markup: str) -> None:
    found = look(markup, language)
    assert found is not None
    assert found.status == "suspect"


@pytest.mark.parametrize(
    "markup",
    ["", "<nav><a href=/>Home</a></nav><footer>Imprint</footer>", "<div id=root></div><noscript>Please enable JavaScript.</noscript>"],
)
def test_pages_without_text_are_empty(markup: str) -> None:
    found = look(markup)
    assert found is not None
    assert (found.status, found.browser) == ("empty", True)


@pytest.mark.parametrize(
    "markup",
    [
        ARTICLE,
        f"<nav><a>Log in</a><a>Password</a></nav>{ARTICLE}<div class=cookie-banner>We use cookies. Accept all. Manage preferences. Your privacy.</div>",
        "<h1>Wreck not found after three weeks</h1><p>The search ended on 3 May 2026. The ship could not be found; it cost 4 million euros.</p>",
        "<h1>Tunnel stays closed for maintenance</h1><p>Planned maintenance costs 12 million euros. The tunnel reopens in March 2027.</p>",
        "<h1>EU fines cookie consent firm EUR 250 000</h1><p>Cookies were set before consent, it said. The firm has 30 days to appeal.</p>",
        "<h1>Project cancelled</h1><p>The ministry has cancelled the project. The site is no longer available for the factory, it said.</p>",
        "<h1>Status</h1><dl><dt>Budget<dd>EUR 5 million<dt>Opening<dd>2027</dl>",
        "<h1>Sites</h1><ul><li>Bologna<li>Athens<li>Kajaani</ul>",
    ],
)
def test_articles_are_not_doubted(markup: str) -> None:
    assert look(markup) is None


def test_another_article_under_the_same_address_is_suspect() -> None:
    usual = usual_of(read_html(ARTICLE))
    other = "<h1>Hospital wing approved</h1><p>Regional councillors voted yesterday evening to extend the children's clinic with forty beds, two operating theatres, and gardens; nurses welcomed it.</p>"
    found = look(other, usual=usual)
    assert found is not None
    assert "another page" in found.reason


def test_updated_article_is_the_same_article() -> None:
    updated = ARTICLE.replace("1.5 billion", "1.8 billion").replace("March 2027", "May 2029").replace("in 2027", "two years later")
    assert look(updated, usual=usual_of(read_html(ARTICLE))) is None


def test_halved_text_is_suspect_unless_the_facts_are_kept() -> None:
    page = read_html(ARTICLE)
    usual = Usual(page.title, 400, 6, usual_of(page).words)
    found = doubt(page, 200, usual, fact_count=1)
    assert found is not None
    assert "words" in found.reason
    assert doubt(page, 200, usual, fact_count=6) is None
