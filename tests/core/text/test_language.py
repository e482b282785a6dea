"""The language of a page."""

import pytest

from monitor.core.text.language import language_of

GERMAN = (
    "Die Regierung hat am Montag beschlossen, dass das Geld für den Bau der Halle nicht aus dem Haushalt kommt, und die Stadt ist mit im Boot. "
    * 3
)


@pytest.mark.parametrize(
    ("html_lang", "source", "text", "expected"),
    [
        ("de-AT", None, "", "de"),
        ("en-en", None, "", "en"),
        ("ger", None, "", "de"),
        (None, "fr", "", "fr"),
        ("en", None, GERMAN, "de"),  # a template's attribute over German text
        ("en", None, "Short text", "en"),
        (None, None, GERMAN, "de"),
        (None, None, "Il progetto è stato approvato e la sede della società sarà nella città di Torino", "it"),
        (None, None, "De nieuwe lijn wordt niet voor het einde van het jaar geopend en dat is ook te laat", "nl"),
        (None, None, "Nowa linia nie zostanie otwarta przed końcem roku i będzie to dla miasta problem oraz koszt", "pl"),
        (None, None, "A nova linha não será aberta até ao fim do ano e o custo é mais alto para as cidades", "pt"),
        (None, None, "42", "und"),
        ("", None, "", "und"),
    ],
)
def test_attribute_source_and_words_say_the_language(html_lang: str | None, source: str | None, text: str, expected: str) -> None:
    assert language_of(html_lang, source, text) == expected
