"""PowerPoint slides, by python-pptx: each slide a page, its title a heading, then what stands on it, then its notes.

Shapes are read from top to bottom and from left to right; tables and the numbers behind charts cell by cell. Hidden
slides and pictures are named; animations, comments and masters are not read.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UnreadableSourceError
from rag.loaders import options
from rag.loaders.blocks import Blocks, CellText, Runs
from rag.loaders.content import Content, open_archive
from rag.loaders.markup.grid import Grid, GridCell, write_table
from rag.loaders.markup.inline import lowered, raised
from rag.loaders.xml_parts import name_of
from rag.types import Place

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from pptx.presentation import Presentation
    from pptx.slide import Slide

_BAND = 0.04  # of a slide's height: shapes that begin no further apart stand side by side
_FURNITURE = frozenset(("FOOTER", "DATE", "HEADER"))
_LISTS = frozenset(("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"))
_BULLET = "-"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def read(path: Path, data: bytes) -> Content:
    """The slides as text. Raises UnreadableSourceError."""
    open_archive(path, data).close()
    blocks = Blocks()
    places: list[Place] = []
    gaps: list[str] = []
    presentation = _open(path, data)
    for number, slide in enumerate(presentation.slides, start=1):
        if slide._element.get("show") == "0":
            gaps.append(f"slide {number} is hidden and not read")
            continue
        begun = blocks.position
        gaps.extend(f"slide {number}: {gap}" for gap in _write_slide(blocks, slide, presentation.slide_height or 1))
        if blocks.position > begun:
            places.append(Place("page", number, begun))
    return Content(blocks.text, places=tuple(places), blocks=blocks.blocks, gaps=tuple(gaps))


def _open(path: Path, data: bytes) -> "Presentation":
    from lxml.etree import LxmlError
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    try:
        return Presentation(BytesIO(data))
    except (PythonPptxError, LxmlError, KeyError, ValueError, AttributeError) as error:
        raise UnreadableSourceError(
            f"{path} is damaged: it is no readable presentation ({error}). Open it in PowerPoint and save it again."
        ) from error


def _write_slide(blocks: Blocks, slide: "Slide", height: int) -> Iterator[str]:
    """Write a slide; yields what of it is not read."""
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        blocks.add(" ".join(title.text_frame.text.split()), "heading", level=1)
    pictures = 0
    for shape in _in_reading_order(slide.shapes, height):
        if title is None or shape.shape_id != title.shape_id:
            pictures += _write_shape(blocks, shape)
    if pictures and not options.current().pictures:
        yield f"{pictures} picture{'s' if pictures > 1 else ''} not read"
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) and frame.text.strip():
        blocks.add("Notes", "heading", level=2)
        _write_paragraphs(blocks, frame, listed=False)


def _in_reading_order(shapes: Iterable[Any], height: int) -> list[Any]:
    """Shapes, those of groups too, in bands from top to bottom, within a band from left to right."""
    placed = sorted(_flat(shapes), key=lambda shape: (shape.top or 0, shape.left or 0))
    order: list[Any] = []
    band: list[Any] = []
    for shape in placed:
        if band and (shape.top or 0) - (band[0].top or 0) > _BAND * height:
            order.extend(sorted(band, key=lambda item: item.left or 0))
            band = []
        band.append(shape)
    return order + sorted(band, key=lambda item: item.left or 0)


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _flat(shape.shapes)
        else:
            yield shape


def _write_shape(blocks: Blocks, shape: Any) -> int:
    """Write a shape; the number of pictures that it is."""
    kind = shape.placeholder_format.type.name if shape.is_placeholder and shape.placeholder_format.type else ""
    if getattr(shape, "has_table", False):
        _write_table(blocks, shape.table)
    elif getattr(shape, "has_chart", False):
        _write_chart(blocks, shape.chart)
    elif kind in _FURNITURE:
        blocks.add(" ".join(shape.text_frame.text.split()), "page_furniture")
    elif shape.has_text_frame and kind != "SLIDE_NUMBER":
        _write_paragraphs(blocks, shape.text_frame, listed=kind in _LISTS)
    elif name_of(shape._element) == "graphicFrame":
        _write_diagram(blocks, shape)
    return int(name_of(shape._element) == "pic")


def _write_paragraphs(blocks: Blocks, frame: Any, *, listed: bool) -> None:
    counters: dict[int, int] = {}
    for paragraph in frame.paragraphs:
        text = _text(paragraph._p)
        if not text:
            continue
        mark = _mark(paragraph, listed, counters)
        if mark is None:
            blocks.add(text)
        else:
            blocks.add(text, "list_item", level=paragraph.level + 1, number=mark, mark=f"{mark} ")


def _mark(paragraph: Any, listed: bool, counters: dict[int, int]) -> str | None:
    """The mark of a list item; None where the paragraph is none."""
    names = {name_of(item): item for item in (paragraph._p.pPr if paragraph._p.pPr is not None else ())}
    level = paragraph.level
    for deeper in [other for other in counters if other > level]:
        del counters[deeper]
    if "buAutoNum" in names:
        start = int(names["buAutoNum"].get("startAt", 1))
        counters[level] = counters.get(level, start - 1) + 1
        return _numbered(counters[level], names["buAutoNum"].get("type", ""))
    counters.pop(level, None)
    return _BULLET if "buChar" in names or (listed and "buNone" not in names) else None


def _numbered(number: int, scheme: str) -> str:
    """A number as a list shows it: `3.`, `c)`, `III.`"""
    shown = str(number)
    if scheme.startswith("alpha") and number <= len(_ALPHABET):
        shown = _ALPHABET[number - 1]
    elif scheme.startswith("roman"):
        shown = _roman(number)
    shown = shown.upper() if "Uc" in scheme else shown
    if scheme.endswith("ParenBoth"):
        return f"({shown})"
    return f"{shown})" if scheme.endswith("ParenR") else f"{shown}."


def _roman(number: int) -> str:
    shown = ""
    for value, sign in zip((100, 90, 50, 40, 10, 9, 5, 4, 1), "c xc l xl x ix v iv i".split(), strict=True):
        shown += sign * (number // value)
        number %= value
    return shown


def _text(paragraph: "Element") -> str:
    """The characters that a paragraph shows; what is raised stays apart from a number before it."""
    runs = Runs()
    for item in paragraph:
        if name_of(item) == "br":
            runs.newline()
        elif name_of(item) in ("r", "fld"):
            properties = item.find("{*}rPr")
            text = "".join(part.text or "" for part in item.iter("{*}t"))
            baseline = (properties.get("baseline") or "") if properties is not None else ""
            if baseline.strip("-0%"):
                change = lowered if baseline.startswith("-") else raised
                runs.preformatted(change(text, runs.tail))
            else:
                runs.run(text)
    return runs.take()


def _write_table(blocks: Blocks, table: Any) -> None:
    rows = tuple(
        tuple(
            GridCell(" ".join(cell.text_frame.text.split()), columns=cell.span_width, rows=cell.span_height)
            if cell.is_merge_origin
            else GridCell(" ".join(cell.text_frame.text.split()))
            for cell in row.cells
            if not cell.is_spanned
        )
        for row in table.rows
    )
    write_table(blocks, Grid(rows, headed=bool(table.first_row)))


def _write_chart(blocks: Blocks, chart: Any) -> None:
    """The numbers behind a chart: a row a category, a column a series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        blocks.add(" ".join(chart.chart_title.text_frame.text.split()), "caption")
    for plot in chart.plots:
        series = [(one.name or "", list(one.values)) for one in plot.series]
        number = blocks.table()
        names = [CellText(name, column, header=True) for column, (name, _) in enumerate(series, start=2)]
        spans = {block.column: (block.start, block.end) for block in blocks.row(number, 1, names)}
        for row, category in enumerate(plot.categories):
            values = [items[row] if row < len(items) else None for _, items in series]
            cells = [
                CellText("" if value is None else f"{value:.15g}", column, label=spans.get(column))
                for column, value in enumerate(values, start=2)
            ]
            blocks.row(number, row + 2, [CellText(str(category), 1, header=True), *cells])


def _write_diagram(blocks: Blocks, shape: Any) -> None:
    """The texts of a SmartArt diagram, in the order of its data."""
    from lxml.etree import fromstring

    for link in shape._element.iter("{*}relIds"):
        number = next((value for key, value in link.attrib.items() if key.endswith("}dm")), "")
        if number in shape.part.rels:
            root = fromstring(shape.part.related_part(number).blob)
            for point in root.iterfind(".//{*}pt"):
                text = " ".join(text.text or "" for text in point.iter("{*}t"))
                blocks.add(text, "list_item", level=1, number=_BULLET, mark=f"{_BULLET} ")
