"""HTML and SVG from values: whatever is not markup already is escaped."""

from html import escape

VOID = frozenset({"meta", "input", "br"})


class Html(str):
    """Text that is markup and may stand as it is."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | float) -> Html:
    """An element; `class_` and `for_` lose their underscore, and other underscores become hyphens."""
    written = "".join(f' {_name(key)}="{escape(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Markup as it is and text escaped, one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
