"""Who a request is from, how often they may ask, and what is written down of it."""

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TextIO

from starlette.datastructures import Headers
from starlette.types import Scope

from rag.server.access import LOCAL, Caller
from rag.server.accounts.store import Accounts
from rag.server.problems import TOO_MANY, UNAUTHORISED, ProblemError
from rag.types import Answer

REMEMBERED = 10_000  # clients whose pace is remembered
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="citespan"'}


class Pace:
    """At most so many requests a minute of each client, in bursts of as many: a token bucket each."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> None:
        """Count a request. Raises ProblemError, with the seconds to wait, for one too many."""
        now = self._clock()
        with self._lock:
            left, then = self._left.pop(client, (self._most, now))
            left = min(self._most, left + (now - then) * self._most / 60)
            self._left[client] = (max(left - 1, 0) if left >= 1 else left, now)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        if left < 1:
            wait = 1 + int((1 - left) * 60 / self._most)
            told = f"This client may send {self._most:.0f} requests a minute."
            raise ProblemError(TOO_MANY, told, headers={"Retry-After": str(wait)})


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets requests in. Where nobody has an account, this computer's own are let in without one."""

    accounts: Accounts
    pace: Pace | None = None
    failures: Pace = field(default_factory=lambda: Pace(30))

    def identify(self, scope: Scope) -> Caller:
        """Who a request is from. Raises ProblemError without a token that is known, and for one too many."""
        address = str((scope.get("client") or ("unknown", 0))[0])
        caller = self._caller(Headers(scope=scope), address)
        if self.pace:
            self.pace.take(caller.name)
        return caller

    def is_valid(self, caller: Caller) -> bool:
        """Whether a caller may still do what they could when they came."""
        return caller.name == LOCAL.name or self.accounts.is_valid(caller)

    def login(self, name: str, password: str) -> bool:
        """Whether a user of the chat may come in."""
        return self.accounts.check_password(name, password)

    def _caller(self, headers: Headers, address: str) -> Caller:
        if not self.accounts:
            return LOCAL
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        caller = self.accounts.caller_of(given) if given else None
        if caller is None:
            if given:
                self.failures.take(address)
            told = "The token is not known: it is wrong, or was taken back." if given else "No token was sent."
            raise ProblemError(UNAUTHORISED, told, headers=_CHALLENGE)
        return caller


class Audit:
    """A line of JSON for each question: who asked, what, and which documents were cited. Off unless a file is named."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", encoding="utf-8")  # closed when the process ends: it has no other end
        path.chmod(0o600)
        self._lock = Lock()

    def answered(self, caller: Caller, collection: str, answer: Answer) -> None:
        """Write down an answer. Raises OSError."""
        cited = {citation.source for statement in answer.statements for citation in statement.citations}
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "caller": caller.name,
            "collection": collection,
            "question": answer.question,
            "status": answer.status,
            "cited": sorted(cited),
        }
        with self._lock:
            self._file.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
            self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
