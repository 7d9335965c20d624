"""Files parsed and texts embedded on a Ray cluster, for the one writer of the index to put in, in order.

Bytes of files go to the workers, documents and vectors come back, and batches are those that an ingest without Ray
makes: the index is the same to the byte where the processors are of one kind. Workers write nothing. Ray loads when it
is first needed; its usage statistics and its dashboard are off.
"""

import itertools
import os
import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rag.errors import CitespanError, ClusterError, ModelError, SettingsError
from rag.loaders import Loaded
from rag.loaders.options import LoadOptions
from rag.loaders.sandbox import FileReader
from rag.models.sentence_encoder import BATCH
from rag.protocols import Encoder
from rag.types import Progress

if TYPE_CHECKING:
    from rag.types import Vectors

LOCAL = "local"
_KNOCK = 10.0  # seconds that a cluster may take to let us in


class RayCluster:
    """A worker for each processor of a cluster. Use in a `with` block; threads may share it.

    `address` is a cluster's, as `ray.init` takes it, or `local`, or `local:N` for N workers on this computer.
    `make_encoder` makes on a worker what has `fingerprint` here.
    """

    count = 16  # files that are read at once; a window of an ingest has as many batches to embed

    def __init__(self, address: str, make_encoder: Callable[[], Encoder], fingerprint: str) -> None:
        self._address = address
        self._parts = make_encoder, fingerprint
        self._lock = Lock()
        self._workers: list[Any] = []
        self._turns = itertools.count()
        self._is_ours = False
        # Linux ends what Ray starts together with the thread that started it, so that one must stay.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="ray")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let the workers go, and stop what was started for them."""
        self._starter.submit(self._stop).result()
        self._starter.shutdown()

    def load(
        self, path: Path, data: bytes, *, source: str, options: LoadOptions, progress: Progress | None = None
    ) -> Loaded:
        """The document in a file's bytes. Raises UnreadableSourceError or ClusterError.

        A cluster reports no progress within a file: `progress` is not called.
        """
        loaded: Loaded = self._result(self._worker().load.remote(path, data, source, options))
        return loaded

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of some texts, longest first, in their order."""
        batches = [self._worker().encode.remote(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)]
        return np.concatenate([self._result(batch) for batch in batches])

    def _worker(self) -> Any:
        with self._lock:
            self._workers = self._workers or self._starter.submit(self._start).result()
        return self._workers[next(self._turns) % len(self._workers)]

    def _start(self) -> list[Any]:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        try:
            import ray
        except ImportError as error:
            raise ClusterError("Ray is not installed. Install it with `pip install 'citespan[ray]'`.") from error
        if not ray.is_initialized():
            self._connect()
        make = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=3)(Worker)
        return [make.remote(*self._parts) for _ in range(max(1, int(ray.cluster_resources().get("CPU", 1))))]

    def _stop(self) -> None:
        if not (self._workers or self._is_ours):
            return
        import ray

        for worker in self._workers:
            ray.kill(worker)
        if self._is_ours:
            ray.shutdown()

    def _connect(self) -> None:
        import ray

        place: dict[str, Any] = {"address": self._address}
        if workers := local_workers(self._address):
            place = {"address": LOCAL, "num_cpus": workers, "include_dashboard": False}
        try:
            _knock(self._address)
            ray.init(**place, log_to_driver=False, logging_level="ERROR")
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise ClusterError(
                f"No Ray cluster answers at {self._address}: {error}. Start one (`ray start --head`), or name another; "
                "--ray local needs none."
            ) from error
        self._is_ours = True

    def _result(self, reference: Any) -> Any:
        import ray

        try:
            answer = ray.get(reference)
        except ray.exceptions.RayError as error:
            raise ClusterError(
                f"The Ray cluster at {self._address} does not do its work: {error}. Look into its logs, then run the "
                "same command again: what is done stays done."
            ) from error
        if isinstance(answer, CitespanError):
            raise answer
        return answer


class Worker:
    """What runs on the cluster. Its errors are answers: raised there, they would come back with Ray's words around."""

    def __init__(self, make_encoder: Callable[[], Encoder], fingerprint: str) -> None:
        self._encoder = make_encoder()
        self._fingerprint = fingerprint
        self._reader = FileReader()

    def load(self, path: Path, data: bytes, source: str, options: LoadOptions) -> Loaded | CitespanError:
        """The document in a file's bytes, or why there is none."""
        try:
            return self._reader.load(path, data, source=source, options=options)
        except CitespanError as error:
            return error

    def encode(self, texts: Sequence[str]) -> "Vectors | CitespanError":
        """The vectors of one batch, (n, dimension) float32, or why there are none."""
        try:
            if (found := self._encoder.fingerprint) != self._fingerprint:
                return ModelError(
                    f"A Ray worker has the encoder {found}, this computer {self._fingerprint}. Install the same "
                    "version of Citespan and the same model on all."
                )
            return self._encoder.encode(texts)
        except CitespanError as error:
            return error


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at HOST:PORT: Ray would try for half an hour."""
    found = re.fullmatch(r"(?:ray://)?([^/]+):(\d+)", address)
    if found and not local_workers(address):
        socket.create_connection((found[1], int(found[2])), timeout=_KNOCK).close()


def local_workers(address: str) -> int:
    """How many workers an address asks for on this computer; 0 for an address elsewhere. Raises SettingsError."""
    name, _, number = address.partition(":")
    if name != LOCAL:
        return 0
    if number and not (number.isdecimal() and int(number)):
        raise SettingsError(f"'{address}' names no number of workers. Write --ray local:2 for two.")
    return int(number) if number else os.cpu_count() or 1
