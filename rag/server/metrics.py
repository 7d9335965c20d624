"""What is counted while the service runs, in Prometheus' text format. Counts no words of any question."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.types import Answer

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


@dataclass(slots=True)
class Measured:
    """A question on its way."""

    status: str = "failed"

    def answered(self, answer: Answer) -> None:
        """The answer is there."""
        self.status = answer.status


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "citespan_requests", "HTTP requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "citespan_request_seconds",
            "Time to the end of a response",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.questions = Counter("citespan_questions", "Questions", ["status"], registry=self.registry)
        self.question_seconds = Histogram(
            "citespan_question_seconds",
            "Time of a question, waiting included",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.waiting = Gauge("citespan_waiting", "Work that waits for a thread", registry=self.registry)

    @contextmanager
    def question(self) -> Iterator[Measured]:
        """A block that answers a question."""
        measured, start = Measured(), time.perf_counter()
        try:
            yield measured
        finally:
            self.questions.labels(measured.status).inc()
            self.question_seconds.observe(time.perf_counter() - start)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A response has ended."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """The counters in the text format."""
        return generate_latest(self.registry)
