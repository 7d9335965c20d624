"""Claims to train support on: the sets', their edited twins, and statements made from questions and answers.

Twins come from edits of the claim and of the evidence, so that the claim alone tells nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from training.data import development
from training.data.development import Claim, Reading
from training.data.text import Edit, Passage, Span, apply, occurrences, substitute
from training.negatives.edits import Pool, other_value, states
from training.negatives.lexicon import AUXILIARIES, OPPOSITES, mentions, pool

TWIN_CHANCE = 0.45
JOINED = 0.12  # claims of two parts made, in parts of the claims, each with all of its evidence and with half of it
AMONG = 0.35  # share of rows whose evidence stands among sentences about something else
SHORT = 400  # characters of evidence that may get such company
SUBJECT_QUESTION = re.compile(
    r"^(?:who|what|which \w+|what \w+) ((?:\w+ed|is|are|has|had|won|made|took|became|wrote|led) .+[^d])\?$",
    re.IGNORECASE,
)
BE_OR_HAVE = {"is", "was", "were", "are", "has", "had"}


def load_claims(root: Path = development.SHARED) -> list[Claim]:
    """Every training claim with its evidence, and WiCE's partly supported ones without their unsupported words."""
    rows = [
        *development.claim_rows("train_claims_fever", root),
        *development.claim_rows("train_claims_scifact_train", root),
    ]
    return rows + wice_pairs(root)


def wice_pairs(root: Path = development.SHARED) -> list[Claim]:
    """Each partly supported claim as it stands (0), and without the words flagged unsupported (1)."""
    name = "train_claims_wice_tokens_train"
    pairs: list[Claim] = []
    for row, claim in zip(
        development.read_jsonl(development.shared_file(name, root)), development.claim_rows(name, root), strict=True
    ):
        kept = [t for t, flag in zip(row["claim_tokens"], row["unsupported"], strict=True) if not flag]
        pairs.append(claim)
        if 5 <= len(kept) < len(row["claim_tokens"]) and len(kept) > 0.6 * len(row["claim_tokens"]):
            text = development.plain(" ".join(kept))
            pairs.append(Claim(f"{claim.id}-kept", text, claim.evidence, True, "kept"))
    return pairs


def claim_shard(
    claims: Sequence[Claim], readings: Sequence[Reading], seed: int, number: int, *, parts: int, made: int
) -> list[Claim]:
    """One part of the claims with twins, and up to about `made` statements from answerable questions."""
    rng = Random(f"claims/{seed}/{number}")
    order = list(range(len(claims)))
    Random(f"claims/{seed}/{number // parts}").shuffle(order)
    chosen = [claims[i] for i in order[number % parts :: parts]]
    candidates = pool(claim.evidence for claim in chosen)
    rows = list(chosen)
    for claim in chosen:
        if claim.supported and rng.random() < TWIN_CHANCE:
            rows += [made for made in (_twin(claim, candidates, rng),) if made]
    rows += joined([claim for claim in chosen if claim.supported], rng, count=round(len(chosen) * JOINED))
    company = [claim.evidence for claim in chosen if len(claim.evidence) < SHORT]
    rows = [among(row, company, rng) if rng.random() < AMONG else row for row in rows]
    return rows + statements(rng.sample(readings, len(readings)), rng)[:made]


def joined(supported: Sequence[Claim], rng: Random, *, count: int) -> list[Claim]:
    """Two supported claims made one: supported by the evidence of both, not by that of either."""
    rows: list[Claim] = []
    short = [claim for claim in supported if len(claim.evidence) < SHORT]
    for _ in range(count if len(short) > 1 else 0):
        pair = rng.sample(short, 2)
        text = f"{pair[0].claim.rstrip(' .')}, and {pair[1].claim}"
        both = " ".join(claim.evidence for claim in rng.sample(pair, 2))
        rows.append(Claim(pair[0].id, text, both, True, "joined"))
        rows.append(Claim(pair[0].id, text, rng.choice(pair).evidence, False, "joined-half"))
    return rows


def among(claim: Claim, company: Sequence[str], rng: Random) -> Claim:
    """The claim with its evidence among one to three pieces of other claims' evidence; long evidence as it is."""
    others = [text for text in rng.sample(company, min(len(company), rng.randint(1, 3))) if text != claim.evidence]
    if len(claim.evidence) >= SHORT or not others:
        return claim
    place = rng.randint(0, len(others))
    return replace(claim, evidence=" ".join([*others[:place], claim.evidence, *others[place:]]))


def _twin(claim: Claim, candidates: Pool, rng: Random) -> Claim | None:
    makers = [_evidence_swapped, _evidence_swapped, _both_swapped, _opposite, _claim_swapped]
    rng.shuffle(makers)
    return next((made for maker in makers if (made := maker(claim, candidates, rng))), None)


def _shared(claim: Claim, candidates: Pool, rng: Random) -> tuple[str, str] | None:
    shared = [m for m in mentions(claim.claim) if occurrences(claim.evidence, m.text)]
    if not shared:
        return None
    mention = rng.choice(shared)
    value = other_value(mention, candidates, claim.claim + claim.evidence, rng)
    return (mention.text, value) if value else None


def _evidence_swapped(claim: Claim, candidates: Pool, rng: Random) -> Claim | None:
    change = _shared(claim, candidates, rng)
    evidence = substitute(Passage(claim.evidence), *change) if change else None
    return Claim(claim.id, claim.claim, evidence.text, False, "evidence-entity") if evidence else None


def _claim_swapped(claim: Claim, candidates: Pool, rng: Random) -> Claim | None:
    change = _shared(claim, candidates, rng)
    text = substitute(Passage(claim.claim), *change) if change else None
    return Claim(claim.id, text.text, claim.evidence, False, "claim-entity") if text else None


def _both_swapped(claim: Claim, candidates: Pool, rng: Random) -> Claim | None:
    change = _shared(claim, candidates, rng)
    if change is None:
        return None
    text, evidence = substitute(Passage(claim.claim), *change), substitute(Passage(claim.evidence), *change)
    return Claim(claim.id, text.text, evidence.text, True, "both-entity") if text and evidence else None


def _opposite(claim: Claim, candidates: Pool, rng: Random) -> Claim | None:
    words = [w for w in re.finditer(r"[a-z]+", claim.claim) if w.group() in OPPOSITES]
    if not words:
        return None
    word = rng.choice(words)
    turned = rng.choice(OPPOSITES[word.group()])
    evidence = substitute(Passage(claim.evidence), word.group(), turned)
    if evidence is not None and rng.random() < 0.6:
        return Claim(claim.id, claim.claim, evidence.text, False, "evidence-opposite")
    text = apply(Passage(claim.claim), [Edit(Span(*word.span()), turned)]).text
    return Claim(claim.id, text, claim.evidence, False, "claim-opposite")


def statements(readings: Sequence[Reading], rng: Random) -> list[Claim]:
    """Subject questions (`Who led the party?`) as statements with the right answer, and with another of the passage."""
    rows: list[Claim] = []
    for row in readings:
        match = SUBJECT_QUESTION.match(row.question)
        if match is None or row.passage.answer is None or match.group(1).split()[0] in AUXILIARIES - BE_OR_HAVE:
            continue
        answer = row.passage.answer_text.strip(" .")
        wrong = _wrong_answer(row, rng)
        if wrong is not None:
            rows.append(Claim(row.id, _sentence(answer, match.group(1)), row.passage.text, True, "statement"))
            rows.append(Claim(row.id, _sentence(wrong, match.group(1)), row.passage.text, False, "statement-wrong"))
    return rows


def _sentence(subject: str, predicate: str) -> str:
    return f"{subject[:1].upper()}{subject[1:]} {predicate}."


def _wrong_answer(row: Reading, rng: Random) -> str | None:
    answer = row.passage.answer_text
    kinds = {m.kind for m in mentions(f"the {answer}")}
    other = [m.text for m in mentions(row.passage.text) if m.kind in kinds]
    asked = [
        text
        for text in other
        if not any(states(a, b) for a, b in ((answer, text), (text, answer), (row.question, text)))
    ]
    return rng.choice(asked) if asked else None
