"""The source reader as HTML: a window of one document with its cited spans marked, or the list of documents.

Pure, like `ui.render`. The text of a document stands in one element, character for character.
"""

from collections.abc import Sequence

from rag.markup import NOTHING, Html, tag, text
from rag.reports import DocumentInfo
from ui.render import counted, file_name, message, paragraph
from ui.sources.page_view import page_view
from ui.sources.window import Segment, Window, segments
from ui.types import Upload, View

LISTED = 500  # documents in the list; a page of many thousand buttons helps nobody


NAMED = 5  # files that are listed one by one once all are done; a list of more may scroll
STATES = {
    "waiting": "waiting",
    "reading": "reading…",
    "added": "added",
    "updated": "updated",
    "unchanged": "here already, unchanged",
}


def progress(files: Sequence[Upload]) -> Html:
    """What became of each file so far, failures and gaps by name; of many that are done, only these."""
    done = all(item.state not in {"waiting", "reading"} for item in files)
    shown = [item for item in files if not done or len(files) <= NAMED or item.reason]
    title = paragraph(_sum(files, done), "cs-sum") if len(files) > 1 else NOTHING
    rows = tag("ul", *map(_upload, shown), tabindex=0 if len(shown) > NAMED else None, aria_label="Files")
    return notice(title, rows, bad=all(item.state == "failed" for item in files))


def _sum(files: Sequence[Upload], done: bool) -> str:
    left_out = {"failed"} if done else {"waiting", "reading"}
    number = sum(item.state not in left_out for item in files)
    return f"{'In the index' if done else 'Read'}: {number} of {counted(len(files), 'file')}"


def _upload(item: Upload) -> Html:
    name = tag("strong", text(item.name))
    if item.state != "failed":
        told = f" {STATES[item.state]}{f'; {item.reason}' if item.reason else ''}"
        return tag("li", name, text(told), class_=f"cs-{item.state}")
    begins = item.reason.startswith(item.name)
    reason = item.reason.removeprefix(item.name) if begins else f": {item.reason}"
    return tag("li", text("Not added: "), name, text(reason), class_="cs-failed")


def problem(words: str) -> Html:
    """A fault, told above the reader."""
    return notice(message(words), bad=True)


def notice(*parts: Html, bad: bool = False) -> Html:
    """A box for what was just done, which can be put away."""
    away = tag("button", type="button", class_="cs-away", aria_label="Put this message away")
    return _box(*parts, away, bad=bad)


def _box(*parts: Html, bad: bool = False) -> Html:
    return tag("div", *parts, class_="cs-notice cs-bad" if bad else "cs-notice", role="status")


def contents(documents: Sequence[DocumentInfo]) -> Html:
    """The list of documents, each a button that opens it."""
    hint = paragraph("Drop files anywhere on this page to add them.", "cs-place")
    heading = tag("header", tag("h2", text("Documents")), hint, class_="cs-head")
    rows = tag("ul", *map(_row, documents[:LISTED]), class_="cs-documents") if documents else NOTHING
    rest = f"And {counted(len(documents) - LISTED, 'more document')}; all of them: rag docs"
    note = rest if len(documents) > LISTED else "" if documents else "None yet."
    below = paragraph(note, "cs-note") if note else NOTHING
    return tag("section", heading, rows, below, class_="cs-pane", aria_label="Documents")


def _row(item: DocumentInfo) -> Html:
    size = f"{counted(item.characters, 'character')} · {counted(item.chunks, 'passage')} · "
    version = tag("span", text(f"version {item.version[:8]}"), title=f"sha256 {item.version}")
    added = text(f" · added {item.added[:10]}" if item.added else "")
    name = tag("span", text(file_name(item.source)), class_="cs-file")
    about = tag("small", text(size), version, added)
    gaps = tag("small", text(f"Not read: {'; '.join(item.gaps)}."), class_="cs-note") if item.gaps else NOTHING
    wanted = {"data_event": "show", "data_doc": item.doc_id, "title": item.source}
    return tag("li", tag("button", name, about, gaps, type="button", class_="cs-document", **wanted), _removal(item))


def _removal(item: DocumentInfo) -> Html:
    """The way to take a document out: a disclosure first, so that one click alone removes nothing."""
    asked = tag("summary", text("Remove"), aria_label=f"Remove {file_name(item.source)}")
    told = paragraph("It leaves the index for everyone, and answers that cite it are marked.")
    sure = {"data_event": "remove", "data_doc": item.doc_id, "aria_label": f"Remove {file_name(item.source)} now"}
    button = tag("button", text("Remove it"), type="button", class_="cs-button cs-danger", **sure)
    return tag("details", asked, tag("div", told, button), class_="cs-removal")


def document(view: View) -> Html:
    """A document's name, the place of what was cited, and the window of its text."""
    links = _link("All documents", data_event="documents"), _link("Back to the answer", data_event="back")
    crumbs = tag("p", *links, *_forms(view), class_="cs-crumbs")
    heading = tag("h2", text(file_name(view.source)), title=view.source)
    head = tag("header", crumbs, heading, _place(view), _steps(view), class_="cs-head")
    body = _problem(view) if view.problem else page_view(view, view.page) if view.page else _text(view)
    opened = {"data_turn": view.turn, "data_number": view.number}
    return tag("section", head, body, class_="cs-pane", aria_label="Source", **opened)


def _forms(view: View) -> tuple[Html, ...]:
    """The switch between a page as it looks and its text, for sources with pages."""
    if not view.pages or view.problem:
        return ()
    return (_link("Show the text", data_event="plain") if view.page else _link("Show the page", data_event="paper"),)


def _link(words: str, **attributes: str) -> Html:
    return tag("button", text(words), type="button", class_="cs-link", **attributes)


def _place(view: View) -> Html:
    version = tag("span", text(f"version {view.version[:8]}"), title=f"sha256 {view.version}")
    return tag("p", text(f"{_position(view)} · "), version, class_="cs-place")


def _position(view: View) -> str:
    if not view.citation:
        return counted(view.length, "character")
    page = f"page {view.citation.page}, " if view.citation.page else ""
    line = f"line {view.line:,}, " if view.line else ""
    return f"{page}{line}characters {view.citation.start:,}–{view.citation.end:,}"


def _steps(view: View) -> Html:
    """The numbers of the answer's citations, to step through them without going back to the chat."""
    if view.count < 2:
        return NOTHING
    buttons = [_step(view, number) for number in range(1, view.count + 1)]
    return tag("nav", *buttons, class_="cs-steps", aria_label="Citations of this answer")


def _step(view: View, number: int) -> Html:
    cited = {"data_event": "cite", "data_turn": str(view.turn), "data_number": str(number)}
    current = "true" if number == view.number else None
    label = f"Citation {number}"
    return tag(
        "button", text(str(number)), type="button", class_="cs-chip", aria_label=label, aria_current=current, **cited
    )


def _text(view: View) -> Html:
    pieces = segments(Window(view.start, view.end), view.marks)
    words = tag("div", *(_segment(view, piece) for piece in pieces), class_="cs-text")
    before = _more("Show what comes before", "earlier") if view.start else NOTHING
    after = _more("Show what comes next", "later") if view.end < view.length else NOTHING
    label = f"Text of {file_name(view.source)}"
    return tag("div", before, words, after, class_="cs-scroll", tabindex=0, role="region", aria_label=label)


def _more(words: str, event: str) -> Html:
    return tag("button", text(words), type="button", class_="cs-more", data_event=event)


def _segment(view: View, piece: Segment) -> Html:
    words = text(view.text[piece.start - view.start : piece.end - view.start])
    if piece.mark is None:
        return words
    kind = "cs-mark cs-current" if piece.mark.current else "cs-mark"
    return tag("mark", words, class_=kind, data_number=piece.mark.number)


def _problem(view: View) -> Html:
    quote = tag("blockquote", text(view.citation.quote)) if view.citation else NOTHING
    again = _link("Open it as it is now", data_event="show", data_doc=view.doc_id) if view.length else NOTHING
    return tag("div", _box(paragraph(view.problem), bad=True), quote, again, class_="cs-scroll", tabindex=0)
