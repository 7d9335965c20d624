"""Formulas of MathML and of Office (OMML) on one line: `πr²`, `(a+b)/c`, `√(x)`.

Only what is shown is written, and once: of MathML's `semantics` the presentation, not its annotations.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from rag.loaders.markup.inline import exponent


class Node(Protocol):
    """An element of a formula, whichever parser made it."""

    @property
    def name(self) -> str:
        """Its local name."""

    @property
    def text(self) -> str:
        """The characters in it."""

    def children(self) -> "Sequence[Node]":
        """The elements within it, in order."""


_PLAIN = frozenset("mi mn mo mtext ms t".split())
_NOT_SHOWN = frozenset(
    """annotation annotation-xml rPr ctrlPr sSupPr sSubPr sSubSupPr fPr radPr dPr naryPr funcPr accPr barPr groupChrPr
    limLowPr limUppPr mPr eqArrPr boxPr borderBoxPr phantPr sPrePr mphantom none mprescripts""".split()
)
_SUPERSCRIPTS = frozenset(("msup", "sSup", "mover", "limUpp"))
_SUBSCRIPTS = frozenset(("msub", "sSub", "munder", "limLow"))
_BOTH = frozenset(("msubsup", "sSubSup", "munderover"))
_DEEPEST = 200


def linear(node: Node, depth: int = 0) -> str:
    """A formula as one line."""
    if depth > _DEEPEST or node.name in _NOT_SHOWN:
        return ""
    if node.name in _PLAIN:
        return node.text
    shown = [part for part in node.children() if part.name not in _NOT_SHOWN]
    parts = [linear(part, depth + 1) for part in shown]
    write = _WRITERS.get(node.name)
    return write(parts, node) if write else "".join(parts)


def _raised(parts: list[str], _: Node) -> str:
    return "".join(parts[:1]) + exponent("".join(parts[1:]))


def _lowered(parts: list[str], _: Node) -> str:
    return "".join(parts[:1]) + _index("".join(parts[1:]))


def _both(parts: list[str], _: Node) -> str:
    return "".join(parts[:1]) + _index("".join(parts[1:2])) + exponent("".join(parts[2:]))


def _index(text: str) -> str:
    return f"_{_grouped(text)}" if text else ""


def _fraction(parts: list[str], _: Node) -> str:
    return "/".join(map(_grouped, parts))


def _root(parts: list[str], _: Node) -> str:
    return f"√{_grouped(''.join(parts), always=True)}"


def _nth_root(parts: list[str], node: Node) -> str:
    if node.name == "rad":  # Office gives the degree first, and an empty one for a square root
        parts = parts[::-1]
    degree = exponent("".join(parts[1:]), sign="")
    return f"{degree}√{_grouped(''.join(parts[:1]), always=True)}"


def _fenced(parts: list[str], _: Node) -> str:
    return f"({', '.join(parts)})"


def _row(parts: list[str], _: Node) -> str:
    return " ".join(part for part in parts if part)


def _lines(parts: list[str], _: Node) -> str:
    return "; ".join(part for part in parts if part)


_WRITERS: dict[str, Callable[[list[str], Node], str]] = {
    **dict.fromkeys(_SUPERSCRIPTS, _raised),
    **dict.fromkeys(_SUBSCRIPTS, _lowered),
    **dict.fromkeys(_BOTH, _both),
    **dict.fromkeys(("mfrac", "f"), _fraction),
    **dict.fromkeys(("d", "mfenced"), _fenced),
    **dict.fromkeys(("mtr", "mr"), _row),
    **dict.fromkeys(("mtable", "m", "eqArr"), _lines),
    "msqrt": _root,
    "mroot": _nth_root,
    "rad": _nth_root,
}


def _grouped(text: str, *, always: bool = False) -> str:
    return f"({text})" if always or (len(text) > 1 and not text.isalnum()) else text
