"""From a question to an answer: understand it, route it to the strategy for its kind, build the answer.

Each part is passed in. A strategy shows nothing that has not been verified.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.builder import Asked, Clock
from rag.answering.follow_ups import History, resolve, turns
from rag.answering.question_kinds import KindClassifier
from rag.answering.strategy import Components, Strategy
from rag.types import AnswerDone, Event


@dataclass(frozen=True, slots=True)
class Answerer:
    """The steps from question to answer over one index.

    `strategies` are asked in turn for the kinds that they name; `fallback` takes what none of them answers.
    """

    components: Components
    classifier: KindClassifier
    strategies: Sequence[Strategy]
    fallback: Strategy
    question_characters: int

    def stream(
        self, question: str, *, doc_ids: Sequence[str] | None = None, history: History = (), verify: bool = True
    ) -> Iterator[Event | None]:
        """Evidence, then each statement once it is verified, then the answer; or the answer alone, when it refuses.

        None between them stands for a step that brought nothing to show, where it can be stopped. Without `verify`
        statements are not announced, for none is verified, and the answer says so.
        """
        asked = self._asked(question, doc_ids, history, verify)
        if fault := self._fault(asked.wanted):
            yield AnswerDone(asked.refused("bad_question", message=fault))
        elif self.components.catalogue.is_empty():
            yield AnswerDone(asked.refused("empty_index"))
        else:
            yield from self._routed(self._classified(asked))

    def _asked(self, question: str, doc_ids: Sequence[str] | None, history: History, verify: bool) -> Asked:
        earlier = turns(history)
        return Asked(
            question=question,
            wanted=resolve(question.strip(), earlier),
            generator=self.components.generator.name,
            index_version=self.components.catalogue.index_version(),
            clock=Clock(),
            verify=verify,
            doc_ids=tuple(doc_ids) if doc_ids is not None else None,
            earlier=earlier,
        )

    def _fault(self, question: str) -> str | None:
        """What is wrong with a question that cannot be looked up, and what to do about it."""
        if not any(character.isalnum() for character in question):
            return "The question is empty. Type a question about the documents."
        if len(question) > self.question_characters:
            return (
                f"The question is {len(question):,} characters long; {self.question_characters:,} is the most. "
                "Ask for one thing, and add long texts as documents."
            )
        return None

    def _classified(self, asked: Asked) -> Asked:
        vector = self.components.retriever.vector(asked.wanted)
        return replace(asked, vector=vector, kinds=self.classifier(asked.wanted, vector))

    def _routed(self, asked: Asked) -> Iterator[Event | None]:
        """The events of the first strategy for the question's kind that answers it."""
        for strategy in self.strategies:
            if asked.kinds.best in strategy.kinds:
                events = strategy.answer(asked, self.components)
                if events is not None:
                    return events
        events = self.fallback.answer(asked, self.components)
        assert events is not None, "the fallback takes every question"
        return events
