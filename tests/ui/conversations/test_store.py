"""What a browser keeps of conversations: everything that was said comes back, within bounds, whatever was sent."""

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

from rag.types import Refusal, Statement
from tests.fakes.chat import answered, document, quoted, refused
from ui.conversations import store
from ui.types import Kept, Turn

NOTES = document("folder/notes.txt", "The bridge is 40 metres long. It was built in 1911.\n")
LENGTH = quoted(NOTES, "The bridge is 40 metres long.")
SAID = answered("How long?", Statement(LENGTH.quote, (LENGTH,), 0.97), dropped=(Statement("Red.", (LENGTH,), 0.1),))
REFUSED = refused("Who?", Refusal("not_stated", "It does not say.", (LENGTH,)))
TURNS = (
    Turn("How long?", answer=SAID, vote="up", feedback="vote-1", thanked=True),
    Turn("Who?", answer=REFUSED),
    Turn("Why?", problem="The index is locked."),
    Turn("When?", stopped=True),
)


def test_a_conversation_comes_back_as_it_was() -> None:
    kept = store.put((), "a", TURNS).shelf
    through_the_browser = store.read(json.loads(json.dumps(store.write(kept))))
    assert store.turns(through_the_browser[0]) == TURNS
    assert (kept[0].id, kept[0].title, kept[0].questions) == ("a", "How long?", 4)


def test_what_is_found_anew_and_what_is_not_finished_is_not_kept() -> None:
    half = replace(TURNS[0], stale=frozenset({1}), evidence=(LENGTH,))
    kept = store.put((), "a", (half, Turn("And now?"))).shelf
    assert store.turns(kept[0]) == (TURNS[0],)


def test_the_conversation_used_last_comes_first_and_keeps_its_title() -> None:
    first = store.rename(store.put((), "a", TURNS[:1]).shelf, "a", "  The\nbridge ")
    both = store.put(first, "b", TURNS[1:]).shelf
    again = store.put(both, "a", TURNS).shelf
    assert [(kept.id, kept.title) for kept in both] == [("b", "Who?"), ("a", "The bridge")]
    assert [(kept.id, kept.title, kept.questions) for kept in again] == [("a", "The bridge", 4), ("b", "Who?", 3)]
    assert store.rename(again, "a", " \n") == again
    assert [kept.id for kept in store.discard(again, "a")] == ["b"]
    assert (store.find(again, "b"), store.find(again, "c")) == (again[1], None)


def test_the_oldest_conversations_make_room_and_are_named() -> None:
    one = store.put((), "a", TURNS).shelf
    room = 2 * len(one[0].packed) + 10
    two = store.put(one, "b", TURNS, room=room)
    three = store.put(two.shelf, "c", TURNS, room=room)
    assert (two.dropped, three.dropped) == ((), ("How long?",))
    assert [kept.id for kept in three.shelf] == ["c", "b"]


def test_a_conversation_that_is_too_long_by_itself_loses_its_beginning() -> None:
    long = tuple(Turn(f"Question {number}?", answer=SAID) for number in range(40))
    room = len(store.put((), "a", long[:20]).shelf[0].packed)
    put = store.put((), "a", long, room=room)
    assert len(put.shelf[0].packed) <= room and 0 < put.forgotten < 40
    assert store.turns(put.shelf[0]) == long[put.forgotten :]


def test_the_default_room_fits_local_storage_encrypted() -> None:
    assert (store.ROOM + 50_000) * 4 / 3 < 2_500_000  # half of the 5 million characters that browsers give


@pytest.mark.parametrize("sent", [None, 7, "x", [], {}, {"conversations": 3}, {"conversations": [{"id": 1}, None]}])
def test_what_is_no_shelf_is_an_empty_one(sent: Any) -> None:
    assert store.read(sent) == ()


def packed(value: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "not base64!",
        "AAAA",
        packed({"question": "no list"}),
        packed([{"question": 1}, {"question": "Q", "answer": {"question": "half an answer"}}, "Q"]),
        packed("x")[:-4],
    ],
)
def test_turns_that_cannot_be_read_are_left_out(stored: str) -> None:
    assert store.turns(Kept("a", "A", 1, stored)) == ()


def test_a_bomb_is_not_unpacked() -> None:
    assert store.turns(Kept("a", "A", 1, base64.b64encode(zlib.compress(b" " * 200_000_000)).decode())) == ()


def test_what_the_server_forgot_of_the_page_is_found_on_the_shelf() -> None:
    stored = store.write(store.put((), "a", TURNS).shelf)
    assert store.shown(stored, "", (), "a") == ("a", TURNS)
    assert store.shown(stored, "b", TURNS[:1], "a") == ("b", TURNS[:1])
    assert [store.shown(sent, "", (), opened) for sent, opened in ((stored, "c"), (stored, None), (None, "a"))] == [
        ("", ())
    ] * 3
