"""An answer ends when it is stopped, however long its next step takes, and nothing but that answer does."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from ui.cancellation import Stops, until


def test_items_come_in_order_and_a_fault_after_them() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ZeroDivisionError

    taken = []
    with pytest.raises(ZeroDivisionError):
        for item in until(Event(), items()):
            taken.append(item)
    assert taken == [1, 2]
    assert list(until(Event(), iter("ab"))) == ["a", "b"]


def test_a_stop_does_not_wait_for_the_item_in_hand_and_closes_what_makes_them() -> None:
    stopped, gate, closed = Event(), Event(), Event()

    def items() -> Iterator[str]:
        try:
            yield "first"
            stopped.set()
            gate.wait(60)
            yield "late"
        finally:
            closed.set()

    assert list(until(stopped, items())) == ["first"]
    assert not closed.is_set()
    gate.set()
    assert closed.wait(60)


def test_leaving_early_closes_what_makes_the_items() -> None:
    closed = Event()

    def items() -> Iterator[int]:
        try:
            yield from range(9)
        finally:
            closed.set()

    for _ in (walk := until(Event(), items())):
        break
    walk.close()  # type: ignore[attr-defined]
    assert closed.wait(60)


def test_only_the_answer_of_that_session_is_stopped_and_not_its_next_one() -> None:
    stops = Stops()
    stops.stop("nobody")
    with stops.running("one") as one, stops.running("two") as two:
        stops.stop("one")
        assert (one.stopped.is_set(), two.stopped.is_set()) == (True, False)
        assert not one.left.is_set()
    with stops.running("one") as again:
        assert not again.stopped.is_set()


def test_leaving_waits_until_the_answer_has_ended() -> None:
    stops = Stops()
    stops.leave("nobody")
    shown: list[str] = []
    begun = Event()

    def answer() -> None:
        with stops.running("one") as run:
            begun.set()
            assert run.stopped.wait(60)
            shown.append("left" if run.left.is_set() else "stopped")

    thread = Thread(target=answer)
    thread.start()
    assert begun.wait(60)
    stops.leave("one")
    assert shown == ["left"]
    thread.join(60)
