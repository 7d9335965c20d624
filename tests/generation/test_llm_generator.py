"""A language model as the writer: what becomes of what it writes, and of everything it does wrong."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag.answering.strategy import NEAREST
from rag.assistant import Assistant
from rag.errors import ContextOverflowError, ModelServerError, ModelTimeoutError, SettingsError
from rag.generation.llm_generator import Writer
from rag.llm.backends import Limits
from rag.types import Answer, AnswerDone, EvidenceFound, StatementVerified
from tests.conftest import write_files
from tests.fakes import assistant
from tests.fakes.llms import LIMITS, Scripted, statements, writer

TEXTS = {
    "cats.txt": "Cats purr softly. Cats sleep all day. Cats were tamed in 1980 by Ada Byron.",
    "dogs.txt": "Dogs bark at night. Dogs do not purr.",
}
QUESTION = "Do cats purr softly?"


def opened(folder: Path, written: Writer) -> Assistant:
    found = assistant(folder / "index", generator=written)
    found.ingest(write_files(folder / "docs", TEXTS))
    return found


def ask(folder: Path, *replies: str | Exception, question: str = QUESTION) -> tuple[Answer, Scripted]:
    written, script = writer(*replies)
    return opened(folder, written).ask(question), script


def kinds(answer: Answer) -> list[str]:
    return [note.kind for note in answer.notes]


def number(script: Scripted, sentence: str) -> int:
    """The number under which a model was shown a sentence."""
    line = next(line for line in script.heard[0][-1][1].splitlines() if sentence in line)
    return int(line[1 : line.index("]")])


def test_the_model_names_sentences_and_code_attaches_the_exact_spans(tmp_path: Path) -> None:
    _, script = ask(tmp_path / "a", "{}")
    at = number(script, "Cats purr softly.")
    answer, _ = ask(tmp_path / "b", statements(("Cats purr softly.", [at])))
    [statement] = answer.statements
    [citation] = statement.citations
    assert (citation.quote, citation.start, citation.end) == ("Cats purr softly.", 0, 17)
    assert (answer.generator, answer.notes, answer.dropped) == ("scripted", (), ())


def test_a_number_that_was_not_offered_is_dropped_and_counted(tmp_path: Path) -> None:
    answer, _ = ask(tmp_path, statements(("Cats purr softly.", [77, 0, 1, 2, 3, 4, 5])))
    assert [citation.quote for citation in answer.statements[0].citations] == ["Cats purr softly."]
    assert [(note.kind, note.count) for note in answer.notes] == [("unknown_source", 4)]


@pytest.mark.parametrize(
    "false",
    [
        "Cats purr softly in Paris.",
        "Cats were tamed in 1981 by Ada Byron.",
        "Cats were tamed in 1980 by Charles Babbage.",
        "Cats do not purr softly.",
        "Dogs purr.",
        "Cats fly to the moon.",
        "Ada Byron",
    ],
)
def test_what_the_model_invents_is_dropped_whatever_it_cites(tmp_path: Path, false: str) -> None:
    for sources in ([1], [1, 2, 3, 4, 5], []):
        answer, _ = ask(tmp_path / str(sources), statements(("Cats purr softly.", [1]), (false, sources)))
        assert [statement.text for statement in answer.statements] == ["Cats purr softly."]
        assert [statement.text for statement in answer.dropped] == [false]


def test_evidence_comes_before_the_model_is_asked(tmp_path: Path) -> None:
    written, script = writer(statements(("Cats purr softly.", [1])))
    events = opened(tmp_path, written).stream(QUESTION)
    first = next(events)
    assert isinstance(first, EvidenceFound)
    assert (len(first.citations), first.question, script.heard) == (NEAREST, QUESTION, [])
    assert [type(event) for event in events] == [StatementVerified, AnswerDone]


def test_a_statement_is_announced_while_the_model_still_writes(tmp_path: Path) -> None:
    reply = statements(("Cats purr softly.", [1]), ("Cats sleep all day.", [1]))
    written, script = writer(reply)
    events = opened(tmp_path, written).stream(QUESTION)
    assert isinstance(next(event for event in events if isinstance(event, StatementVerified)), StatementVerified)
    assert len("".join(script.written)) < len(reply)


def test_closing_the_stream_stops_the_model(tmp_path: Path) -> None:
    written, script = writer(statements(*((f"Cats purr softly {n}.", [1]) for n in range(99))))
    events = opened(tmp_path, written).stream(QUESTION)
    next(events)
    before = len(script.written)
    events.close()  # type: ignore[attr-defined]
    assert len(script.written) == before


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns; in a thread of its own, for the browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_cancelling_an_asynchronous_stream_stops_the_model(tmp_path: Path) -> None:
    written, script = writer("x" * 5_000 + statements(("Cats purr softly.", [1])))
    index = opened(tmp_path, written)

    async def cut_off() -> None:
        async for _ in index.astream(QUESTION):
            pass

    async def main() -> None:
        task = asyncio.create_task(cut_off())
        while not script.written:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert 0 < len(script.written) < 1_000


def test_an_asynchronous_stream_brings_the_same_events(tmp_path: Path) -> None:
    written, _ = writer(statements(("Cats purr softly.", [1])))
    index = opened(tmp_path, written)

    async def collect() -> list[str]:
        return [type(event).__name__ async for event in index.astream(QUESTION)]

    assert run(collect()) == [type(event).__name__ for event in index.stream(QUESTION)]


@pytest.mark.parametrize("reply", ["", "I cannot say.", "{}", '{"statements": []}', "{" * 50, '{"text": "Cats'])
def test_output_that_cannot_be_read_is_asked_for_once_more_and_then_done_without(tmp_path: Path, reply: str) -> None:
    answer, script = ask(tmp_path, reply)
    assert len(script.heard) == 2
    assert (answer.text, kinds(answer)) == ("Cats purr softly.", ["malformed_output", "fell_back"])


def test_a_second_try_that_can_be_read_is_used(tmp_path: Path) -> None:
    answer, script = ask(tmp_path, "Sure, they do!", statements(("Cats sleep all day.", [1])))
    assert answer.text == "Cats sleep all day."
    assert (kinds(answer), len(script.heard)) == ([], 2)
    assert script.heard[1][:-2] == script.heard[0]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (statements(*[("Cats purr softly.", [1])] * 50), "Cats purr softly."),
        (statements(("Cats purr softly.", [1])) + "and so on " * 500, "Cats purr softly."),
        ('{"statements": [{"text": "' + "Cats purr and " * 500, "Cats purr softly."),
    ],
)
def test_a_model_that_repeats_itself_for_ever_is_stopped(tmp_path: Path, reply: str, text: str) -> None:
    answer, script = ask(tmp_path, reply)
    assert answer.text == text
    assert "repetition" in kinds(answer)
    assert max(map(len, [*script.written, ""])) * len(script.written) < len(reply)


def test_a_server_that_is_down_is_an_error_and_one_that_dies_leaves_what_was_verified(tmp_path: Path) -> None:
    with pytest.raises(ModelServerError, match="down"):
        ask(tmp_path / "a", ModelServerError("down"))

    class Dies(Scripted):
        def stream(self, messages: Sequence[tuple[str, str]], schema: object) -> object:  # type: ignore[override]
            yield statements(("Cats purr softly.", [1]))
            raise ModelServerError("down")

    answer = opened(tmp_path / "b", Writer.of(Dies(""), LIMITS)).ask(QUESTION)
    assert (answer.status, answer.text, kinds(answer)) == ("partial", "Cats purr softly.", ["interrupted"])


def test_a_model_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    ticks = iter(range(10_000))
    slow = Writer("slow", lambda: Scripted("x" * 900), Limits(4096, 320, 10), seconds=lambda: next(ticks))
    with pytest.raises(ModelTimeoutError, match="slow was still writing after 10 seconds"):
        opened(tmp_path, slow).ask(QUESTION)


def test_evidence_that_does_not_fit_is_cut_between_sentences_the_best_first(tmp_path: Path) -> None:
    written, script = writer(statements(("Cats purr softly.", [1])), limits=Limits(4096, 32, 60))
    answer = opened(tmp_path / "a", written).ask(QUESTION)
    everything = script.heard[0][-1][1]
    size = sum(len(text) // 4 + 1 for _, text in script.heard[0]) + 32 + 96
    written, script = writer(statements(("Cats purr softly.", [1])), limits=Limits(4096, 32, 60), window=size - 8)
    answer = opened(tmp_path / "b", written).ask(QUESTION)
    shown = script.heard[0][-1][1]
    assert "] Cats purr softly." in shown
    assert len(shown) < len(everything)
    assert all(line.endswith(".") for line in shown.splitlines() if line.startswith("["))
    assert (answer.text, kinds(answer)) == ("Cats purr softly.", ["evidence_cut"])


def test_a_window_with_no_room_at_all_is_said_and_done_without(tmp_path: Path) -> None:
    written, script = writer("never", window=200)
    answer = opened(tmp_path, written).ask(QUESTION)
    assert (script.heard, answer.text) == ([], "Cats purr softly.")
    assert kinds(answer) == ["evidence_cut", "context_overflow", "fell_back"]


def test_a_server_that_says_the_prompt_is_too_long_is_asked_with_the_better_half(tmp_path: Path) -> None:
    answer, script = ask(tmp_path / "a", ContextOverflowError("x"), statements(("Cats purr softly.", [1])))
    assert (answer.text, kinds(answer)) == ("Cats purr softly.", ["evidence_cut"])
    assert len(script.heard[1][-1][1]) < len(script.heard[0][-1][1])
    answer, script = ask(tmp_path / "b", ContextOverflowError("x"))
    assert (len(script.heard), kinds(answer)[-2:]) == (2, ["context_overflow", "fell_back"])


def test_a_follow_up_is_rewritten_by_the_model_after_the_first_evidence(tmp_path: Path) -> None:
    written, script = writer(
        '{"question": "When were cats tamed by Ada Byron?"}', statements(("Cats purr softly.", [1]))
    )
    index = opened(tmp_path, written)
    history = [("Who tamed cats?", "Cats were tamed by Ada Byron.")]
    events = index.stream("When did she do so?", history=history)
    first = next(events)
    assert isinstance(first, EvidenceFound)
    assert script.heard == []
    *_, done = events
    assert isinstance(done, AnswerDone)
    assert done.answer.standalone_question == "When were cats tamed by Ada Byron?"
    assert done.answer.question == "When did she do so?"


def test_what_an_earlier_turn_cited_never_reaches_a_later_one(tmp_path: Path) -> None:
    written, script = writer(statements(("Dogs bark at night.", [1, 2, 3, 4, 5])))
    index = opened(tmp_path, written)
    earlier = index.ask("Do dogs bark at night?")
    script.heard.clear()
    later = index.ask("Do cats purr softly?", history=[earlier], documents=["cats.txt"])
    assert "Dogs" not in script.heard[-1][-1][1]
    assert {citation.source for one in later.statements for citation in one.citations} == {"docs/cats.txt"}


def test_only_a_name_a_generator_or_a_llama_index_model_writes(tmp_path: Path) -> None:
    from llama_index.core.llms import MockLLM

    with Assistant.open(tmp_path / "a", generator=MockLLM()) as found:
        assert found._answerer.components.generator.name == "llm:MockLLM"
    with pytest.raises(SettingsError, match="int is no generator"):
        Assistant.open(tmp_path / "b", generator=3)  # type: ignore[arg-type]
