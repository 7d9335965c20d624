"""The language of a text, from its script and its function words, and the abbreviations that end no sentence.

Both are closed classes, kept here as data. Good enough to choose how sentences are cut; it tells no dialects, and calls
what it cannot tell English.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

DEFAULT = "en"
_SEEN = 2000  # characters from the beginning that decide
_LEAST = 2  # function words that a language is told by
_SHARE = 0.2  # of the signs of the likeliest language: fewer are chance, or names
_WORD = re.compile(r"[^\W\d_]+")

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that it was for on are with as at by be this from or have not which an",
        "de": "der die das und ist nicht mit von dem den ein eine im auf für zu sich des es wird werden bei nach am um"
        " er sie wir ich dann aber auch an als",
        "fr": "le la les de des et est un une du en que qui dans pour au aux il elle sur pas avec ce cette par ne sont"
        " ou",
        "es": "el la los las de es en que un una del por con para se no su al como más lo está fue",
        "it": "il lo la gli le di un una che in per del della dei con non si al da sono nel alla",
        "pt": "os as de um uma que em do da dos das no na para com não se por mais como ao",
        "nl": "de het een en van is dat op te in niet met voor zijn er aan bij ook die was naar door",
        "sv": "och att det som en är på av för med till den inte ett har de om var jag vi",
        "da": "og at det en er på af for med til den ikke et har de om var jeg vi som",
        "pl": "na się do nie że to jest jak po od za dla przez są jego",
        "tr": "ve bir bu için ile da de olarak daha çok gibi kadar olan ama en ne mi her",
        "fi": "ja on ei se että oli hän mutta ovat kun niin myös tai joka mukaan",
        "cs": "na se je že do to pro by jako od po ve",
    }.items()
}
_LANGUAGES = {
    word: tuple(language for language, words in FUNCTION_WORDS.items() if word in words)
    for word in frozenset[str]().union(*FUNCTION_WORDS.values())
}
# What stands before a name or a word, never at the end of a sentence.
TITLES = frozenset(
    """mr mrs ms messrs mm mme dr prof rev hon gen gov sen rep lt capt sgt sr sra st hr fr
    cf vgl e.g i.e z.b u.a d.h p.ex p bzw ca approx vs v viz env resp""".split()
)
# What stands before a number, a section sign or another of them.
REFERENCES = frozenset(
    """abs al anm app appx art arts bd bl ca cap ch cl col comp dept dkt doc docs ed eq eqs ex exh ff fig figs fn fol gl
    inv kap l lit n no nos nr nrn núm op p pág pags par para paras pos pp pt pts pub ref reg rn s sec secs sect ser stat
    sub subd subsec suppl tab tel tit tz u.s.c c.f.r vol vols ziff zif §""".split()
)
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
)


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language that a text is mostly written in."""
    found = languages_of(text)
    return found[0] if found else DEFAULT


def languages_of(text: str) -> tuple[str, ...]:
    """The languages that a text shows clear signs of, the likeliest first; none where it is too short to tell.

    A function word is a sign of each language that has it, shared between them.
    """
    seen = text[:_SEEN]
    weights: defaultdict[str, float] = defaultdict(float)
    for word in _WORD.findall(seen.lower()):
        for language in (known := _LANGUAGES.get(word, ())):
            weights[language] += 1 / len(known)
    for language, script in _SCRIPTS:
        if share := len(script.findall(seen)):
            weights[language] = share
            break  # Japanese writes Chinese characters too
    least = max(_LEAST, max(weights.values(), default=0) * _SHARE)
    signs = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return tuple(language for language, weight in signs if weight >= least)
