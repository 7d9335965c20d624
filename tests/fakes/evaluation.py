"""An assistant that knows every answer, and the ways to spoil it: what the gate must catch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace, TracebackType

from eval.datasets.cases import Case, Span
from eval.runner import claims
from rag import Answer, AnswerDone, Citation, CitespanError, Document, DocumentInfo, EvidenceFound, Refusal, Statement

SEED = Path(__file__).parents[2] / "seeds" / "000_6a9d2407a8ec5682.txt"
SEED_TEXT = SEED.read_bytes().decode()


def document(source: str, text: str) -> Document:
    return Document(doc_id=f"id-of-{source}", source=source, version=sha256(text.encode()).hexdigest(), text=text)


SEED_DOCUMENT = document(SEED.name, SEED_TEXT)
OTHER_DOCUMENT = document("other.txt", "Bananas are yellow. " * 200)


def cite(start: int, end: int, *, of: Document = SEED_DOCUMENT) -> Citation:
    return Citation(of.doc_id, of.source, of.version, start, end, of.text[start:end], score=0.9)


def cited(span: Span) -> Citation:
    return cite(span.start, span.end)


CLAIMS = claims.load()
TRUTH = {claim.text: claim.true for claim in CLAIMS}
HEADING = cite(SEED_TEXT.index("Fight against"), SEED_TEXT.index("Fight against") + len("Fight against Daesh"))


@dataclass(frozen=True)
class Reply:
    """What comes back for one question."""

    answer: Answer
    evidence: tuple[Citation, ...]
    passages: tuple[Citation, ...] = ()


Spoil = Callable[[Reply], Reply]


def right_reply(case: Case) -> Reply:
    """The reply of a system that makes no mistake."""
    evidence = tuple(map(cited, case.gold_spans))
    if not case.gold:
        return Reply(refusal(case.question, 0.05), (HEADING,), (HEADING,))
    status, confidence = ("answered", 0.95) if case.answerable else ("partial", 0.05)
    return Reply(answer(case.question, status, map(cited, case.gold[0]), confidence), evidence, evidence)


def answer(question: str, status: str, citations: Iterator[Citation] | Sequence[Citation], confidence: float) -> Answer:
    statements = tuple(Statement(one.quote, (one,), support=1.0) for one in citations)
    text = " ".join(statement.text for statement in statements)
    return Answer(
        question=question,
        status=status,  # type: ignore[arg-type]
        text=text,
        statements=statements,
        refusal=None,
        confidence=confidence,
        short_answer=None,
        standalone_question=question,
        dropped=(),
        generator="fake",
        index_version="1",
    )


def refusal(question: str, confidence: float, nearest: tuple[Citation, ...] = (HEADING,)) -> Answer:
    no = Refusal("not_stated", "The documents do not say.", nearest)
    return replace(answer(question, "refused", (), confidence), refusal=no, text=no.message)


@dataclass
class FakeAssistant:
    """Stands in for `rag.Assistant`: replies rightly to the cases it knows, unless it is spoiled."""

    cases: Sequence[Case]
    spoil: Spoil = lambda reply: reply
    verifier: object = None
    opened: dict[str, object] = field(default_factory=dict)
    looked_in: list[Iterable[str] | None] = field(default_factory=list)

    def open(self, folder: object, **settings: object) -> FakeAssistant:
        self.opened = {"folder": folder, **settings}
        return self

    def __enter__(self) -> FakeAssistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def ingest(self, paths: Sequence[Path]) -> None:
        self.opened["ingested"] = list(paths)

    def documents(self) -> list[DocumentInfo]:
        return [
            DocumentInfo(one.doc_id, one.source, one.version, len(one.text), 1, "2026-01-01")
            for one in (SEED_DOCUMENT, OTHER_DOCUMENT)
        ]

    def document(self, name: str) -> Document:
        return {one.doc_id: one for one in (SEED_DOCUMENT, OTHER_DOCUMENT)}[name]

    def retrieve(self, question: str, *, documents: Iterable[str] | None = None) -> list[SimpleNamespace]:
        return [SimpleNamespace(chunk=one) for one in self._reply(question).passages]

    def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[object]:
        self.looked_in.append(documents)
        reply = self._reply(question)
        yield EvidenceFound(reply.evidence)
        yield AnswerDone(reply.answer)

    def _reply(self, question: str) -> Reply:
        return self.spoil(right_reply(next(case for case in self.cases if case.question == question)))


@dataclass
class FakeVerifier:
    """Knows which claims are true; or, when told, says the same to all."""

    truth: Mapping[str, bool]
    always: float | None = None

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        return float(self.truth[statement]) if self.always is None else self.always


# --- sabotage


def with_citations(reply: Reply, change: Callable[[Citation], Citation]) -> Reply:
    statements = tuple(replace(one, citations=tuple(map(change, one.citations))) for one in reply.answer.statements)
    return replace(reply, answer=replace(reply.answer, statements=statements))


def offsets_shifted_by_one(reply: Reply) -> Reply:
    return with_citations(reply, lambda one: replace(one, start=one.start + 1, end=one.end + 1))


def quote_of_another_document(reply: Reply) -> Reply:
    other = OTHER_DOCUMENT
    return with_citations(
        reply, lambda one: replace(one, doc_id=other.doc_id, source=other.source, version=other.version)
    )


def exact_but_of_another_document(reply: Reply) -> Reply:
    return with_citations(reply, lambda one: cite(one.start, one.end, of=OTHER_DOCUMENT))


def of_an_older_version(reply: Reply) -> Reply:
    return with_citations(reply, lambda one: replace(one, version="0" * 64))


def wrong_sentences(reply: Reply) -> Reply:
    return with_citations(reply, lambda one: HEADING)


def the_whole_document(reply: Reply) -> Reply:
    return with_citations(reply, lambda one: cite(0, len(SEED_TEXT)))


def no_citations(reply: Reply) -> Reply:
    statements = tuple(replace(one, citations=()) for one in reply.answer.statements)
    return replace(reply, answer=replace(reply.answer, statements=statements))


def refusal_off(reply: Reply) -> Reply:
    if reply.answer.status == "answered":
        return reply
    return replace(reply, answer=answer(reply.answer.question, "answered", reply.evidence[:1], 0.95))


def refuses_all(reply: Reply, nearest: tuple[Citation, ...] = (HEADING,)) -> Reply:
    return replace(reply, answer=refusal(reply.answer.question, reply.answer.confidence, nearest))


def retrieval_shuffled(reply: Reply) -> Reply:
    return replace(reply, passages=(*[HEADING] * 6, *reply.passages))


def sentences_shuffled(reply: Reply) -> Reply:
    return replace(reply, evidence=(*[HEADING] * 3, *reply.evidence))


def confidence_upside_down(reply: Reply) -> Reply:
    return replace(reply, answer=replace(reply.answer, confidence=1 - reply.answer.confidence))


def fails(reply: Reply) -> Reply:
    if reply.answer.status == "answered":
        raise CitespanError("The disk is on fire. Put it out.")
    return reply
