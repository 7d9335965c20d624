"""Queries over one table, computed by DuckDB: parametrised SQL over that table alone, in memory.

The connection reads no file and no network, its settings are locked, and a query that takes too long is interrupted.
No text of a question or a document becomes part of the SQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

import numpy as np

from rag.tables.model import Table
from rag.tables.query import Filter, Query, Result
from rag.tables.values import Value

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SECONDS = 5.0  # a query over 100,000 rows takes some hundredths
_LIMITS = {"threads": 1, "memory_limit": "512MB", "enable_external_access": False, "lock_configuration": True}
_TYPED = frozenset({"number", "money", "percentage", "duration", "date"})


def compute(query: Query) -> Result:
    """What comes of a query. A column of mixed types is not computed with: `fault` says so."""
    if query.operation in _FUNCTIONS and not _computable(query):
        return Result(query, (), fault="mixed")
    with _opened(query) as connection:
        rows = _passing(connection, query)
        if query.operation in ("lookup", "list", "difference"):
            return Result(query, _with_cells(query, rows), passed=len(rows))
        if query.operation == "count":
            return _counted(query, rows)
        return _aggregated(connection, query, rows)


def _computable(query: Query) -> bool:
    """Whether the values of the column can be compared by their size."""
    column = query.table.columns[query.target] if query.target is not None else None
    return column is not None and column.counts and not column.mixed


def _passing(connection: "DuckDBPyConnection", query: Query) -> tuple[int, ...]:
    """The positions of the rows that pass every filter, in order."""
    conditions, parameters = ["TRUE"], []
    for item in query.filters:
        condition, values = _condition(item)
        conditions.append(condition)
        parameters += values
    sql = f"SELECT position FROM cells WHERE {' AND '.join(conditions)} ORDER BY position"
    return tuple(row[0] for row in connection.execute(sql, parameters).fetchall())


def _counted(query: Query, rows: tuple[int, ...]) -> Result:
    if query.distinct and query.target is not None:
        texts = dict.fromkeys(text for row in rows if (text := query.table.text_at(row, query.target)))
        return Result(query, rows, float(len(texts)), passed=len(rows))
    return Result(query, rows, float(len(rows)), passed=len(rows))


def _aggregated(connection: "DuckDBPyConnection", query: Query, rows: tuple[int, ...]) -> Result:
    assert query.target is not None, "only rows are counted or listed without a column"
    column, function = f"n{query.target}", _FUNCTIONS[query.operation]
    sql = f"SELECT count({column}), {function}({column}) FROM cells WHERE position IN (SELECT unnest(?))"
    filled, number = connection.execute(sql, [list(rows)]).fetchall()[0]
    if not filled:
        return Result(query, (), passed=len(rows), fault="nothing")
    sql = f"SELECT position FROM cells WHERE position IN (SELECT unnest(?)) AND {column} IS NOT NULL"
    parameters: list[object] = [list(rows)]
    if function in ("min", "max"):
        sql, parameters = f"{sql} AND {column} = ?", [*parameters, number]
    used = connection.execute(f"{sql} ORDER BY position", parameters).fetchall()
    return Result(query, tuple(row[0] for row in used), float(number), len(rows), _unread(query, rows))


_FUNCTIONS = {"sum": "sum", "mean": "avg", "minimum": "min", "maximum": "max", "latest": "max", "earliest": "min"}


def _condition(item: Filter) -> tuple[str, list[object]]:
    """The SQL of a filter, every value of which is a parameter."""
    number, last = f"n{item.column}", f"l{item.column}"
    if item.value is None or item.comparator is None:
        return f"c{item.column} IN (SELECT unnest(?))", [list(item.texts)]
    if item.value.kind == "date":
        return _dated(item.value, item.comparator, number, last)
    if item.comparator == "during":
        return f"{number} = ?", [item.value.number]
    return f"{number} {item.comparator} ?", [item.value.number]


def _dated(value: Value, comparator: str, number: str, last: str) -> tuple[str, list[object]]:
    """A date compared with days, months or years; a value without a year is compared by month."""
    start, end = value.number or 0.0, value.last if value.last is not None else value.number
    if start < 366:  # no year: month and day of every year
        key = f"month(DATE '0001-01-01' + ({number} - 1)::INTEGER)"
        low = "month(DATE '0001-01-01' + (? - 1)::INTEGER)"
        return _months(comparator, key, low, float(start), float(end or start))
    first = {">": f"{number} > ?", ">=": f"{number} >= ?", "<": f"{last} < ?", "<=": f"{last} <= ?"}
    if comparator in first:
        return first[comparator], [end if comparator in (">", "<=") else start]
    month = f"month(DATE '0001-01-01' + ({number} - 1)::INTEGER)"
    yearless = f"({number} < 366 AND {month} BETWEEN month(?::DATE) AND month(?::DATE))"
    return f"(({number} >= ? AND {last} <= ?) OR {yearless})", [start, end, _iso(start), _iso(end or start)]


def _months(comparator: str, key: str, low: str, start: float, end: float) -> tuple[str, list[object]]:
    if comparator == "during":
        return f"{key} BETWEEN {low} AND {low}", [start, end]
    return f"{key} {comparator} {low}", [end if comparator in (">", "<=") else start]


def _iso(ordinal: float) -> str:
    from datetime import date

    return date.fromordinal(int(ordinal)).isoformat()


def _with_cells(query: Query, rows: tuple[int, ...]) -> tuple[int, ...]:
    """The rows that have something in the column that is asked for."""
    target = query.target
    return rows if target is None else tuple(row for row in rows if query.table.cell(row, target))


def _unread(query: Query, rows: tuple[int, ...]) -> int:
    """How many cells of the column that is computed with hold something else than a number."""
    assert query.target is not None
    values = query.table.columns[query.target].values
    return sum(values[row].kind not in _TYPED and values[row].kind != "empty" for row in rows)


@contextmanager
def _opened(query: Query) -> Iterator["DuckDBPyConnection"]:
    """A connection with the table's columns that the query names, as `cells`; interrupted when time is up."""
    import duckdb

    named = {item.column for item in query.filters} | ({query.target} if query.target is not None else set())
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    timer = Timer(SECONDS, connection.interrupt)
    try:
        connection.register("given", _arrays(query.table, sorted(named)))
        connection.execute("CREATE TABLE cells AS SELECT * FROM given")
        connection.unregister("given")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        timer.start()
        yield connection
    finally:
        timer.cancel()
        connection.close()


def _arrays(table: Table, columns: list[int]) -> dict[str, "np.ndarray[tuple[int], np.dtype[np.generic]]"]:
    """Positions, and of each column its texts (c), numbers (n) and last days (l), totals left out."""
    arrays: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {"position": np.array(table.body, dtype=np.int64)}
    for column in columns:
        values = table.columns[column].values
        numbers = [values[row].number for row in table.body]
        lasts = [values[row].last if values[row].last is not None else values[row].number for row in table.body]
        arrays[f"c{column}"] = np.array(table.texts(column), dtype=object)
        arrays[f"n{column}"] = np.array([np.nan if n is None else n for n in numbers], dtype=np.float64)
        arrays[f"l{column}"] = np.array([np.nan if n is None else n for n in lasts], dtype=np.float64)
    return arrays
