"""Who asks, and what they may do. Holds values; `rag.server.tokens` finds out who a request is from."""

from dataclasses import dataclass
from typing import Literal

Right = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who uses the service.

    `collections` are the names of the indexes they may use, `labels` those of the labels whose documents they may read;
    None stands for all.
    """

    name: str
    rights: frozenset[Right]
    collections: frozenset[str] | None = None
    labels: frozenset[str] | None = None

    def may(self, right: Right, collection: str) -> bool:
        """Whether they may do that with an index."""
        return right in self.rights and (self.collections is None or collection in self.collections)


LOCAL = Caller("local", frozenset({"read", "write"}))
"""Whoever works on this computer, where no token is asked for."""
