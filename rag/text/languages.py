"""Whether a question is in another language than the documents, by py3langid (a naive Bayes model over byte n-grams).

Asked only before a refusal: the model takes half a second to load, and few words can be told wrongly.
"""

from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

from rag.text.english.tokens import words

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
}
LEAST_WORDS = 3
# By how much the logarithm of one language's likelihood must exceed the other's. Of 1,147 English questions none is
# taken for another language, of 12 German, French, Spanish, Italian and Dutch ones all are told.
SURE = 10.0


def mismatch(question: str, text: str) -> tuple[str, str] | None:
    """The names of the question's language and of the text's, where they surely differ; else None."""
    if len(words(question)) < LEAST_WORDS:
        return None
    asked, written = _scores(question), _scores(text)
    theirs, ours = (
        max(written, key=lambda code: (written[code], code)),
        max(asked, key=lambda code: (asked[code], code)),
    )
    if asked[ours] - asked[theirs] < SURE:
        return None
    return LANGUAGES[ours], LANGUAGES[theirs]


def _scores(text: str) -> dict[str, float]:
    """For each language the logarithm of how likely it is, less a constant."""
    return {code: float(score) for code, score in _identifier().rank(text)}


class _Identifier(Protocol):
    def rank(self, text: str) -> Sequence[tuple[str, float]]: ...


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return cast(_Identifier, identifier)
