"""A watched folder tells of changes in it, but not of the index's own."""

import threading
from pathlib import Path

from rag.ingestion.watch import changes
from tests.conftest import write_files


def test_each_burst_of_changes_is_told_once_and_the_indexs_own_not_at_all(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "One.", "index/catalogue": "x"})
    stop, told, started = threading.Event(), threading.Semaphore(0), threading.Event()

    def watch() -> None:
        started.set()
        for _ in changes([docs], beside=(docs / "index").resolve(), stop=stop):
            told.release()

    worker = threading.Thread(target=watch)
    worker.start()
    started.wait()
    for number in range(100):  # the watch may not have begun when the first is written
        write_files(docs, {"a.txt": f"Two {number}."})
        if told.acquire(timeout=3):
            break
    else:
        raise AssertionError("no change was told")
    while told.acquire(timeout=3):
        pass
    write_files(docs, {"index/catalogue": "y"})
    assert not told.acquire(timeout=3)
    stop.set()
    worker.join()
