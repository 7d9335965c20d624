"""Rows as people and documents have them: questions typed in haste, passages of any length, context in front.

A question keeps its meaning and a passage its answer; what makes a row unanswerable is `training.negatives`' work.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from training.data.development import Reading
from training.data.sources import title_of
from training.data.text import Edit, Passage, Span, sentences

STOP_WORDS = frozenset(
    "a an the of to in on at for from by with and or as is are was were be been being do does did has have had what "
    "which who whom whose when where why how that this these those it its their his her he she they them there than "
    "then into about can could would should will may might much many".split()
)
TELLING = frozenset("how why when who where before after first last most least under over".split())  # may stay
REQUESTS = (
    "Can you tell me {}",
    "I'd like to know {}",
    "Do you know {}",
    "Please tell me {}",
    "Quick question: {}",
    "{} Thanks",
    "I need to find out {}",
)
SHORT_FORMS = {"is": "'s", "are": "'re", "has": "'s"}
LIMITS = (0, 45, 70, 90, 120, 200)  # words of a cropped passage; 0 is the answer's sentence alone
WHOLE = 230  # words of the longest passage that is left whole
TITLED = 0.3  # share of rows that get their title in front, as a document's heading path


def content_stems(text: str) -> set[str]:
    """The first six letters of each word that is no stop word."""
    return {word.lower()[:6] for word in re.findall(r"[A-Za-z0-9']+", text)} - STOP_WORDS


def as_typed(row: Reading, rng: Random, *, keywords: bool = True) -> Reading:
    """The row, in two of five cases with its question as someone may type it."""
    roll = rng.random()
    question = row.question
    if roll < 0.12:
        question = question.lower().rstrip("? .")
    elif roll < 0.22:
        question = _keywords(question, rng) if keywords else question
    elif roll < 0.27:
        question = _mistyped(question, rng)
    elif roll < 0.32:
        question = rng.choice(REQUESTS).format(_inside(question))
    elif roll < 0.37:
        question = re.sub(r"^(What|Who|Where|When|How) (is|are|has)\b", _short_form, question)
    elif roll < 0.40:
        question = question.rstrip("?")
    return replace(row, question=question)


def _short_form(match: re.Match[str]) -> str:
    return f"{match[1]}{SHORT_FORMS[match[2]]}"


def _inside(question: str) -> str:
    first = question.split(maxsplit=1)[0].lower() if question else ""
    return question[:1].lower() + question[1:] if first in STOP_WORDS else question


def _keywords(question: str, rng: Random) -> str:
    words = re.findall(r"[\w'’.-]+", question.rstrip("?. "))
    kept = [w for w in words if w.lower() not in STOP_WORDS or (w.lower() in TELLING and rng.random() < 0.5)]
    if len(words) < 5 or len(kept) < 2:
        return question
    return " ".join(kept).lower() if rng.random() < 0.7 else " ".join(kept)


def _mistyped(question: str, rng: Random) -> str:
    words = list(re.finditer(r"[A-Za-z]{4,}", question))
    if not words:
        return question
    word = rng.choice(words)
    place = rng.randrange(word.start() + 1, word.end() - 1)
    here, after = question[place], question[place + 1]
    typed = rng.choice([after + here, after, here + here + after])  # swapped, left out, doubled
    return f"{question[:place]}{typed}{question[place + 2 :]}"


def cropped(row: Reading, rng: Random) -> Reading:
    """The row with some whole sentences around its answer, or around what is most like its question."""
    text, spans = row.passage.text, sentences(row.passage.text)
    words = len(text.split())
    whole = words <= WHOLE and rng.random() < (0.5 if words < 160 else 0.35)
    if len(spans) < 2 or whole:
        return row
    first, last = _core(row, spans, rng)
    limit = rng.choice(LIMITS) if rng.random() < 0.9 else WHOLE
    while len(text[spans[first].start : spans[last].end].split()) < limit and last - first + 1 < len(spans):
        if last == len(spans) - 1 or (first > 0 and rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    return part(row, Span(spans[first].start, spans[last].end))


def _core(row: Reading, spans: Sequence[Span], rng: Random) -> tuple[int, int]:
    """The first and the last sentence that must stay."""
    if row.spans:
        touched = [place for place, span in enumerate(spans) if any(span.overlaps(one) for one in row.spans)]
        return touched[0], touched[-1]
    asked = content_stems(row.question)
    shares = [len(asked & content_stems(row.passage.text[span.start : span.end])) for span in spans]
    best = max(range(len(spans)), key=lambda place: (shares[place], rng.random()))
    return best, best


def part(row: Reading, kept: Span) -> Reading:
    """The row with part of its passage, and the right spans in it; as it is when none of them is."""
    spans = [span.shifted(-kept.start) for span in row.spans if kept.start <= span.start and span.end <= kept.end]
    if row.spans and not spans:
        return row
    return _with(row, row.passage.text[kept.start : kept.end], spans)


def behind(row: Reading, context: Sequence[str]) -> Reading:
    """The row with context in front of its passage, in the form that the product's reader gives it."""
    head = f"{' › '.join(context)}: "
    return _with(row, head + row.passage.text, [span.shifted(len(head)) for span in row.spans])


def titled(row: Reading, rng: Random) -> Reading:
    """The row, sometimes behind the title of its article; those in lower case stay as they are."""
    title = title_of(row).replace("_", " ")
    return row if row.kind == "lowercased" or rng.random() >= TITLED else behind(row, [title])


def without(row: Reading, removed: Sequence[Span]) -> str:
    """The passage's text without some sentences."""
    edits = [Edit(span, "") for span in removed]
    text, position, pieces = row.passage.text, 0, []
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        pieces.append(text[position : edit.span.start].strip())
        position = edit.span.end
    return " ".join(piece for piece in [*pieces, text[position:].strip()] if piece)


def _with(row: Reading, text: str, spans: Sequence[Span]) -> Reading:
    return replace(row, passage=Passage(text, spans[0] if spans else None), others=tuple(spans[1:]))
