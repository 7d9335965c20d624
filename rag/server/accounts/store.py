"""Tokens and users in one file, which only its owner may read.

A token is shown once and kept as its SHA-256, which suffices for a secret of 256 random bits; a password is kept as
argon2 has it. The file is read again when it has changed, so that a token that is taken back is refused at once.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from filelock import FileLock

from rag.errors import SettingsError
from rag.server.access import Caller, Right

FILE = "access.json"
_FORMAT = "citespan-access/1"
_PREFIX = "cs_"  # so that scanners for leaked secrets can know one
_EMPTY: Mapping[str, Any] = {"format": _FORMAT, "tokens": {}, "users": {}}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token or a user may do; None stands for all collections. No labels: documents without one only."""

    rights: tuple[Right, ...] = ("read",)
    collections: tuple[str, ...] | None = None
    labels: tuple[str, ...] = ()

    def caller(self, name: str) -> Caller:
        """The caller that this makes of a name."""
        within = None if self.collections is None else frozenset(self.collections)
        return Caller(name, frozenset(self.rights), within, frozenset(self.labels))


@dataclass(slots=True)
class Accounts:
    """The tokens and users of a file, which need not be there yet."""

    path: Path
    _read: dict[str, Any] = field(default_factory=lambda: dict(_EMPTY))
    _stamp: tuple[int, int, int] | None = None
    _passed: set[bytes] = field(default_factory=set)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __bool__(self) -> bool:
        """Whether there is any token or user."""
        known = self._known()
        return bool(known["tokens"] or known["users"])

    def names(self, kind: str) -> dict[str, dict[str, Any]]:
        """The `tokens` or `users` by name, without their secrets."""
        return {
            name: {key: value for key, value in entry.items() if key != "hash"}
            for name, entry in sorted(self._known()[kind].items())
        }

    def add_token(self, name: str, grant: Grant) -> str:
        """Make a token; what is returned is nowhere kept. Raises SettingsError for a name that is taken."""
        token = f"{_PREFIX}{secrets.token_urlsafe(32)}"
        self._add("tokens", name, _hash(token), grant)
        return token

    def add_user(self, name: str, password: str, grant: Grant) -> None:
        """Make a user. Raises SettingsError for a name that is taken, or a password of under eight characters."""
        if len(password) < 8:
            raise SettingsError("A password has at least eight characters. Choose a longer one.")
        self._add("users", name, PasswordHasher().hash(password), grant)

    def remove(self, kind: str, name: str) -> None:
        """Take a token or a user back. Raises SettingsError when there is none of that name."""
        with self._changing() as known:
            if known[kind].pop(name, None) is None:
                raise SettingsError(f"There is no {kind[:-1]} called '{name}'. `rag {kind[:-1]} list` shows them.")

    def caller_of(self, token: str) -> Caller | None:
        """Who a token stands for; None for a token that is not known."""
        wanted = _hash(token)
        entries = self._known()["tokens"].items()
        return next((_grant(entry).caller(name) for name, entry in entries if entry["hash"] == wanted), None)

    def is_valid(self, caller: Caller) -> bool:
        """Whether a caller's token is still there, with the same rights."""
        entry = self._known()["tokens"].get(caller.name)
        return entry is not None and _grant(entry).caller(caller.name) == caller

    def check_password(self, name: str, password: str) -> bool:
        """Whether that is the user's password. Takes as long for a user who is not there.

        A right one is remembered by a hash with this process's own key, for browsers send it with every request.
        """
        entry = self._known()["users"].get(name)
        hasher = PasswordHasher()
        kept = entry["hash"] if entry else _nobody(hasher)
        mark = hmac.digest(self._key, f"{name}\0{kept}\0{password}".encode("utf-8", "surrogateescape"), "sha256")
        if mark in self._passed:
            return True
        try:
            hasher.verify(kept, password)
        except Argon2Error:
            return False
        if entry is not None:
            self._passed.add(mark)
        return entry is not None

    def _add(self, kind: str, name: str, hash_: str, grant: Grant) -> None:
        if not name.isprintable() or not name.strip():
            raise SettingsError("A name has at least one character, and no control characters. Give another name.")
        with self._changing() as known:
            if name in known[kind]:
                raise SettingsError(
                    f"There is a {kind[:-1]} called '{name}' already. Remove it first, or choose a name."
                )
            created = datetime.now(UTC).isoformat(timespec="seconds")
            known[kind][name] = {
                "hash": hash_,
                "rights": list(grant.rights),
                "collections": None if grant.collections is None else list(grant.collections),
                "labels": list(grant.labels),
                "created": created,
            }

    def _known(self) -> dict[str, Any]:
        try:
            status = self.path.stat()
        except OSError:
            self._read, self._stamp = dict(_EMPTY), None
            return self._read
        stamp = status.st_mtime_ns, status.st_size, status.st_ino
        if stamp != self._stamp:
            self._read, self._stamp = _loaded(self.path), stamp
        return self._read

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """What the file holds, to be changed; written whole or not at all, while nobody else writes."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=10):
                known = _loaded(self.path) if self.path.exists() else json.loads(json.dumps(_EMPTY))
                yield known
                _write(self.path, known)
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written: {error}. Name another file with --access.") from error


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(16))


def _grant(entry: Mapping[str, Any]) -> Grant:
    collections = entry["collections"]
    within = None if collections is None else tuple(collections)
    return Grant(_rights(entry["rights"]), within, tuple(entry["labels"]))


def _rights(names: Iterable[str]) -> tuple[Right, ...]:
    known: tuple[Right, ...] = ("read", "write")
    return tuple(right for right in known if right in names)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != _FORMAT or not {"tokens", "users"} <= set(found):
            raise ValueError("it is of another format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path} cannot be read as tokens and users: {error}. Restore it, or remove it.") from error
    return found


def _write(path: Path, known: Mapping[str, Any]) -> None:
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.", delete=False, encoding="utf-8") as file:
        json.dump(known, file, ensure_ascii=False, indent=2)  # such files are made so that only their owner reads them
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
