"""OpenAI's API, by openai-python over a socket: its own types take everything that is sent."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from rag.assistant import Assistant
from rag.errors import ModelTimeoutError
from rag.types import EvidenceFound
from tests.fakes import service as fake_service

pytestmark = pytest.mark.network
QUESTION = "How many hours a day does a cat sleep?"
EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


@pytest.fixture
def client(assistant: Assistant) -> Iterator[OpenAI]:
    with (
        fake_service.listening({"pets": assistant}) as address,
        OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as opened,
    ):
        yield opened


def ask(client: OpenAI, content: Any = QUESTION, **options: Any) -> ChatCompletion:
    messages: Any = content if isinstance(content, list) else [{"role": "user", "content": content}]
    return client.chat.completions.create(**{"model": "citespan", "messages": messages, **options})


def text_of(assistant: Assistant) -> str:
    return assistant.ask(QUESTION).text


def test_models_are_the_collections(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["citespan", "citespan/pets"]
    assert client.models.retrieve("citespan/pets").id == "citespan/pets"
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gpt-5")
    assert missing.value.code == "model_not_found"


def test_a_completion_has_the_answer_and_its_citations(client: OpenAI, assistant: Assistant) -> None:
    completion = ask(client)
    ChatCompletion.model_validate(completion.model_dump())
    said = completion.choices[0].message
    assert (said.content, said.refusal) == (text_of(assistant), None)
    answer = completion.model_extra["citespan"]  # type: ignore[index]
    cited = [(one["text"], citation) for one in answer["statements"] for citation in one["citations"]]
    assert said.annotations
    for annotation, (text, citation) in zip(said.annotations, cited, strict=True):
        url = annotation.url_citation
        assert said.content[url.start_index : url.end_index] == text
        assert url.title == citation["source"]
        assert url.url.endswith(f"#char={citation['start']},{citation['end']}")
        assert citation["doc_id"] in url.url


def test_a_streamed_completion_says_the_same(client: OpenAI, assistant: Assistant) -> None:
    chunks = list(ask(client, stream=True))  # type: ignore[call-overload]
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk.model_dump())
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text_of(assistant)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    whole = ask(client)
    assert chunks[-1].choices[0].delta.annotations == [one.model_dump() for one in whole.choices[0].message.annotations]


def test_a_refusal_is_shown_by_every_client(client: OpenAI) -> None:
    said = ask(client, "Write a poem about cats.").choices[0].message
    assert said.refusal
    assert said.content == said.refusal
    response = client.responses.create(model="citespan", input="Write a poem about cats.")
    assert response.output_text == said.refusal
    assert [part.type for part in response.output[0].content] == ["output_text", "refusal"]  # type: ignore[union-attr]


def test_the_history_is_taken_from_the_messages(client: OpenAI) -> None:
    messages = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "How long do Dogs sleep?"},
        {"role": "assistant", "content": "Ten hours."},
        {"role": "user", "content": [{"type": "text", "text": "What do they bark at?"}]},
    ]
    completion = ask(client, messages)
    assert completion.model_extra["citespan"]["standalone_question"] == "What do Dogs bark at?"  # type: ignore[index]
    response = client.responses.create(
        model="citespan", input=[*messages[:3], {"role": "user", "content": "What do they bark at?"}]
    )  # type: ignore[arg-type]
    assert response.model_extra["citespan"]["standalone_question"] == "What do Dogs bark at?"  # type: ignore[index]


def test_documents_may_be_chosen(client: OpenAI) -> None:
    completion = ask(client, "How long does it sleep a day?", extra_body={"citespan": {"documents": ["dogs.txt"]}})
    found = completion.model_extra["citespan"]  # type: ignore[index]
    nearest = found["refusal"]["nearest"] if found["refusal"] else found["statements"][0]["citations"]
    assert {citation["source"] for citation in nearest} == {"docs/dogs.txt"}


def test_a_response_has_both_kinds_of_citation(client: OpenAI, assistant: Assistant) -> None:
    response = client.responses.create(model="citespan", input=QUESTION)
    Response.model_validate(response.model_dump())
    assert response.output_text == text_of(assistant)
    annotations = response.output[0].content[0].annotations  # type: ignore[union-attr]
    assert {one.type for one in annotations} == {"file_citation", "url_citation"}
    assert annotations[0].file_id == assistant.documents()[0].doc_id  # type: ignore[union-attr]


def test_a_streamed_response_says_the_same(client: OpenAI, assistant: Assistant) -> None:
    events = list(client.responses.create(model="citespan", input=QUESTION, stream=True))
    for event in events:
        EVENTS.validate_python(event.model_dump())
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [events[0].type, events[-1].type] == ["response.created", "response.completed"]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == text_of(assistant) == events[-1].response.output_text
    with client.responses.stream(model="citespan", input=QUESTION) as stream:
        assert stream.get_final_response().output_text == text_of(assistant)


@pytest.mark.parametrize(
    ("options", "code", "param"),
    [
        ({"n": 2}, "unsupported_parameter", "n"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "unsupported_parameter", "tools"),
        ({"response_format": {"type": "json_object"}}, "unsupported_parameter", "response_format"),
        ({"extra_body": {"nonsense": 1}}, "unsupported_parameter", "nonsense"),
        ({"extra_body": {"citespan": {"nonsense": 1}}}, "invalid_request", "citespan.nonsense"),
        ({"messages": []}, "invalid_request", None),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "invalid_request", None),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "unsupported_parameter", None),
    ],
)
def test_what_is_not_supported_is_refused(client: OpenAI, options: Any, code: str, param: str | None) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, **options)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_parameters_that_change_nothing_are_passed_over(client: OpenAI, assistant: Assistant) -> None:
    options = {"temperature": 0.7, "max_tokens": 5, "n": 1, "tools": [], "response_format": {"type": "text"}}
    assert ask(client, **options).choices[0].message.content == text_of(assistant)


def test_an_unknown_model_is_refused(client: OpenAI) -> None:
    for model in ("gpt-5", "citespan/none", "citespan/"):
        with pytest.raises(openai.NotFoundError):
            ask(client, model=model)


def test_a_fault_in_mid_stream_is_told(client: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Assistant, *_: Any, **__: Any) -> Iterator[Any]:
        yield EvidenceFound(())
        raise ModelTimeoutError("The model took too long.")

    monkeypatch.setattr(Assistant, "stream", broken)
    with pytest.raises(openai.APIError, match="The model took too long"):
        list(ask(client, stream=True))  # type: ignore[call-overload]
    events = list(client.responses.create(model="citespan", input=QUESTION, stream=True))
    assert events[-1].type == "error"


def test_llama_index_speaks_to_it(assistant: Assistant) -> None:
    from llama_index.llms.openai_like import OpenAILike

    with fake_service.listening({"pets": assistant}) as address:
        llm = OpenAILike(model="citespan", api_base=f"{address}/v1", api_key="none", is_chat_model=True)
        assert str(llm.complete(QUESTION)) == text_of(assistant)
        assert [str(part) for part in llm.stream_complete(QUESTION)][-1] == text_of(assistant)
