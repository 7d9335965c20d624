"""Footnotes of web pages and books: which elements refer to a note, and which are one."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_REFERENCE_NAMES = frozenset("footnote-ref footnoteref footnote-reference noteref reference fnref footnote fn".split())
_NOTE_TYPES = frozenset("footnote endnote rearnote doc-footnote doc-endnote note".split())
_NOTE_NAMES = frozenset("footnote footnotes endnote endnotes footnote-list footnote-definition references".split())
_MARK = re.compile(r"\[?(?:\d{1,4}|[a-z]|[ivx]{1,5}|[*†‡§¶]{1,3})\]?", re.IGNORECASE)
_BACK = frozenset("↩ ↩︎ ↑ ^ ⏎ ↵ ⤴ 🔙".split())


def refers_to_note(node: "LexborNode") -> bool:
    """Whether an element is the mark of a note: it says so, or is a link to one whose text is a mark."""
    attributes = node.attributes
    if "noteref" in (attributes.get("epub:type") or "") or attributes.get("role") == "doc-noteref":
        return True
    if node.tag == "sup" and _REFERENCE_NAMES & set((attributes.get("class") or "").split()):
        return True
    href = attributes.get("href") or ""
    return node.tag == "a" and "#" in href and bool(_MARK.fullmatch((node.text() or "").strip()))


def is_note_mark(node: "LexborNode") -> bool:
    """Whether a raised element is the mark of a note, by itself, or by the link in it or around it."""
    if refers_to_note(node) or (node.parent is not None and node.parent.tag == "a" and refers_to_note(node.parent)):
        return True
    return any(refers_to_note(link) for link in node.css("a"))


def leads_back(node: "LexborNode") -> bool:
    """Whether a link leads from a note back to its mark."""
    attributes = node.attributes
    if attributes.get("role") == "doc-backlink" or "backlink" in (attributes.get("epub:type") or ""):
        return True
    return "#" in (attributes.get("href") or "") and (node.text() or "").strip() in _BACK


def is_note(node: "LexborNode") -> bool:
    """Whether an element holds a note, or the list of them."""
    attributes = node.attributes
    types = {*(attributes.get("epub:type") or "").split(), attributes.get("role") or ""}
    if types & _NOTE_TYPES or "doc-endnotes" in types or "footnotes" in types:
        return True
    return bool(_NOTE_NAMES & set((attributes.get("class") or "").split())) and node.tag != "sup"


def marks_by_target(root: "LexborNode") -> dict[str, str]:
    """The mark of each note that is referred to, by the id of the note."""
    found: dict[str, str] = {}
    for link in root.css("a[href]"):
        target = (link.attributes.get("href") or "").rpartition("#")[2]
        if target and refers_to_note(link):
            found.setdefault(target, (link.text() or "").strip().strip("[]()"))
    return found
