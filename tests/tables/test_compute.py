import pytest

from rag.tables.compute import compute
from rag.tables.model import tables_of
from rag.tables.operations import Operation
from rag.tables.query import Filter, Query, filter_of_texts
from rag.tables.values import parse
from rag.tables.wording import faulty, told
from tests.fakes.table_documents import table_document

ROWS = [
    ["Pump", "Status", "Flow (l/min)", "Serviced"],
    ["P-1", "running", "120", "2024-11-02"],
    ["P-2", "stopped", "90", "2024-03-18"],
    ["P-3", "running", "150", "2025-01-20"],
    ["Total", "", "360", ""],
]
(TABLE,) = tables_of(table_document(ROWS))
RUNNING = filter_of_texts(TABLE, 1, ["running"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(TABLE, "count", None, (RUNNING,)), "2 of 3 rows where Status is running: P-1 and P-3."),
        (Query(TABLE, "list", 0, (RUNNING,)), "P-1 and P-3 (2 of 3 rows where Status is running)."),
        (Query(TABLE, "sum", 2), "Sum of Flow (l/min): 360 l/min (3 of 3 rows)."),
        (Query(TABLE, "mean", 2, (RUNNING,)), "Mean of Flow (l/min): 135 l/min (2 of 3 rows where Status is running)."),
        (Query(TABLE, "maximum", 2), "P-3 has the highest Flow (l/min): 150 l/min (of 3 rows)."),
        (Query(TABLE, "earliest", 3), "P-2 has the earliest Serviced: 2024-03-18 (of 3 rows)."),
        (Query(TABLE, "count", 1, distinct=True), "2 different values of Status: running and stopped."),
    ],
)
def test_result_is_said_with_its_operation(query: Query, said: str) -> None:
    assert told(compute(query)).text == said


def test_every_cell_that_was_used_is_told() -> None:
    cells = told(compute(Query(TABLE, "sum", 2, (RUNNING,)))).cells
    assert [TABLE.text(cell) for cell in cells] == ["P-1", "120", "running", "P-3", "150", "running"]


@pytest.mark.parametrize(
    ("comparator", "value", "rows"),
    [(">", "100", (0, 2)), ("<=", "90", (1,)), ("during", "150", (2,))],
)
def test_numbers_are_compared(comparator: str, value: str, rows: tuple[int, ...]) -> None:
    item = Filter(2, comparator=comparator, value=parse(value))  # type: ignore[arg-type]
    assert compute(Query(TABLE, "list", 0, (item,))).rows == rows


@pytest.mark.parametrize(
    ("comparator", "value", "rows"),
    [
        ("during", "2024-11-02", (0,)),
        ("during", "March 2024", (1,)),
        ("during", "March", (1,)),
        (">", "March 2024", (0, 2)),
        ("<", "2024-11-02", (1,)),
    ],
)
def test_dates_are_compared_by_day_and_month(comparator: str, value: str, rows: tuple[int, ...]) -> None:
    item = Filter(3, comparator=comparator, value=parse(value))  # type: ignore[arg-type]
    assert compute(Query(TABLE, "list", 0, (item,))).rows == rows


@pytest.mark.parametrize("operation", ["sum", "mean", "maximum"])
def test_columns_of_mixed_types_are_not_computed_with(operation: Operation) -> None:
    rows = [["Sample", "Value"], ["a", "12"], ["b", "below limit"], ["c", "15"], ["d", "not measured"]]
    (table,) = tables_of(table_document(rows))
    result = compute(Query(table, operation, 1))
    assert result.fault == "mixed"
    assert faulty(result) == "The column “Value” holds number and text, so it is not computed with."


def test_mean_over_no_rows_is_a_fault() -> None:
    none = filter_of_texts(TABLE, 1, ["for sale"])
    result = compute(Query(TABLE, "mean", 2, (none,)))
    assert (result.fault, result.rows) == ("nothing", ())


def test_texts_of_a_table_never_become_sql() -> None:
    evil = "x'); DROP TABLE cells; --"
    (table,) = tables_of(table_document([["Name", "n"], [evil, "1"], ["b", "2"]]))
    assert compute(Query(table, "sum", 1, (filter_of_texts(table, 0, [evil]),))).number == 1.0


def test_a_hundred_thousand_rows_are_computed() -> None:
    rows = [["Id", "Kind", "Amount"], *([f"r{n}", f"k{n % 7}", str(n)] for n in range(100_000))]
    (table,) = tables_of(table_document(rows))
    query = Query(table, "sum", 2, (filter_of_texts(table, 1, ["k3"]),))
    result = compute(query)
    assert (result.number, result.passed) == (sum(range(3, 100_000, 7)), 14286)
