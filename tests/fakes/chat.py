"""A deterministic assistant over texts held in memory: no model, no index, the real types."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from rag.errors import DocumentNotFoundError
from rag.reports import DocumentInfo, FileFailure, IngestReport, Vote
from rag.text.page_layout import boxes_between, by_line, page_lines, page_sizes
from rag.types import (
    Answer,
    AnswerDone,
    Box,
    Citation,
    Document,
    Event,
    EvidenceFound,
    PageLine,
    PageSize,
    Progress,
    Refusal,
    Statement,
    StatementVerified,
)

SEED = Path(__file__).parents[2] / "seeds" / "000_6a9d2407a8ec5682.txt"
HUGE = 10_000_000  # characters from which a text is not searched sentence by sentence
_SENTENCE = re.compile(r"[^\s][^.!?\n]*[.!?]?[”\"’]?")
_SMALL = frozenset(
    "a about an and are did do does how in is it many of on said say that the to was what when who".split()
)


def document(source: str, text: str) -> Document:
    """A document of `text`, with the id and version an index would give it."""
    return Document(doc_id=f"id-{source}", source=source, version=sha256(text.encode()).hexdigest(), text=text)


def cited(read: Document, start: int, end: int, score: float = 0.9) -> Citation:
    """A citation of a span of a document."""
    return Citation(read.doc_id, read.source, read.version, start, end, read.text[start:end], score)


def quoted(read: Document, quote: str, occurrence: int = 0) -> Citation:
    """A citation of the nth occurrence of `quote`, for tests that say which they mean."""
    start = [found.start() for found in re.finditer(re.escape(quote), read.text)][occurrence]
    return cited(read, start, start + len(quote))


def answered(question: str, *statements: Statement, **changes: object) -> Answer:
    """An answer of these statements."""
    answer = Answer(
        question=question,
        status="answered",
        text=" ".join(statement.text for statement in statements),
        statements=statements,
        refusal=None,
        confidence=0.91,
        short_answer=None,
        standalone_question=question,
        dropped=(),
        generator="extractive",
        index_version="fake",
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def refused(question: str, refusal: Refusal) -> Answer:
    """An answer that is a refusal."""
    return answered(question, status="refused", refusal=refusal, confidence=0.04)


@dataclass
class FakeFeedback:
    """Votes in a dictionary: (question, vote, comment) by id."""

    votes: dict[str, tuple[str, Vote, str]] = field(default_factory=dict)

    def keep(self, answer: Answer, vote: Vote, *, comment: str = "", id_: str | None = None) -> str:
        """Keep a vote."""
        id_ = id_ or f"vote-{len(self.votes)}"
        self.votes[id_] = (answer.question, vote, comment)
        return id_

    def withdraw(self, id_: str) -> None:
        """Forget a vote."""
        self.votes.pop(id_, None)


@dataclass
class FakeAssistant:
    """Quotes the sentences that share the most words with the question; refuses where fewer than two are shared.

    Streaming a question with the word "slowly", and reading a file with it in its name, waits for the file `gate`, so
    that a test can look at things on their way; a question with the word "crash" meets a fault of the program. One that
    begins with "And" is read with the question before it.
    """

    texts: list[Document] = field(default_factory=list)
    name: str = "fake.citespan"
    gate: Path | None = None
    fault: Exception | None = None
    feedback: FakeFeedback = field(default_factory=FakeFeedback)

    def ask(self, question: str) -> Answer:
        """The answer."""
        if self.fault:
            raise self.fault
        if not self.texts:
            message = "Nothing has been added to this index. Add documents, then ask again."
            return refused(question, Refusal("empty_index", message))
        ranked = self._ranked(question)
        best = [citation for shared, citation in ranked if shared >= 2][:2]
        if not best:
            message = "No sentence of the documents answers this question."
            return refused(question, Refusal("not_stated", message, tuple(citation for _, citation in ranked[:2])))
        best.sort(key=lambda citation: (citation.doc_id, citation.start))
        return answered(question, *(Statement(citation.quote, (citation,), 1.0) for citation in best))

    def stream(self, question: str, *, history: Sequence[Answer] = ()) -> Iterator[Event]:
        """The events of the answer."""
        whole = f"{history[-1].question} {question}" if history and question.startswith("And") else question
        answer = replace(self.ask(whole), question=question, standalone_question=whole)
        yield EvidenceFound(tuple(citation for _, citation in self._ranked(whole)[:3]))
        if "crash" in question:
            raise ZeroDivisionError("a fault of the program")
        self._wait(question)
        for statement in answer.statements:
            yield StatementVerified(statement)
        yield AnswerDone(answer)

    def documents(self) -> list[DocumentInfo]:
        """One line a document."""
        return [DocumentInfo(d.doc_id, d.source, d.version, len(d.text), 1, "2026-11-23T09:00:00Z") for d in self.texts]

    def document(self, doc_id: str) -> Document:
        """The document."""
        found = next((text for text in self.texts if text.doc_id == doc_id), None)
        if found is None:
            raise DocumentNotFoundError(f"No document {doc_id}. List them with: rag docs")
        return found

    def pages(self, name: str) -> tuple[PageSize, ...]:
        """The pages that the document's layout has."""
        return page_sizes(self.document(name).layout)

    def page_picture(self, name: str, page: int, *, width: int) -> bytes:
        """What stands for a picture."""
        return f"{name} {page} {width}".encode()

    def page_lines(self, name: str, page: int) -> list[PageLine]:
        """The lines of the document's layout."""
        return page_lines(self.document(name).text, self.document(name).layout, page)

    def boxes(self, citation: Citation) -> list[Box]:
        """The boxes of the document's layout."""
        return by_line(boxes_between(self.document(citation.doc_id).layout, citation.start, citation.end))

    def is_stale(self, citation: Citation) -> bool:
        """Whether the document has another version now, or is gone."""
        return all((d.doc_id, d.version) != (citation.doc_id, citation.version) for d in self.texts)

    def ingest(self, paths: Sequence[str], *, progress: Progress | None = None) -> IngestReport:
        """Take the files in; one that is not UTF-8 fails."""
        added: list[str] = []
        changed: list[str] = []
        failed: list[FileFailure] = []
        for path in paths:
            self._wait(path)
            try:
                new = document(path, Path(path).read_text(encoding="utf-8"))
            except UnicodeDecodeError as error:
                failed.append(FileFailure(path, f"{path} is not UTF-8: byte {error.start}"))
                continue
            old = [d for d in self.texts if d.doc_id == new.doc_id]
            self.texts = [*(d for d in self.texts if d.doc_id != new.doc_id), new]
            (changed if old else added).append(path)
        return IngestReport(added=tuple(added), changed=tuple(changed), failed=tuple(failed))

    def remove(self, patterns: Sequence[str]) -> list[str]:
        """Take documents out, by id."""
        gone = [d.source for d in self.texts if d.doc_id in patterns]
        self.texts = [d for d in self.texts if d.doc_id not in patterns]
        return gone

    def _wait(self, words: str) -> None:
        while self.gate and "slowly" in words and not self.gate.exists():
            time.sleep(0.02)

    def _ranked(self, question: str) -> list[tuple[int, Citation]]:
        asked = _words(question)
        found = [
            (len(asked & _words(read.text[start:end])), cited(read, start, end))
            for read in self.texts
            for start, end in _sentences(read.text, asked)
        ]
        return sorted(found, key=lambda item: (-item[0], item[1].doc_id, item[1].start))


def seeded() -> FakeAssistant:
    """The fake over the seed text."""
    return FakeAssistant([document("seeds/" + SEED.name, SEED.read_bytes().decode())])


def _sentences(text: str, asked: set[str]) -> Iterator[tuple[int, int]]:
    """The sentences of a text; of a huge one, those of the lines that hold the longest word asked about."""
    if len(text) < HUGE:
        yield from (match.span() for match in _SENTENCE.finditer(text))
        return
    at = text.find(max(asked, key=len, default="\0"))
    while at >= 0:
        line = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        yield from (match.span() for match in _SENTENCE.finditer(text, *line))
        at = text.find(max(asked, key=len), line[1])


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"\w+", text.lower())} - {word.rstrip("s") for word in _SMALL}
