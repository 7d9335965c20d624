"""The training sets as rows: questions that people wrote to look answerable, tables, lists, evidence; and claims.

Which sets there are, with kinds and licences, is written in the README beside the files. Reads `train_*` files, and of
`dev_reading_squad2_dev` the articles that are not held back.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.data import development
from training.data.development import Claim, Reading, plain, read_jsonl, shared_file
from training.data.text import Passage, Span

# Whole articles of SQuAD 2.0's development file that no weights are trained on: they calibrate and measure.
HELD_BACK = ("European_Union_law", "Immune_system", "French_and_Indian_War", "Scottish_Parliament")
DEVELOPMENT = "dev_reading_squad2_dev"
UNSURE = ("maybe", "Irrelevant", "DON'T KNOW", "needs")  # neither reply to a yes/no question is told by the text


def readings(
    name: str, root: Path = development.SHARED, *, within: bool = False, several: bool = False
) -> list[Reading]:
    """Every row of a reading set whose answer lies where the row says, in file order.

    With `several`, each of a row's answers is right (lists); without, the one given most often. With `within`, the
    answers are sentences of evidence, and what answers is somewhere in them.
    """
    rows = (_reading(row, name, within, several) for row in read_jsonl(shared_file(name, root)))
    return [row for row in rows if row is not None]


def development_readings(root: Path = development.SHARED, *, held_back: bool) -> list[Reading]:
    """SQuAD 2.0's development questions: those of the held-back articles, or those of the twelve others."""
    return [row for row in readings(DEVELOPMENT, root) if (title_of(row) in HELD_BACK) == held_back]


def title_of(row: Reading) -> str:
    """The article or document that a row comes from, as its set names it."""
    return row.group.split("/", 1)[1]


def _reading(row: dict[str, Any], name: str, within: bool, several: bool) -> Reading | None:
    group = f"{name}/{row.get('title') or row['doc_id']}"
    kind = "lowercased" if row.get("lowercased") or "lowercased" in str(row.get("kind")) else "plain"
    question, context = row["question"].strip(), row["context"]
    if not row["answerable"]:
        return Reading(row["id"], group, question, Passage(context), kind)
    spans = [span for span in _spans(row, every=within or several)]
    if not spans:
        return None
    golds = tuple(row["answers"])
    return Reading(row["id"], group, question, Passage(context, spans[0]), kind, golds, tuple(spans[1:]), within)


def _spans(row: dict[str, Any], *, every: bool) -> list[Span]:
    given = Counter(answer for answer, start in zip(row["answers"], row["starts"], strict=True) if _stands(start))
    if not given:
        return []
    common = given.most_common(1)[0][0]
    context, spans = row["context"], set()
    for answer, start in zip(row["answers"], row["starts"], strict=True):
        stands = _stands(start) and context[start : start + len(answer)].lower() == answer.lower()
        if stands and (every or answer == common):
            spans.add((start, start + len(answer)))
    ordered = [Span(*span) for span in sorted(spans)]
    return ordered if every else ordered[:1]


def _stands(start: int | None) -> bool:
    return start is not None and start >= 0


# What `label_raw` calls a contradiction, by set; a set that isn't here tells nothing of it.
CONTRADICTED = {
    "cad_snli": ("contradiction",),
    "infotabs": ("contradiction",),
    "contractnli": ("Contradiction",),
    "conjnli": ("contradiction",),
    "snli_devtest": ("contradiction",),
    "breaking_nli": ("contradiction",),
    "fever": ("REFUTES",),
    "propsegment": ("CONTRADICTS",),
    "factcheckgpt": ("refute",),
    "scitab": ("refutes",),
    "scifact_train": ("CONTRADICT",),
    "entailmentbank": (),
}
LINES_MATTER = ("infotabs", "scitab")  # their evidence is a table


def claims(name: str, root: Path = development.SHARED) -> list[Claim]:
    """Every row of `train_claims_NAME`, in file order; whether it is contradicted where the set says so."""
    return list(_claims(name, root))


def _claims(name: str, root: Path) -> Iterator[Claim]:
    yes_or_no = name.startswith("yesno_")
    for row in read_jsonl(shared_file(f"train_claims_{name}", root)):
        supported = bool(row["label"])
        contradicted = False if supported else _contradicted(name, str(row.get("label_raw")))
        text = row["claim"] if yes_or_no else plain(row["claim"])
        yield Claim(row["id"], text, _evidence(name, row), supported, name, contradicted)


def _contradicted(name: str, raw: str) -> bool | None:
    if name.startswith("yesno_"):
        return not raw.startswith(UNSURE)  # the reply is wrong, so that the other one is told
    return raw in CONTRADICTED[name] if name in CONTRADICTED else None


def _evidence(name: str, row: dict[str, Any]) -> str:
    lines, gold = row["evidence"].split("\n"), row.get("gold_lines") or []
    if name in LINES_MATTER:
        return str(row["evidence"])
    first = gold[0] if gold and isinstance(gold[0], list) else []
    chosen = [lines[place] for place in first if place < len(lines)]
    return plain(" ".join(chosen or lines))
