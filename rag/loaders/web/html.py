"""HTML, by Lexbor (selectolax): the text that a reader of the page sees; of a whole page, its main part.

The main part is `<main>`, else the one `<article>`, else the body without headers, footers, navigation and asides.
Scripts, styles, forms and what is hidden are left out. No style sheet is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.plain_blocks import Blocks

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DECLARED = re.compile(rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD = 4096  # bytes in which an encoding is declared
_UNSEEN = frozenset(
    """head script style noscript template iframe object embed svg canvas audio video map button select textarea input
    form dialog datalist""".split()
)
_AROUND = frozenset("nav footer aside menu".split())  # of a page, not of its subject
_ROLES = frozenset("navigation banner contentinfo complementary search".split())
_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer h1 h2
    h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody tfoot thead tr ul""".split()
)
_CELLS = frozenset(("td", "th"))
_SELF_CLOSED = re.compile(r"<(?!(?:area|br|col|hr|img|link|meta|wbr)\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)/>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(path: Path, data: bytes) -> Content:
    """The main text of a page. Raises UnreadableSourceError when it cannot be decoded."""
    declared = _DECLARED.search(data, 0, _HEAD)
    found = decode(path, data, declared=declared[1].decode("ascii") if declared else None)
    text = visible_text(found.text, xml=path.suffix.lower() == ".xhtml")
    return Content(text, encoding=found.encoding)


def visible_text(html: str, *, main_part: bool = True, xml: bool = False) -> str:
    """What a reader sees of a page, or of its main part, as blocks parted by empty lines.

    `xml`: it is XHTML, where any element may close itself.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(_SELF_CLOSED.sub(r"<\1\2></\1>", html) if xml else html).body
    if root is None:
        return ""
    chosen = _main(root) if main_part else root
    scribe = _Scribe()
    for node, entering in _walk(chosen, around=not main_part or chosen.tag != "body"):
        scribe.write(node, 1 if entering else -1)
    return scribe.blocks.text


@dataclass(slots=True)
class _Scribe:
    """Writes nodes as blocks; knows how many cells and preformatted parts it is within."""

    blocks: Blocks = field(default_factory=Blocks)
    cells: int = 0
    preformatted: int = 0

    def write(self, node: "LexborNode", step: int) -> None:
        """Write a node as it begins (1) or ends (-1)."""
        tag = node.tag or ""
        if node.is_text_node:
            if step > 0:
                self._text(node.text_content or "")
        elif tag == "br":
            if step > 0:
                self.blocks.newline()
        elif tag in _CELLS:
            self.cells += step
            if step < 0:
                self.blocks.cell()
        elif tag in _BLOCKS:
            self._block(tag, step)

    def _text(self, text: str) -> None:
        if self.preformatted:
            self.blocks.preformatted(text)
        else:
            self.blocks.run(text)

    def _block(self, tag: str, step: int) -> None:
        self.preformatted += step if tag == "pre" else 0
        if self.cells:
            self.blocks.run(" ")
        elif tag == "li" and step > 0:
            self.blocks.item()
        else:
            self.blocks.end()


def _main(body: "LexborNode") -> "LexborNode":
    for selector in ("main, [role=main]", "article"):
        found = body.css(selector)
        if len(found) == 1 and found[0].text(strip=True):
            return found[0]
    return body


def _walk(root: "LexborNode", *, around: bool) -> Iterator[tuple["LexborNode", bool]]:
    """Every node that is seen, once when it begins and once when it ends. No recursion: pages may be nested deeply."""
    path = [root]
    yield root, True
    following = root.child
    while path:
        if following is None:
            done = path.pop()
            yield done, False
            following = done.next if path else None
        elif _is_unseen(following, around):
            following = following.next
        else:
            path.append(following)
            yield following, True
            following = following.child


def _is_unseen(node: "LexborNode", around: bool) -> bool:
    if not node.is_element_node:
        return not node.is_text_node
    tag, attributes = node.tag or "", node.attributes
    hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
    if tag in _UNSEEN or hidden or _HIDDEN.search(attributes.get("style") or ""):
        return True
    beside = tag in _AROUND or attributes.get("role") in _ROLES or (tag == "header" and node.css_first("h1") is None)
    return beside and not around
