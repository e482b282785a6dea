"""Character encodings: the bytes decide, not the server."""

import pytest

from monitor.core.readers.decode import clean, decode
from monitor.errors import FetchError

GERMAN = "<p>Für 1,5 Mrd. € entsteht in Köln ein Rechenzentrum; Öffnung im März.</p>"
POLISH = "<p>Łódź i Poznań: ośrodek będzie kosztował pięć miliardów złotych, mówi rząd w piątek.</p>"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (GERMAN.encode(), "text/html; charset=utf-8"),
        (GERMAN.encode(), "text/html; charset=iso-8859-1"),  # a lie: the bytes are UTF-8
        (GERMAN.encode("cp1252"), "text/html; charset=utf-8"),  # a lie the other way
        (GERMAN.encode("cp1252"), "text/html; charset=iso-8859-1"),  # the euro sign is windows-1252
        (GERMAN.encode("cp1252"), ""),
        (GERMAN.encode("utf-16"), "text/html"),
        (GERMAN.encode("utf-16-le"), "text/html"),  # no mark
        (GERMAN.encode("utf-16-be"), "text/html; charset=utf-8"),
        (GERMAN.encode("utf-8-sig"), "text/html; charset=utf-16"),
        (GERMAN.encode(), "text/html; charset=rot13"),
        (GERMAN.encode(), "text/html; charset=unicode_escape"),
        (GERMAN.encode(), "text/html; charset=x-no-such-thing"),
        (b'<meta charset="windows-1252">' + GERMAN.encode("cp1252"), "text/html"),
    ],
)
def test_text_is_the_same_in_every_encoding(body: bytes, media_type: str) -> None:
    assert decode(body, media_type).text.endswith(GERMAN)


def test_undeclared_polish_is_not_read_as_western() -> None:
    assert decode(POLISH.encode("iso-8859-2")).text == POLISH


def test_a_few_damaged_bytes_do_not_turn_utf8_into_something_else() -> None:
    decoded = decode(GERMAN.encode() * 20 + b"\xff<p>Ende</p>")
    assert "Köln" in decoded.text
    assert decoded.problems


def test_utf7_is_refused_when_it_is_really_used() -> None:
    with pytest.raises(FetchError, match="UTF-7"):
        decode(b"<p>+IKw-1.5 billion</p>", "text/html; charset=utf-7")


def test_binary_is_no_text() -> None:
    with pytest.raises(FetchError) as caught:
        decode(bytes(range(1, 32)) * 40)
    assert caught.value.status == "decode_error"


def test_cleaning_keeps_no_break_spaces() -> None:
    assert clean("1\xa0500\u202f000 \u200bEUR\x00\u202e") == "1\xa0500\u202f000 EUR"
