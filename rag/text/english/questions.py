"""What a question's wording tells: which questions are in it, and what would contradict it.

Rules of English over words, with no model and no document in sight; each errs.
"""

import re
from functools import cache

from rag.text.english.tokens import words

_OPPOSITES = """
    most/least more/less more/fewer first/last largest/smallest larger/smaller biggest/smallest highest/lowest
    higher/lower high/low large/small big/little long/short longest/shortest oldest/youngest older/younger old/new
    earliest/latest earlier/later early/late before/after increase/decrease increased/decreased rise/fall rose/fell
    north/south northern/southern east/west eastern/western best/worst better/worse strong/weak stronger/weaker
    majority/minority maximum/minimum major/minor inside/outside above/below over/under begin/end began/ended start/end
    start/finish started/stopped opened/closed won/lost win/lose accepted/rejected allowed/forbidden allowed/banned
    male/female men/women positive/negative public/private rich/poor legal/illegal formal/informal direct/indirect
    common/rare internal/external domestic/foreign ancient/modern primary/secondary upper/lower success/failure
    support/oppose supported/opposed supporters/opponents friend/enemy allies/enemies advantage/disadvantage
    benefit/harm gain/loss gained/lost added/removed arrived/left joined/left bought/sold buy/sell created/destroyed
    built/demolished appointed/dismissed hired/fired same/different similar/different safe/dangerous hot/cold warm/cool
    fast/slow faster/slower easy/difficult true/false victory/defeat attack/defend attacked/defended include/exclude
    agree/disagree agreed/disagreed permanent/temporary known/unknown popular/unpopular possible/impossible
    approved/rejected passed/failed natural/artificial active/inactive raised/lowered expanded/shrank
    improved/worsened encouraged/discouraged caused/prevented confirmed/denied admitted/denied secret/public
"""
_QUESTION_WORD = r"(?:who|whom|whose|what|when|where|why|how|which)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
_SECOND_PART = re.compile(
    rf"(?:\?\s+|[,;]?\s+and\s+(?:also\s+)?|[;,]\s+)(?=(?:(?:in|at|on|for|by|to|from|with|of)\s+)?{_QUESTION_WORD}\b)",
    re.IGNORECASE,
)
_SHORTEST_PART = 4  # words; `in which city and in what year was he born` is one question
_ASKS = re.compile(rf"\b{_QUESTION_WORD}\b|^{_AUXILIARY}\b", re.IGNORECASE)


@cache
def opposites() -> dict[str, frozenset[str]]:
    """For a word those that say the opposite of it."""
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        one, other = pair.split("/")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def parts(question: str) -> list[str]:
    """The questions in a question: `When did it end, and who won?` has two. One that cannot be cut is its own part."""
    pieces = [piece.strip(" ?,;") for piece in _SECOND_PART.split(question.strip())]
    pieces = [piece for piece in pieces if piece]
    whole = [_ASKS.search(piece) and len(words(piece)) >= _SHORTEST_PART for piece in pieces]
    if len(pieces) < 2 or not all(whole):
        return [question]
    return [f"{piece}?" for piece in pieces]


def turned(question: str, sentence: str) -> bool:
    """Whether the sentence has the opposite of a word of the question, and not the word itself."""
    asked, there = set(words(question)), set(words(sentence))
    return any(there & opposites()[word] and word not in there for word in asked if word in opposites())
