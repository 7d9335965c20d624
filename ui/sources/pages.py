"""A page of a document as it looks, with the cited words marked on it: what to show, no HTML."""

from collections.abc import Sequence
from dataclasses import replace

from rag.errors import CitespanError
from rag.types import Box, Citation, Document
from ui.types import Assistant, Mark, PageView, View

WIDTH = 1400  # pixels of a page's picture: sharp at the width of the reader on a dense screen


def page_of(assistant: Assistant, citation: Citation) -> int | None:
    """The page on which a citation begins, if its source has pages."""
    boxes = assistant.boxes(citation)
    return boxes[0].page if boxes else None


def with_page(assistant: Assistant, view: View, document: Document, citations: Sequence[Citation], number: int) -> View:
    """The view with a page of its document in place of the text; as it is where there is no such page."""
    pages = assistant.pages(document.doc_id)
    size = next((page for page in pages if page.number == number), None)
    if size is None:
        return replace(view, page=None, pages=len(pages))
    shown = PageView(size, len(pages), marks=_marks(assistant, view, citations, number))
    try:
        picture = assistant.page_picture(document.doc_id, number, width=WIDTH)
    except CitespanError as error:
        return replace(view, page=replace(shown, problem=str(error)), pages=len(pages))
    lines = assistant.page_lines(document.doc_id, number)
    words = tuple((line.box, document.text[line.start : line.end]) for line in lines)
    return replace(view, page=replace(shown, picture=picture, lines=words), pages=len(pages))


def _marks(assistant: Assistant, view: View, citations: Sequence[Citation], page: int) -> tuple[tuple[Box, Mark], ...]:
    """The boxes on a page of the citations that the view marks."""
    cited = ((mark, citations[mark.number - 1]) for mark in view.marks if mark.number <= len(citations))
    return tuple((box, mark) for mark, citation in cited for box in assistant.boxes(citation) if box.page == page)
