"""Documents with tables, made by hand: their text, and a block for each cell."""

from hashlib import sha256

from rag.types import Block, Document


def table_document(
    rows: list[list[str]], *, title: str = "", source: str = "table.md", named: bool = False, sheet: str = ""
) -> Document:
    """A document of one table under a title. The first row is its header.

    `named` writes rows as those of a CSV are, `header: value | header: value`; else the header is a row of cells.
    """
    text, blocks = "", []
    if title:
        text, blocks = f"{title}\n\n", [Block("heading", 0, len(title), level=1)]
    header = rows[0]
    for number, row in enumerate(rows[1:] if named else rows, start=2 if named else 1):
        parts = []
        for column, value in enumerate(row, start=1):
            if not value:
                continue
            separator = " | " if parts else ""
            label = None
            if named:
                at = len(text) + len(separator)
                label = (at, at + len(header[column - 1]))
                separator += f"{header[column - 1]}: "
            parts.append(value)
            text += separator
            start, end = len(text), len(text) + len(value)
            text += value
            blocks.append(
                Block(
                    "table_cell",
                    start,
                    end,
                    table=1,
                    row=number,
                    column=column,
                    header=not named and number == 1,
                    label=label,
                    sheet=sheet,
                )
            )
        text += "\n\n"
    version = sha256(text.encode()).hexdigest()
    return Document("d" + version[:8], source, version, text.rstrip(), blocks=tuple(blocks))
