"""Small Word documents, made part by part from their XML."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    f'xmlns:w="{_MAIN}" xmlns:r="{_RELATIONS}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_ROOTS = {"document": "document", "header": "hdr", "footer": "ftr"}


def word(body: str, **parts: str) -> bytes:
    """A document with that body; `styles`, `numbering`, `footnotes`, `header`, … are the insides of further parts."""
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/{name}" Target="{name}.xml"/>' for n, name in enumerate(parts)
    )
    package = f'<Relationship Id="d" Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/>'
    files = {
        "_rels/.rels": f"<Relationships>{package}</Relationships>",
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
        "word/document.xml": _part("document", f"<w:body>{body}</w:body>"),
        **{f"word/{name}.xml": _part(name, inside) for name, inside in parts.items()},
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    """A zip archive of texts."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*inside: str, style: str = "", properties: str = "") -> str:
    """A paragraph; plain strings become runs."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = "".join(item if item.startswith("<") else run(item) for item in inside)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def cell(*inside: str, properties: str = "") -> str:
    """A cell of a table; plain strings become paragraphs."""
    parts = "".join(item if item.startswith("<") else par(item) for item in inside)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{parts or par()}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """A row of a table; plain strings become cells."""
    parts = "".join(item if item.startswith("<") else cell(item) for item in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{parts}</w:tr>"


def table(*rows: str) -> str:
    """A table."""
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def control(inside: str) -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def listed(list_id: int, level: int = 0) -> str:
    """The paragraph property that makes an item of a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def level(depth: int, form: str, text: str, more: str = "") -> str:
    """One level of a list definition."""
    form = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>'
    return f'<w:lvl w:ilvl="{depth}">{form}{more}<w:lvlText w:val="{text}"/></w:lvl>'


def _part(name: str, inside: str) -> str:
    root = _ROOTS.get(name, name)
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {_NAMES}>{inside}</w:{root}>'
