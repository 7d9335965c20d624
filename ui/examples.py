"""Questions to offer before the first one, made from whatever documents the index holds.

Proposes only; the caller asks each one and offers those that are answered. Names that occur more than once are what a
text is about often enough, and cost no model. No question is written for any particular document.
"""

import re
from collections import Counter

READ = 40_000  # characters of a document that are looked at
WORD = r"[A-Z][\w’'-]*\w"
WORDS = rf"{WORD}(?: {WORD})*"
_NAME = re.compile(rf"(?:\bthe )?\b(?:{WORDS} (?:of|for)(?: the)? {WORDS}(?: and {WORD})?|{WORD}(?: {WORD})+)")
_BEGINS = re.compile(r"(?:^|[.!?:;\n“”\"‘(>#*-])\s*$")


def candidates(text: str) -> list[str]:
    """Questions about the names in `text`, the most frequent name first, then the one that comes first."""
    counted: Counter[str] = Counter()
    for found in _NAME.finditer(text[:READ]):
        name = found[0]
        if _BEGINS.search(text[max(0, found.start() - 3) : found.start()]) and not name.startswith("the "):
            continue  # the first word may be capital only because it begins the sentence
        counted[re.sub(r"[’']s$", "", name)] += 1
    return [f"What is said about {name}?" for name, _ in counted.most_common()]
