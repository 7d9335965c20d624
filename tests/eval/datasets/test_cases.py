"""The held-out set is what it says it is, and a case file that cannot be used is refused in words."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import cases
from eval.datasets.cases import Case, Span
from eval.errors import CasesError
from tests.fakes.evaluation import SEED, SEED_TEXT

ANSWERABLE = {"lexical", "paraphrase", "numeric", "who", "when", "where", "why", "how", "two_sentence", "list"}
UNANSWERABLE = {"off_topic", "not_stated", "false_premise", "swapped", "opinion", "injection", "half"}
TEXTS = {SEED.name: SEED_TEXT}
ROW = {
    "id": "a-1",
    "question": "Who?",
    "type": "who",
    "split": "dev",
    "answers": ["Iran"],
    "gold": [[{"source": SEED.name, "start": 11, "end": 15, "text": "Iran"}]],
    "note": "",
}


@pytest.fixture(scope="module")
def seed_cases() -> tuple[Case, ...]:
    return cases.load(cases.ALL)


def test_every_gold_span_is_the_characters_it_names(seed_cases: tuple[Case, ...]) -> None:
    assert cases.misfits((span for case in seed_cases for span in case.gold_spans), TEXTS) == []


def test_the_set_has_at_least_sixty_questions_with_an_answer_and_sixty_without(seed_cases: tuple[Case, ...]) -> None:
    kinds = Counter(case.answerable for case in seed_cases)
    assert kinds[True] >= 60 and kinds[False] >= 60 and kinds.total() >= 120


def test_every_type_of_question_is_there_and_of_the_kind_it_should_be(seed_cases: tuple[Case, ...]) -> None:
    assert {case.type for case in seed_cases if case.answerable} == ANSWERABLE
    assert {case.type for case in seed_cases if not case.answerable} == UNANSWERABLE


def test_each_half_has_as_many_questions_of_each_type(seed_cases: tuple[Case, ...]) -> None:
    dev, test = (Counter(case.type for case in half) for half in (cases.load_dev(), cases.load_test()))
    assert dev == test
    assert dev + test == Counter(case.type for case in seed_cases)


def test_two_sentence_questions_need_two_spans(seed_cases: tuple[Case, ...]) -> None:
    assert {len(spans) for case in seed_cases if case.type == "two_sentence" for spans in case.gold} == {2}


def test_no_question_is_asked_twice(seed_cases: tuple[Case, ...]) -> None:
    assert len({case.question.casefold() for case in seed_cases}) == len(seed_cases)


def test_the_dev_file_is_the_dev_rows_of_the_set_byte_for_byte() -> None:
    rows = cases.ALL.read_bytes().splitlines(keepends=True)
    assert cases.DEV.read_bytes() == b"".join(row for row in rows if json.loads(row)["split"] == "dev")


def test_loading_dev_opens_no_file_that_holds_a_test_question() -> None:
    opened: set[str] = set()
    listening = True

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if listening and event == "open" and str(arguments[0]).endswith(".jsonl"):
            opened.add(str(arguments[0]))

    sys.addaudithook(listen)
    dev = cases.load_dev()
    listening = False
    assert opened == {str(cases.DEV)}
    assert {case.split for case in dev} == {"dev"}
    assert not {case.id for case in dev} & {case.id for case in cases.load_test()}


def test_a_row_becomes_a_case(tmp_path: Path) -> None:
    span = Span(SEED.name, 11, 15, "Iran")
    expected = Case("a-1", "Who?", "who", split="dev", answers=("Iran",), gold=((span,),))
    assert cases.load(_file(tmp_path, ROW)) == (expected,)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "holds no cases"),
        ([ROW, ROW], "2 rows have the id 'a-1'"),
        ([ROW | {"draft": True}], "'a-1' is a draft"),
        ([ROW | {"question": " "}], "'a-1' has no question"),
        ([ROW | {"answers": []}], "'a-1' has gold but no `answers`"),
        ([ROW | {"gold": [[]]}], "'a-1' has an empty alternative"),
        ([ROW | {"split": "train"}], "line 1: split: Input should be 'dev' or 'test'"),
        ([ROW | {"anwsers": []}], "line 1: anwsers: Unexpected keyword argument"),
        ([ROW, {"id": "a-2"}], "line 2: question: Field required"),
    ],
)
def test_a_case_file_that_cannot_be_used_is_refused_in_words(
    rows: list[dict[str, Any]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(CasesError) as caught:
        cases.load(_file(tmp_path, *rows))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8"),
        (lambda path: path.write_text("{"), "line 1"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    spoil: Callable[[Path], object], message: str, tmp_path: Path
) -> None:
    spoil(tmp_path / "cases.jsonl")
    with pytest.raises(CasesError, match=message):
        cases.load(tmp_path / "cases.jsonl")


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        (Span("a.txt", 0, 4, "Iran"), None),
        (Span("a.txt", 1, 5, "Iran"), "a.txt[1:5] is 'ran ', not 'Iran'"),
        (Span("a.txt", 0, 99, "Iran"), "a.txt[0:99] lies outside its 9 characters"),
        (Span("a.txt", 4, 4, ""), "a.txt[4:4] lies outside its 9 characters"),
        (Span("b.txt", 0, 4, "Iran"), "b.txt: 0 documents have this name"),
    ],
)
def test_a_gold_span_fits_its_document_or_it_is_said_why(span: Span, problem: str | None) -> None:
    assert cases.misfits([span], {"docs/a.txt": "Iran 👍 x."}) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("a.txt", "a.txt", True), ("docs/a.txt", "a.txt", True), ("a.txt", "/x/a.txt", True), ("ba.txt", "a.txt", False)],
)
def test_a_source_is_known_by_the_end_of_its_path(one: str, other: str, same: bool) -> None:
    assert cases.same_source(one, other) is same


def test_only_a_case_with_gold_for_all_it_asks_is_answerable() -> None:
    span = Span("a.txt", 0, 4, "Iran")
    found = {kind: Case("1", "?", kind, gold=((span,),)).answerable for kind in ("who", "half")}
    assert found == {"who": True, "half": False}
    assert not Case("1", "?", "who").answerable


def test_a_limit_takes_both_kinds_and_every_type_in_turn() -> None:
    chosen = [case.type for case in cases.limited(cases.load_test(), 6)]
    assert chosen == ["lexical", "paraphrase", "numeric", "off_topic", "not_stated", "false_premise"]


def test_a_limit_beyond_the_set_takes_all_of_it(seed_cases: tuple[Case, ...]) -> None:
    assert cases.limited(seed_cases, 999) == cases.limited(seed_cases, None) == seed_cases


def _file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
