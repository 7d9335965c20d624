"""Uploads on their way into an index: jobs, one after the other for each index, remembered until the service ends."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, Literal
from uuid import uuid4

from rag.errors import CitespanError
from rag.server.problems import TOO_MANY, ProblemError, described

REMEMBERED = 500  # jobs
WAITING = 50  # jobs that may wait
State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of an uploaded file; `reason` says why it failed, `gaps` what of it could not be read."""

    name: str
    status: Literal["added", "changed", "unchanged", "failed"]
    doc_id: str | None = None
    reason: str = ""
    gaps: tuple[str, ...] = ()


@dataclass(slots=True)
class Job:
    """An ingest: its files, how many of them are done, and what became of each."""

    collection: str
    caller: str
    files: tuple[str, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    state: State = "waiting"
    outcomes: list[FileOutcome] = field(default_factory=list)
    problem: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "id": self.id,
            "collection": self.collection,
            "state": self.state,
            "progress": {"done": len(self.outcomes), "total": len(self.files)},
            "files": [asdict(outcome) for outcome in self.outcomes],
            "problem": self.problem,
        }


class Jobs:
    """The jobs of a service. Safe to share between threads."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "ingesting")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(self, collection: str, caller: str, files: Sequence[str], read: Callable[[str], FileOutcome]) -> Job:
        """Read files in, one after the other, once the jobs before are done. Raises ProblemError for too many."""
        with self._lock:
            if sum(job.state == "waiting" for job in self._jobs.values()) >= WAITING:
                raise ProblemError(TOO_MANY, f"{WAITING} uploads are waiting already.")
            job = Job(collection, caller, tuple(files))
            self._jobs[job.id] = job
            while len(self._jobs) > REMEMBERED:
                self._jobs.popitem(last=False)
        self._thread.submit(_run, job, read)
        return job

    def get(self, id_: str, caller: str) -> Job | None:
        """A job that a caller started."""
        job = self._jobs.get(id_)
        return job if job and job.caller == caller else None

    def close(self) -> None:
        """Begin no further job; wait for the one that runs."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def _run(job: Job, read: Callable[[str], FileOutcome]) -> None:
    job.state = "running"
    try:
        for file in job.files:
            job.outcomes.append(read(file))
    except CitespanError as error:  # of the index as a whole; a file that fails is an outcome
        job.problem = described(error).body
        job.state = "failed"
    else:
        job.state = "done"
