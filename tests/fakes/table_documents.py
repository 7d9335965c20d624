"""Documents with tables, made by hand: their text, and a block for each cell."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from rag.types import Block, Document


def table_document(
    rows: Sequence[Sequence[str]], *, title: str = "", source: str = "table.md", named: bool = False, sheet: str = ""
) -> Document:
    """A document of one table under a title. The first row is its header.

    `named` writes rows as those of a CSV are, `header: value | header: value`; else the header is a row of cells.
    """
    pieces = [f"{title}\n\n"] if title else []
    blocks = [Block("heading", 0, len(title), level=1)] if title else []
    at = sum(map(len, pieces))
    for number, row in enumerate(rows[1:] if named else rows, start=2 if named else 1):
        for column, value in enumerate(row, start=1):
            if not value:
                continue
            before = " | " if blocks and blocks[-1].row == number else ""
            label = (at + len(before), at + len(before) + len(rows[0][column - 1])) if named else None
            before += f"{rows[0][column - 1]}: " if named else ""
            start = at + len(before)
            pieces += [before, value]
            at = start + len(value)
            header = not named and number == 1
            cell = Block("table_cell", start, at, table=1, row=number, column=column, header=header, label=label)
            blocks.append(replace(cell, sheet=sheet))
        pieces.append("\n\n")
        at += 2
    text = "".join(pieces).rstrip()
    version = sha256(text.encode()).hexdigest()
    return Document(f"d{version[:8]}", source, version, text, blocks=tuple(blocks))
