"""The headers of a message are evidence for questions about the message, and for no others."""

from pathlib import Path

import pytest

from rag.answering.fields import is_about_a_message, that_may_answer
from rag.loaders import load
from rag.text.chunking import chunk_document
from rag.types import Passage
from tests.fakes import WordEncoder

MESSAGE = b"""From: ann@example.org
Subject: Harvest supper
Date: Mon, 3 Mar 2031 09:00:00 +0000

There will be a supper.

-----Original Message-----
From: Ben
Sent: Sunday, 2 March 2031

Is there a supper?
"""


def passages() -> list[Passage]:
    document = load(Path("m.eml"), MESSAGE, source="m.eml").document
    chunks = chunk_document(document, token_spans=WordEncoder().token_spans, limit=200)
    return [Passage(chunk, 1.0) for chunk in chunks]


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("When was the message about the supper sent?", True),
        ("Who wrote the e-mail?", True),
        ("Von wem ist die Nachricht?", True),
        ("When does the supper take place?", False),
        ("Who cooks at the supper?", False),
    ],
)
def test_a_question_names_a_message_or_does_not(question: str, about: bool) -> None:
    assert is_about_a_message(question) is about


def test_headers_answer_only_questions_about_a_message() -> None:
    dates = ["3 Mar 2031", "2 March 2031"]
    asked = [passage.chunk.text for passage in that_may_answer("When was the mail sent?", passages())]
    assert [any(date in text for text in asked) for date in dates] == [True, True]
    other = [passage.chunk.text for passage in that_may_answer("When is the supper?", passages())]
    assert not any(date in text for text in other for date in dates)
    assert any("There will be a supper." in text for text in other)
