"""Mentions, opposites and question words: the little knowledge of English that the rules in `negatives` lean on.

Rules only, no model: names are runs of capitalised words, numbers are digits; both err, and the rules tolerate it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from training.data.text import Span

_PAIRS = """
most least|more less|more fewer|first last|largest smallest|larger smaller|biggest smallest|highest lowest|
higher lower|high low|large small|big little|long short|longest shortest|oldest youngest|older younger|old new|
earliest latest|earlier later|early late|before after|increase decrease|increased decreased|
increasing decreasing|north south|northern southern|east west|eastern western|best worst|better worse|
strong weak|stronger weaker|majority minority|maximum minimum|major minor|inside outside|above below|over under|
begin end|began ended|beginning end|start finish|started stopped|start stop|opened closed|open close|won lost|
win lose|accepted rejected|allowed forbidden|allow forbid|male female|men women|man woman|boys girls|
father mother|son daughter|brother sister|king queen|husband wife|positive negative|public private|rich poor|
legal illegal|formal informal|direct indirect|common rare|internal external|internally externally|
domestic foreign|ancient modern|primary secondary|upper lower|front back|left right|success failure|
successful unsuccessful|support oppose|supported opposed|supporters opponents|friend enemy|allies enemies|
advantage disadvantage|advantages disadvantages|benefit harm|gain loss|gained lost|rise fall|rose fell|
added removed|add remove|arrived left|arrive leave|joined left|join leave|entered left|enter leave|bought sold|
buy sell|created destroyed|create destroy|built demolished|build destroy|appointed dismissed|elected defeated|
same different|similar different|safe dangerous|hot cold|warm cool|wet dry|fast slow|faster slower|
easy difficult|true false|victory defeat|winner loser|attack defend|attacked defended|advance retreat|
north-east south-west|hard soft|light dark|heavy light|wide narrow|deep shallow|deepest shallowest|
tallest shortest|taller shorter|cheap expensive|urban rural|include exclude|includes excludes|included excluded|
agree disagree|agreed disagreed|like dislike|liked disliked|love hate|loved hated|permanent temporary|
responsible irresponsible|able unable|known unknown|popular unpopular|possible impossible|approved rejected|
passed failed|pass fail|present absent|natural artificial|active inactive|increase reduce|increased reduced|
raise lower|raised lowered|expand shrink|expanded shrank|improve worsen|improved worsened|encourage discourage|
encouraged discouraged|promote prevent|cause prevent|caused prevented|protect harm|hired fired|
employer employee|teacher student|buyer seller|parent child|parents children|summer winter|day night|
morning evening|
"""
OPPOSITES: dict[str, list[str]] = {}
for _pair in _PAIRS.replace("\n", "").split("|"):
    if _pair:
        _a, _b = _pair.split()
        OPPOSITES.setdefault(_a, []).append(_b)
        OPPOSITES.setdefault(_b, []).append(_a)

NAME = re.compile(
    r"(?<![\w.])(?:[A-Z][\w’'&-]*[\w]|[A-Z]\.)(?:\s(?:of\s(?:the\s)?|the\s|de\s|van\s|von\s)?(?:[A-Z][\w’'&-]*\w|[A-Z]\.))*"
)
NUMBER = re.compile(r"(?<![\w.,])[$£€]?\d[\d,]*(?:\.\d+)?(?:%|st|nd|rd|th)?(?!\w)")
YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")
PLACE_BEFORE = re.compile(r"\b(?:in|at|from|near|to|across|throughout)\s(?:the\s)?$")
MONTHS = set("January February March April May June July August September October November December".split())
WEEKDAYS = set("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
NOT_NAMES = set(
    """A According After All Also Although Among An And Approximately Are Around As At Based Because Before Between
    Both Bought But By Can Could Despite Did Do Does During Each Even Every First Following For From Good Great
    Having He Her Here His How However I If In Is It Its Just Like Love Many Most My No Not Of On Once One Only Or
    Other Our Over Please She Since So Some Such That The Their Then There These They This Those Three Through
    Thus To Today Two Under Until Upon Use Very Was We Were What When Where Which While Who Whose Why With Within
    Without Yes You Your""".split()
)
AUXILIARIES = set("is are was were did does do can could will would has have had should may might must".split())
WH = ("who", "what", "when", "where", "why", "how", "which", "whose", "whom")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, a year or another number, where it stands in its text."""

    span: Span
    text: str
    kind: str


def mentions(text: str) -> list[Mention]:
    """Names (`place` after a locative preposition, else `name`), years, months, weekdays and numbers, in order."""
    found = [_number(match) for match in NUMBER.finditer(text)]
    for match in NAME.finditer(text):
        mention = _name(text, match)
        if mention is not None:
            found.append(mention)
    return sorted(found, key=lambda m: m.span.start)


def _number(match: re.Match[str]) -> Mention:
    kind = "year" if YEAR.fullmatch(match.group()) else "number"
    return Mention(Span(*match.span()), match.group(), kind)


def _name(text: str, match: re.Match[str]) -> Mention | None:
    start, words = match.start(), match.group().split()
    while words and words[0] in NOT_NAMES:
        start += len(words.pop(0)) + 1
    name = text[start : match.end()]
    if not words or len(name) < 2:
        return None
    if name in MONTHS or name in WEEKDAYS:
        return Mention(Span(start, match.end()), name, "month" if name in MONTHS else "weekday")
    if len(words) == 1 and sentence_start(text, start) and text.count(name) < 2:
        return None
    kind = "place" if PLACE_BEFORE.search(text[max(0, start - 20) : start]) else "name"
    return Mention(Span(start, match.end()), name, kind)


def sentence_start(text: str, position: int) -> bool:
    """Whether a sentence begins there, so that a capital letter says nothing."""
    before = text[:position].rstrip(" \"'“‘([")
    return not before or before[-1] in ".!?:\n"


def pool(texts: Iterable[str]) -> dict[str, list[str]]:
    """Distinct mention texts by kind, sorted."""
    kinds: dict[str, set[str]] = {}
    for text in texts:
        for mention in mentions(text):
            kinds.setdefault(mention.kind, set()).add(mention.text)
    return {kind: sorted(values) for kind, values in sorted(kinds.items())}
