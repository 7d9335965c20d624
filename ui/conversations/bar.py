"""The bar above the conversation as HTML: which conversations there are, and what can be done with this one.

Pure, like `ui.render`.
"""

from rag.markup import NOTHING, Html, tag, text
from ui.conversations.store import TITLE, find
from ui.render import counted, paragraph
from ui.types import Kept, Shelf


def bar(shelf: Shelf, current: str, said: str = "") -> Html:
    """The conversations of a browser and the one that is open, and what there is to say about keeping it.

    Nothing on a first visit: there is nothing yet to go to, to keep or to leave.
    """
    kept = find(shelf, current)
    others = _others(shelf, current) if any(item.id != current for item in shelf) else NOTHING
    title = tag("h2", text(kept.title), class_="cs-title") if kept else tag("span", class_="cs-title")
    begin = tag("button", text("New"), type="button", class_="cs-button", data_event="begin") if kept else NOTHING
    notice = tag("p", text(said), class_="cs-notice", role="status") if said else NOTHING
    row = tag("div", others, title, _options(kept) if kept else NOTHING, begin, class_="cs-bar-row")
    return tag("div", row if shelf else NOTHING, notice, class_="cs-bar", data_current=current)


def _others(shelf: Shelf, current: str) -> Html:
    rows = (_row(kept, kept.id == current) for kept in shelf)
    return _menu("Conversations", tag("ul", *rows, class_="cs-list"))


def _row(kept: Kept, open_: bool) -> Html:
    about = tag("small", text(counted(kept.questions, "question")))
    wanted = {"data_event": "resume", "data_id": kept.id, "aria_current": "true" if open_ else None}
    return tag("li", tag("button", tag("span", text(kept.title)), about, type="button", class_="cs-item", **wanted))


def _options(kept: Kept) -> Html:
    """Rename, take away, delete; deleting asks once more."""
    field = tag("input", name="title", value=kept.title, aria_label="Title", maxlength=TITLE, required=True)
    rename = tag("form", field, _button("Rename", submit=True), class_="cs-form", data_event="rename")
    take = (_button(f"Export {name}", data_event="export", data_kind=kind) for name, kind in KINDS)
    sure = tag("div", paragraph("It is kept in this browser only."), _button("Delete it", data_event="discard"))
    delete = tag("details", tag("summary", text("Delete")), sure, class_="cs-removal")
    return _menu("Options", rename, tag("p", *take, class_="cs-buttons"), delete, kind="cs-menu cs-right")


KINDS = (("Markdown", "md"), ("JSON", "json"))


def _menu(name: str, *parts: Html, kind: str = "cs-menu") -> Html:
    return tag("details", tag("summary", text(name)), tag("div", *parts, class_="cs-sheet"), class_=kind)


def _button(words: str, *, submit: bool = False, **attributes: str) -> Html:
    return tag("button", text(words), type="submit" if submit else "button", class_="cs-button", **attributes)
