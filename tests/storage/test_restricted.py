"""Labels: who has none of them reads the index as if the labelled documents were not there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.errors import DocumentNotFoundError
from tests import fakes
from tests.conftest import write_files

ANIMALS = "cat dog fox hen owl bee cow pig rat elk emu ant bat yak asp cod eel gnu hog jay".split()
DOINGS = "sleeps eats waits runs sings".split()
OPEN = {
    f"docs/{animal}.txt": f"The {animal} is an animal. "
    + " ".join(
        f"The {animal} {doing} for {(3 * one + 5 * two) % 23 + 1} hours a day." for two, doing in enumerate(DOINGS)
    )
    for one, animal in enumerate(ANIMALS[:10])
}
SECRET = {
    f"docs/hr/{animal}.txt": f"The {animal} sleeps, eats, waits, runs and sings for ninety hours a day. " * 3
    for animal in ANIMALS
}
QUESTIONS = [f"For how many hours a day does the {animal} {doing[:-1]}?" for animal in ANIMALS for doing in DOINGS] + [
    f"Which animal {doing} most, the {animal} or the hen?" for animal in ANIMALS for doing in DOINGS
]


def opened(folder: Path, texts: dict[str, str]) -> Assistant:
    write_files(folder, texts)
    return fakes.assistant(folder / ".citespan", base=folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder, OPEN | SECRET) as assistant:
        assistant.ingest([folder / "docs" / "hr"], labels=["hr"])
        assistant.ingest([folder / "docs"])
        yield assistant


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("without")
    with opened(folder, OPEN) as assistant:
        assistant.ingest([folder / "docs"])
        yield assistant


def said(assistant: Assistant, question: str) -> dict[str, Any]:
    return {**json.loads(json.dumps(assistant.ask(question).to_dict())), "timings": {}}


def test_two_hundred_answers_are_those_of_an_index_without_them(whole: Assistant, without: Assistant) -> None:
    assert len(QUESTIONS) == 200
    view = whole.restricted([])
    differ = [question for question in QUESTIONS if said(view, question) != said(without, question)]
    assert differ == []
    assert any("hr/" in json.dumps(said(whole, question)) for question in QUESTIONS)


def test_passages_and_their_scores_are_the_same(whole: Assistant, without: Assistant) -> None:
    for question in QUESTIONS[::10]:
        seen, expected = whole.restricted([]).retrieve(question), without.retrieve(question)
        assert [passage.chunk.text for passage in seen] == [passage.chunk.text for passage in expected]
        assert [passage.score for passage in seen] == pytest.approx([passage.score for passage in expected])


def test_nothing_names_a_hidden_document(whole: Assistant) -> None:
    view = whole.restricted([])
    hidden = next(info for info in whole.documents() if "hr/" in info.source)
    assert [info for info in view.documents() if "hr/" in info.source] == []
    for name in (hidden.doc_id, hidden.source, hidden.doc_id[:8]):
        with pytest.raises(DocumentNotFoundError):
            view.document(name)
    with pytest.raises(DocumentNotFoundError):
        view.ask("Does it sleep?", documents=[hidden.source])
    assert view.stats().documents == len(OPEN)


def test_who_has_the_label_reads_them(whole: Assistant) -> None:
    assert len(whole.restricted(["hr", "other"]).documents()) == len(OPEN | SECRET)
    question = QUESTIONS[0]
    assert said(whole.restricted(["hr"]), question)["statements"] == said(whole, question)["statements"]


def test_a_label_of_a_folder_is_one_of_what_comes_later(tmp_path: Path) -> None:
    with opened(tmp_path, {"docs/hr/a.txt": "Pay rises."}) as assistant:
        assistant.ingest([tmp_path / "docs" / "hr"], labels=["hr"])
        write_files(tmp_path, {"docs/hr/b.txt": "Pay falls.", "docs/hrx/c.txt": "Cats purr."})
        assistant.ingest([tmp_path / "docs"], sync=True)
        assert [info.source for info in assistant.restricted([]).documents()] == ["docs/hrx/c.txt"]


def test_every_label_of_a_document_is_needed(tmp_path: Path) -> None:
    with opened(tmp_path, {"a.txt": "Pay rises."}) as assistant:
        assistant.ingest([tmp_path / "a.txt"], labels=["hr", "legal'"])
        assert [len(assistant.restricted(held).documents()) for held in ([], ["hr"], ["hr", "legal'"])] == [0, 0, 1]
