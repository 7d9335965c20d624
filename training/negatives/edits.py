"""One-change rewrites of a question or a passage, and the checks that a rewrite means what its label will say.

Every rewrite that makes a question unanswerable has a counterpart that leaves it answerable, made by the same edit, so
that the edit's traces tell the model nothing. Callers choose which; see `negatives`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from training.data.development import Reading
from training.data.text import Edit, Passage, Span, apply, cut, occurrences, sentences, substitute
from training.negatives.lexicon import AUXILIARIES, MONTHS, OPPOSITES, WEEKDAYS, WH, Mention, mentions

Pool = dict[str, list[str]]
Rewrite = Callable[[Reading, Pool, Random], Reading | None]
PLAIN_WORD = re.compile(r"(?<![\w’'-])[a-z]{5,}(?![\w’'-])")
ENDINGS = tuple("ing ed ly tion tions ments ment ity ies ous ive al ic ers er es s".split())


def gold_sentence(passage: Passage) -> int | None:
    """The index of the sentence in which the answer starts."""
    if passage.answer is None:
        return None
    for index, span in enumerate(sentences(passage.text)):
        if span.start <= passage.answer.start < span.end:
            return index
    return None


def without_answer(reading: Reading, question: str, text: str, kind: str) -> Reading:
    """The unanswerable row made from `reading`."""
    return replace(reading, question=question, passage=Passage(text), kind=kind, golds=())


def states(text: str, answer: str) -> bool:
    """Whether the answer's words stand in `text`, whatever the case."""
    return bool(occurrences(text, answer.strip(" .,;\"'"))) if answer.strip(" .,;\"'") else True


def other_value(mention: Mention, candidates: Pool, avoid: str, rng: Random) -> str | None:
    """A value of the same kind that `avoid` does not state; numbers move, calendar words change."""
    if mention.kind in ("year", "number"):
        return _other_number(mention, rng)
    names = {"month": MONTHS, "weekday": WEEKDAYS}.get(mention.kind)
    values = sorted(names) if names else candidates.get(mention.kind, [])
    similar = [v for v in values if v.lower() not in avoid.lower() and not _shares_word(v, mention.text)]
    alike = [v for v in similar if len(v.split()) == len(mention.text.split())]
    return rng.choice(alike or similar) if similar else None


def _shares_word(one: str, two: str) -> bool:
    return bool(set(one.lower().split()) & set(two.lower().split()))


def _other_number(mention: Mention, rng: Random) -> str | None:
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", mention.text)
    if digits is None or len(digits.group()) > 12:
        return None
    value = float(digits.group().replace(",", ""))
    if mention.kind == "year":
        changed = value + rng.choice([-1, 1]) * rng.choice([1, 2, 3, 5, 10, 20, 100])
    else:
        changed = value + rng.choice([-1, 1]) * max(1, round(value * rng.choice([0.05, 0.1, 0.3, 0.5])))
    if changed <= 0 or changed == value:
        changed = value + 1
    plain = f"{changed:,.0f}" if "," in digits.group() else f"{changed:g}" if value < 1e6 else f"{changed:.0f}"
    return mention.text.replace(digits.group(), plain)


def shared_mentions(reading: Reading) -> list[Mention]:
    """Mentions of the question that the passage also has, away from the answer's own words."""
    answer = reading.passage.answer_text.lower()
    return [
        m
        for m in mentions(reading.question)
        if occurrences(reading.passage.text, m.text) and m.text.lower() not in answer and answer not in m.text.lower()
    ]


def swap_in_question(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The question asked of another name or number; half the time of one that the passage speaks of elsewhere."""
    shared = shared_mentions(reading)
    if not shared:
        return None
    mention = rng.choice(shared)
    local = _elsewhere(reading, mention)
    if local and rng.random() < 0.6:
        value: str | None = rng.choice(local)
    else:
        value = other_value(mention, candidates, reading.passage.text + reading.question, rng)
    if value is None:
        return None
    question = apply(Passage(reading.question), [Edit(mention.span, value)]).text
    return without_answer(reading, question, reading.passage.text, "question-entity")


def _elsewhere(reading: Reading, mention: Mention) -> list[str]:
    gold = gold_sentence(reading.passage)
    spans = sentences(reading.passage.text)
    text = " ".join(reading.passage.text[s.start : s.end] for i, s in enumerate(spans) if i != gold)
    gold_text = reading.passage.text[spans[gold].start : spans[gold].end] if gold is not None else ""
    same = {"name", "place"} if mention.kind in {"name", "place"} else {mention.kind}
    found = {m.text for m in mentions(text) if m.kind in same}
    taken = (gold_text + reading.question + reading.passage.answer_text).lower()
    return sorted(v for v in found if v.lower() not in taken and not _shares_word(v, mention.text))


def swap_in_passage(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The passage about another name or number than the question asks of; the question stays as a person wrote it."""
    shared = shared_mentions(reading)
    if not shared:
        return None
    mention = rng.choice(shared)
    value = other_value(mention, candidates, reading.passage.text + reading.question, rng)
    changed = substitute(Passage(reading.passage.text), mention.text, value) if value else None
    return without_answer(reading, reading.question, changed.text, "passage-entity") if changed else None


def swap_in_both(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The same name or number replaced in question and passage: as answerable as before."""
    shared = shared_mentions(reading)
    if not shared:
        return None
    mention = rng.choice(shared)
    value = other_value(mention, candidates, reading.passage.text + reading.question, rng)
    changed = substitute(reading.passage, mention.text, value) if value else None
    if changed is None or value is None:
        return None
    question = apply(Passage(reading.question), [Edit(mention.span, value)]).text
    return replace(reading, question=question, passage=changed, kind="both-entity")


def swap_elsewhere(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """A name or number replaced that neither the question nor the answer speaks of: as answerable as before."""
    taken = (reading.question + " " + reading.passage.answer_text).lower()
    free = [m for m in mentions(reading.passage.text) if m.text.lower() not in taken]
    if not free:
        return None
    mention = rng.choice(free)
    value = other_value(mention, candidates, reading.passage.text + reading.question, rng)
    changed = substitute(reading.passage, mention.text, value) if value else None
    return replace(reading, passage=changed, kind="elsewhere-entity") if changed else None


def drop_gold(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The passage without the sentence that answers, nor any other that states the answer's words."""
    spans, gold = sentences(reading.passage.text), gold_sentence(reading.passage)
    answer = reading.passage.answer_text
    gone = [s for i, s in enumerate(spans) if i == gold or states(reading.passage.text[s.start : s.end], answer)]
    if gold is None or len(spans) - len(gone) < 1:
        return None
    text = cut(Passage(reading.passage.text), gone).text.strip()
    return without_answer(reading, reading.question, text, "deleted") if len(text) > 60 else None


def drop_other(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The passage without one sentence that does not answer: as answerable as before."""
    spans, gold = sentences(reading.passage.text), gold_sentence(reading.passage)
    answer = reading.passage.answer
    free = [s for i, s in enumerate(spans) if i != gold and answer and not s.overlaps(answer)]
    if not free:
        return None
    return replace(reading, passage=cut(reading.passage, [rng.choice(free)]), kind="cut")


def opposite_in_question(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The question with one word turned into its opposite."""
    words = [w for w in re.finditer(r"[A-Za-z-]+", reading.question) if w.group().lower() in OPPOSITES]
    if not words:
        return None
    word = rng.choice(words)
    turned = rng.choice(OPPOSITES[word.group().lower()])
    question = apply(Passage(reading.question), [Edit(Span(*word.span()), turned)]).text
    return without_answer(reading, question, reading.passage.text, "question-opposite")


def opposite_in_passage(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The gold sentence with a word that the question uses turned into its opposite."""
    changed = _turn_gold(reading, rng, shared=True)
    return without_answer(reading, reading.question, changed.text, "passage-opposite") if changed else None


def opposite_elsewhere(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """Another sentence's word turned into its opposite: as answerable as before."""
    changed = _turn_gold(reading, rng, shared=False)
    return replace(reading, passage=changed, kind="elsewhere-opposite") if changed else None


def _turn_gold(reading: Reading, rng: Random, *, shared: bool) -> Passage | None:
    spans, gold = sentences(reading.passage.text), gold_sentence(reading.passage)
    asked = set(re.findall(r"[a-z-]+", reading.question.lower()))
    edits = []
    for index, span in enumerate(spans):
        for word in re.finditer(r"[a-z-]+", reading.passage.text[span.start : span.end]):
            where = Span(*word.span()).shifted(span.start)
            clear = reading.passage.answer is None or not where.overlaps(reading.passage.answer)
            if word.group() in OPPOSITES and clear and (index == gold, word.group() in asked) == (shared, shared):
                edits.append(Edit(where, rng.choice(OPPOSITES[word.group()])))
    return apply(reading.passage, [rng.choice(edits)]) if edits else None


def swap_word_in_question(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """A plain word of the question exchanged for another that the passage has elsewhere, of the same ending."""
    chosen = _words_to_swap(reading, rng)
    if chosen is None:
        return None
    word, other = chosen
    changed = substitute(Passage(reading.question), word, other)
    return without_answer(reading, changed.text, reading.passage.text, "question-word") if changed else None


def swap_word_in_both(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The same two words, exchanged throughout the passage, and in the question: as answerable as before."""
    chosen = _words_to_swap(reading, rng)
    if chosen is None:
        return None
    word, other = chosen
    answer = reading.passage.answer
    turns = [
        Edit(span, new)
        for old, new in ((word, other), (other, word))
        for span in occurrences(reading.passage.text, old)
    ]
    question = substitute(Passage(reading.question), word, other)
    if question is None or (answer and any(turn.span.overlaps(answer) for turn in turns)):
        return None
    return replace(reading, question=question.text, passage=apply(reading.passage, turns), kind="both-word")


def _words_to_swap(reading: Reading, rng: Random) -> tuple[str, str] | None:
    """A plain word that question and passage share, and one that stands only in sentences that do not answer."""
    spans, gold = sentences(reading.passage.text), gold_sentence(reading.passage)
    if gold is None:
        return None
    there = set(PLAIN_WORD.findall(reading.passage.text))
    taken = f"{reading.question} {reading.passage.text[spans[gold].start : spans[gold].end]}".lower()
    shared = sorted(set(PLAIN_WORD.findall(reading.question)) & there)
    free = sorted(word for word in there if word not in taken and word[:4] not in taken)
    pairs = [(word, other) for word in shared for other in free if _ending(word) == _ending(other)]
    return rng.choice(pairs) if pairs else None


def _ending(word: str) -> str:
    return next((ending for ending in ENDINGS if word.endswith(ending)), "")


def negate_question(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """The question with `not` (or `never`) behind its first auxiliary's subject-free place."""
    match = re.search(r"\b(is|are|was|were|did|does|do|can|could|will|would|has|have|had)\b", reading.question)
    if match is None or match.start() == 0:
        return None
    short = {"is", "are", "was", "were", "did", "does", "do", "could", "would", "has", "have", "had"}
    after = "n't" if match.group() in short and rng.random() < 0.6 else rng.choice([" not", " never", " not"])
    question = reading.question[: match.end()] + after + reading.question[match.end() :]
    return without_answer(reading, question, reading.passage.text, "question-negation")


def swap_wh(reading: Reading, candidates: Pool, rng: Random) -> Reading | None:
    """`When did` asked as `Where did`, `Why did`…: a thing of another kind, which the gold sentence does not give."""
    match = re.match(r"(when|where|why|who)\s+(\w+)\b", reading.question, re.IGNORECASE)
    if match is None or match.group(2).lower() not in AUXILIARIES:
        return None
    word = match.group(1).lower()
    if word == "who":
        return None
    other = rng.choice([w for w in ("When", "Where", "Why", "How") if w.lower() != word])
    if _might_answer(other, reading):
        return None
    question = other + reading.question[match.end(1) :]
    return without_answer(reading, question, reading.passage.text, "question-kind")


def _might_answer(word: str, reading: Reading) -> bool:
    gold = gold_sentence(reading.passage)
    if gold is None:
        return True
    span = sentences(reading.passage.text)[gold]
    text = reading.passage.text[span.start : span.end]
    kinds = {m.kind for m in mentions(text)}
    if word == "When":
        return bool(kinds & {"year", "month", "weekday"})
    if word == "Where":
        return "place" in kinds
    return bool(re.search(r"\b(?:because|due|to|since|as|by|for|with|so|through|after)\b", text)) and word in (
        "Why",
        "How",
    )


def is_question(text: str) -> bool:
    """Whether a text starts as questions do."""
    words = text.lower().split()
    return bool(words) and (words[0] in WH or words[0] in AUXILIARIES or any(w in WH for w in words[:4]))
