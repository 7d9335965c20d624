"""HTML and SVG that is safe by construction, over markupsafe: whatever is not markup already is escaped.

Text from documents, file names, questions and models can therefore reach a page only escaped. Markup in it is shown,
not obeyed, and characters that would hide or reorder their neighbours are made visible (Boucher and Anderson, "Trojan
Source", 2021).
"""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

Html = Markup
NOTHING = Html()

_NAMES = {
    0x061C: "ALM", 0x200E: "LRM", 0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO",
    0x202E: "RLO", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xFEFF: "BOM",
}  # fmt: skip
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_VOID = frozenset({"br", "img", "input", "meta"})  # of the elements written here, those that HTML gives no end
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(value: str) -> Html:
    """`value` as element content; the element's `textContent` is `value`, to the character.

    A control character keeps its place in the text but stands in a box of its own, where it can reorder nothing
    (`.cs-hidden` is an inline block, which CSS makes a bidi paragraph by itself). A carriage return is written as a
    reference, for HTML parsers drop a bare one. Only what HTML cannot hold, NUL and lone surrogates, becomes U+FFFD.
    """
    return Html(_HIDDEN.sub(_boxed, _escaped(value)).replace("\r", "&#13;"))


def tag(name: str, /, *children: str, **attributes: str | float | bool | None) -> Html:
    """An element; children that are no markup become text.

    `class_` is written as class and `data_event` as data-event; None and False leave an attribute out.
    """
    written = [_attribute(key.strip("_").replace("_", "-"), value) for key, value in attributes.items()]
    end = "" if name in _VOID else f"</{name}>"
    return Html(f"<{name}{''.join(written)}>{join(children)}{end}")


def join(parts: Iterable[str]) -> Html:
    """Parts one after the other; those that are no markup become text."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def named(value: str) -> str:
    """`value` where there is no room for boxes: control characters become [NAME]."""
    return _HIDDEN.sub(lambda match: f"[{_name(match[0])}]", value)


def _attribute(name: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{_escaped(named(str(value)))}"'


def _escaped(value: str) -> str:
    return str(escape(_SURROGATE.sub("\ufffd", str(value))))


def _boxed(match: re.Match[str]) -> str:
    kept = "\ufffd" if match[0] == "\0" else match[0]
    return f'<span class="cs-hidden" data-name="{_name(match[0])}">{kept}</span>'


def _name(character: str) -> str:
    return _NAMES.get(ord(character), f"U+{ord(character):04X}")
