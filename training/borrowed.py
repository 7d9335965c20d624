"""Questions of other articles, asked of a name in this passage, which does not say.

Rules exchange what a question names; people who write unanswerable questions as often ask something else of the same
name. A question of another article with one name in it is a pattern for such: `When was … educated?`
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from training import edits
from training.data import Reading
from training.lexicon import AUXILIARIES, WH, Mention, mentions
from training.text import Edit, Passage, Span, apply, occurrences, sentences

KIND = "question-borrowed"
LOOKED_AT = 40  # patterns drawn, of which the one with the most words of the passage is asked
Sort = tuple[str, bool, bool]  # of a name: its kind, whether `the` stands before it, whether it is more than one word
MOST_WORDS = 4  # of four letters or more that a pattern asks with, beside the name: more are about their own article
_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A question of an article, where its one name stands in it, and the words that it asks with."""

    group: str
    question: str
    name: Span
    words: frozenset[str]

    def about(self, name: str) -> str:
        """The question, asked of another name."""
        return apply(Passage(self.question), [Edit(self.name, name)]).text


def patterns(rows: Iterable[Reading]) -> dict[Sort, list[Pattern]]:
    """The questions that speak of one name and of nothing else by name or number, by the name's sort."""
    found: dict[Sort, list[Pattern]] = {}
    for row in rows:
        named = mentions(row.question)
        if len(named) != 1 or not _is_name(named[0]):
            continue
        words = _words(row.question) - _words(named[0].text)
        if 0 < len(words) <= MOST_WORDS:
            pattern = Pattern(row.group, row.question, named[0].span, words)
            found.setdefault(_sort(row.question, named[0]), []).append(pattern)
    return found


def borrowed(row: Reading, asked: Mapping[Sort, Sequence[Pattern]], rng: Random) -> Reading | None:
    """The row's passage and a question of another article about one of its names, the gold sentence's if it has any."""
    text, gold = row.passage.text, edits.gold_sentence(row.passage)
    named = [mention for mention in mentions(text) if _is_name(mention) and _sort(text, mention) in asked]
    if gold is not None:
        named = [mention for mention in named if mention.span.overlaps(sentences(text)[gold])] or named
    if not named:
        return None
    name, there = rng.choice(named), _words(text)
    drawn = [rng.choice(asked[_sort(text, name)]) for _ in range(LOOKED_AT)]
    strange = [one for one in drawn if one.group != row.group and not occurrences(one.question, name.text)]
    if not strange:
        return None
    best = max(strange, key=lambda one: len(one.words & there))
    return edits.without_answer(row, best.about(name.text), text, KIND)


def _is_name(mention: Mention) -> bool:
    return mention.kind in ("name", "place") and not mention.text.endswith(("'s", "’s"))


def _sort(text: str, name: Mention) -> Sort:
    return name.kind, text[: name.span.start].lower().endswith("the "), " " in name.text


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - AUXILIARIES - frozenset(WH)
