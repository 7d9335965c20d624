"""The page view as HTML: the picture of a page, the boxes of the cited words over it, and its words to select and copy.

Places are in per cent of the page, so that they hold at any width. Pure, like `ui.sources.pane`.
"""

from base64 import b64encode

from rag.markup import NOTHING, Html, tag, text
from rag.types import Box, PageSize
from ui.render import file_name, paragraph
from ui.types import Mark, PageView, View


def page_view(view: View, page: PageView) -> Html:
    """The page, and the way to the pages around it."""
    label = f"Page {page.size.number} of {file_name(view.source)}"
    body = _sheet(page, label) if page.picture else tag("div", paragraph(page.problem), class_="cs-notice cs-bad")
    return tag(
        "div",
        _turning(page),
        tag("div", body, class_="cs-sheets"),
        class_="cs-scroll",
        tabindex=0,
        role="region",
        aria_label=label,
    )


def _turning(page: PageView) -> Html:
    number, count = page.size.number, page.count
    previous = _button("‹", "Previous page", disabled=number <= 1, data_event="turn", data_page=str(number - 1))
    following = _button("›", "Next page", disabled=number >= count, data_event="turn", data_page=str(number + 1))
    field = tag("input", type="number", name="page", min=1, max=count, value=number, aria_label="Page")
    form = tag("form", field, tag("span", text(f"of {count:,}")), data_event="turn", class_="cs-goto")
    zoom = (_button("−", "Smaller", data_zoom="-1"), _button("+", "Larger", data_zoom="1"))
    return tag("div", previous, form, following, *zoom, class_="cs-turning", role="toolbar", aria_label="Pages")


def _button(words: str, label: str, **attributes: str | bool | None) -> Html:
    return tag("button", text(words), type="button", class_="cs-tool", aria_label=label, title=label, **attributes)


def _sheet(page: PageView, label: str) -> Html:
    source = f"data:image/webp;base64,{b64encode(page.picture).decode('ascii')}"
    picture = tag("img", src=source, alt=label)
    boxes = (_box(box, mark, page.size) for box, mark in page.marks)
    words = tag("div", *(_words(box, line, page.size) for box, line in page.lines), class_="cs-words")
    style = f"aspect-ratio: {page.size.width:.2f} / {page.size.height:.2f}"
    return tag("div", picture, *boxes, words if page.lines else NOTHING, class_="cs-page", style=style)


def _box(box: Box, mark: Mark, size: PageSize) -> Html:
    kind = "cs-box cs-current" if mark.current else "cs-box"
    return tag("div", class_=kind, style=_place(box, size), data_cite_box=True, data_number=str(mark.number))


def _words(box: Box, line: str, size: PageSize) -> Html:
    height = 100 * (box.bottom - box.top) / size.width  # in hundredths of the page's width, as CSS `cqw` counts
    return tag("span", text(line + "\n"), style=f"{_place(box, size)}; font-size: {height * 0.82:.3f}cqw")


def _place(box: Box, size: PageSize) -> str:
    left, top = 100 * box.left / size.width, 100 * box.top / size.height
    width, height = 100 * (box.right - box.left) / size.width, 100 * (box.bottom - box.top) / size.height
    return f"left: {left:.3f}%; top: {top:.3f}%; width: {width:.3f}%; height: {height:.3f}%"
