"""What came of a query, in words that name the operation, and the cells that it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.tables.model import Column
from rag.tables.query import Query, Result
from rag.types import Block

NAMED = 12  # rows named in a statement; the citations have all of them


@dataclass(frozen=True, slots=True)
class Told:
    """A statement in words, and the cells it rests on, in the order in which they are to be cited."""

    text: str
    cells: tuple[Block, ...]
    computed: bool


def told(result: Result) -> Told:
    """The statement that a result makes, with every cell used."""
    query = result.query
    texts = {
        "count": _count,
        "list": _list,
        "sum": _sum,
        "mean": _sum,
        "difference": _difference,
    }
    text = texts.get(query.operation, _extreme)(result)
    skipped = f" {_plural(result.skipped, 'cell')} without a number left out." if result.skipped else ""
    return Told(f"{text[:1].upper()}{text[1:]}{skipped}", cells_of(result), query.operation not in ("list", "lookup"))


def cells_of(result: Result) -> tuple[Block, ...]:
    """Of every row used: its name, the cell computed with, and the cells by which it passed; each once."""
    query = result.query
    columns = [query.table.name_column, query.named_by, query.target, *(item.column for item in query.filters)]
    cells = [query.table.cell(row, column) for row in result.rows for column in columns if column is not None]
    return tuple(dict.fromkeys(cell for cell in cells if cell is not None))


def faulty(result: Result) -> str:
    """Why nothing was computed, for people."""
    table, target = result.query.table, result.query.target
    column = table.columns[target] if target is not None else None
    if result.fault == "mixed" and column is not None:
        kinds = " and ".join(column.mixed) or column.kind
        return f"The column “{column.name}” holds {kinds}, so it is not computed with."
    where = result.query.described()
    named = f"“{column.name}”" if column else "the table"
    return f"No row where {where} has a value in {named}." if where else f"No cell of {named} has a value."


def number_said(number: float, column: Column | None = None) -> str:
    """A number with its thousands parted and its unit: `1,681 EUR`, `98.5%`."""
    figure = f"{number:,.4f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"
    if column is None or not column.unit:
        return figure
    if column.kind == "duration":
        return _duration(number, column.unit)
    return f"{figure}%" if column.unit == "%" else f"{figure} {column.unit}"


def _duration(seconds: float, unit: str) -> str:
    from rag.tables.values import SECONDS

    figure = seconds / SECONDS[unit.split()[-1]]
    return f"{figure:,.2f}".rstrip("0").rstrip(".") + f" {unit}"


def _count(result: Result) -> str:
    query = result.query
    if query.distinct and query.target is not None:
        texts = list(dict.fromkeys(query.table.text_at(row, query.target) for row in result.rows))
        return f"{number_said(result.number or 0)} different values of {query.table.columns[query.target].name}" + (
            f": {_joined(texts)}." if len(texts) <= NAMED else "."
        )
    names = _names(query, result.rows)
    where = f" where {query.described()}" if query.filters else ""
    named = f": {_joined(names)}" if names and len(names) <= NAMED and query.filters else ""
    return f"{number_said(result.number or 0)} of {_plural(len(query.table.body), 'row')}{where}{named}."


def _list(result: Result) -> str:
    query = result.query
    column = query.target if query.target is not None else 0
    texts = [query.table.text_at(row, column) for row in result.rows]
    shown = list(dict.fromkeys(texts)) if query.distinct else texts
    of = f"{len(result.rows):,} of {_plural(len(query.table.body), 'row')}"
    return f"{_joined(shown)} ({of} where {query.described()})."


def _sum(result: Result) -> str:
    query = result.query
    column = _target(query)
    name = "Sum" if query.operation == "sum" else "Mean"
    rows = f"{len(result.rows):,} of {_plural(len(query.table.body), 'row')}"
    where = f" where {query.described()}" if query.filters else ""
    return f"{name} of {column.name}: {number_said(result.number or 0, column)} ({rows}{where})."


def _extreme(result: Result) -> str:
    """The row or rows with the least or greatest value, which is quoted as its cell has it."""
    query = result.query
    column, target = _target(query), query.target or 0
    kind = {"maximum": "highest", "minimum": "lowest", "latest": "latest", "earliest": "earliest"}[query.operation]
    names = _names(query, result.rows)
    value = query.table.text_at(result.rows[0], target)
    unit = "" if any(character.isalpha() for character in value) or not column.unit else f" {column.unit}"
    where = f" where {query.described()}" if query.filters else ""
    has = "has" if len(names) == 1 else "have"
    told_of = f"of {_plural(result.passed, 'row')}{where}"
    return f"{_joined(names)} {has} the {kind} {column.name}: {value}{unit} ({told_of})."


def _difference(result: Result) -> str:
    """Both values, and how far they are apart where both are numbers."""
    query = result.query
    column, target = _target(query), query.target or 0
    names = _names(query, result.rows)
    texts = [query.table.text_at(row, target) for row in result.rows]
    cells = [f"{name}, {column.name}: {text}" for name, text in zip(names, texts, strict=True)]
    values = [column.values[row].number for row in result.rows]
    if len(values) == 2 and values[0] is not None and values[1] is not None and column.kind != "date":
        return f"{'; '.join(cells)}. The difference is {number_said(abs(values[1] - values[0]), column)}."
    return f"{'; '.join(cells)}."


def _names(query: Query, rows: Sequence[int]) -> list[str]:
    """How rows are called: by their name, after its header where it is only a letter or a number."""
    table, column = query.table, query.names
    if column is None:
        return [f"row {table.rows[row].number}" for row in rows]
    names = [table.text_at(row, column) for row in rows]
    header = table.columns[column].name
    bare = header and all(len(name) <= 2 or name.isdigit() for name in names)
    return [f"{header} {name}" for name in names] if bare else names


def _target(query: Query) -> Column:
    assert query.target is not None, "this operation computes with a column"
    return query.table.columns[query.target]


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
