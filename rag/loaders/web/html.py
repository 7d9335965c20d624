"""HTML, by Lexbor (selectolax): the text that a reader of the page sees; of a whole page, its main part.

The main part is `<main>`, else the one `<article>`, else the body without headers, navigation and asides; a page's
footer stands at the end, as furniture. Scripts, controls, cookie notices, teasers and what is hidden are left out. No
style sheet is read.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.web.scribe import LeftOut, Scribe

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DECLARED = re.compile(rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD = 4096  # bytes in which an encoding is declared
_SELF_CLOSED = re.compile(r"<(?!(?:area|br|col|hr|img|link|meta|wbr)\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)/>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*\[(.*?)\]\s*>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"&%<]{0,1000})"|'([^'&%<]{0,1000})')\s*>""")
_FURNITURE_LINKS = 0.5  # of a footer's characters; one with more is a list of links


def read(path: Path, data: bytes) -> Content:
    """The main text of a page. Raises UnreadableSourceError when it cannot be decoded."""
    found = decode(path, data, declared=declared_encoding(data))
    blocks = Blocks()
    xml = path.suffix.lower() == ".xhtml" or data.lstrip()[:5] == b"<?xml"
    left_out = write_html(blocks, found.text, xml=xml)
    if left_out.beside > len(blocks.text.split()):  # more is called a teaser than not: then teasers are the subject
        blocks = Blocks()
        left_out = write_html(blocks, found.text, xml=xml, beside=True)
    return Content(blocks.text, encoding=found.encoding, blocks=blocks.blocks, gaps=gaps(left_out))


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page declares at its beginning."""
    declared = _DECLARED.search(data, 0, _HEAD)
    return declared[1].decode("ascii") if declared else None


def write_html(
    blocks: Blocks, html: str, *, main_part: bool = True, xml: bool = False, beside: bool = False
) -> LeftOut:
    """Write what a reader sees of a page, or of its main part, as blocks; what was left out.

    `xml`: it is XHTML, where any element may close itself and entities may be declared. `beside`: teasers are wanted
    too.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(_as_html(html) if xml else html).body
    if root is None:
        return LeftOut()
    chosen = _main(root) if main_part else root
    around = not main_part or chosen.tag != "body"
    scribe = Scribe(blocks, around=around, beside=beside or not main_part)
    scribe.write(chosen)
    if main_part:
        _write_footer(blocks, root, chosen)
    return scribe.left_out


def gaps(left_out: LeftOut) -> tuple[str, ...]:
    """What of a page is not in the text, in words."""
    told = []
    if left_out.hidden:
        told.append(f"hidden text is left out ({left_out.hidden:,} words)")
    if left_out.struck:
        told.append(f"struck-out text is left out ({left_out.struck:,} words)")
    if left_out.comments:
        told.append("readers' comments are left out")
    return tuple(told)


def _as_html(text: str) -> str:
    """XHTML as an HTML parser reads it: closed elements in two tags, plain entities in place, no declaration."""
    if declared := _DOCTYPE.search(text):
        entities = {name: double or single for name, double, single in _ENTITY.findall(declared[1])}
        text = text[: declared.start()] + text[declared.end() :]
        if entities:
            names = re.compile(f"&({'|'.join(map(re.escape, entities))});")
            text = names.sub(lambda match: entities[match[1]], text)
    return _SELF_CLOSED.sub(r"<\1\2></\1>", text)


def _main(body: "LexborNode") -> "LexborNode":
    for selector in ("main, [role=main]", "article"):
        found = body.css(selector)
        if len(found) == 1 and found[0].text(strip=True):
            return found[0]
    return body


def _write_footer(blocks: Blocks, body: "LexborNode", chosen: "LexborNode") -> None:
    """Write the page's own footer, unless it is a list of links or stands within what was written."""
    for footer in body.css("footer, [role=contentinfo]"):
        if any(part.mem_id == chosen.mem_id for part in _around(footer) if chosen.tag != "body"):
            continue
        text = footer.text(strip=True) or ""
        links = sum(len(link.text(strip=True) or "") for link in footer.css("a"))
        if text and links <= _FURNITURE_LINKS * len(text):
            apart = Blocks()
            Scribe(apart, around=True).write(footer)
            blocks.add(" ".join(apart.text.split()), "page_furniture")


def _around(node: "LexborNode") -> "list[LexborNode]":
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found
