from datetime import date

import pytest

from rag.tables.comparisons import comparisons
from rag.tables.values import Value, decimal_mark, parse


def day(year: int, month: int, of: int) -> float:
    """The ordinal of a day, as values of dates have it."""
    return float(date(year, month, of).toordinal())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120 euros", Value("money", 120.0, "EUR")),
        ("€ 45", Value("money", 45.0, "EUR")),
        ("1.275,50 €", Value("money", 1275.5, "EUR")),
        ("1.2 million euros", Value("money", 1_200_000.0, "EUR")),
        ("9,410", Value("number", 9410.0)),
        ("-3.5", Value("number", -3.5)),
        ("98.5 %", Value("percentage", 98.5, "%")),
        ("5 working days", Value("duration", 432_000.0, "working days")),
        ("2025-01-03", Value("date", day(2025, 1, 3), "", day(2025, 1, 3))),
        ("3. März 2024", Value("date", day(2024, 3, 3), "", day(2024, 3, 3))),
        ("May 2019", Value("date", day(2019, 5, 1), "", day(2019, 5, 31))),
        ("yes", Value("boolean", 1.0)),
        ("n/a", Value("empty")),
        ("0550 7711", Value("text")),
        ("U-01", Value("text")),
        ("every Friday", Value("text")),
        ("31.02.2024", Value("text")),
    ],
)
def test_text_of_a_cell_has_a_value(text: str, value: Value) -> None:
    assert parse(text) == value


def test_column_tells_its_decimal_mark() -> None:
    assert decimal_mark(["1.275", "12,5"]) == ","
    assert parse("1.275", ",").number == 1275.0
    assert parse("1.275", ".").number == 1.275


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which items cost more than 500 euros?", [(">", "money", 500.0)]),
        ("Which orders came after 2024-03-01?", [(">", "date", day(2024, 3, 1))]),
        ("between 10 and 20 kg", [(">=", "number", 10.0), ("<=", "number", 20.0)]),
        ("in the first quarter of 2025", [("during", "date", day(2025, 1, 1))]),
        ("orders in March", [("during", "date", day(1, 3, 1))]),
        ("Which of them may I use?", []),
        ("What did R-2512 cost?", []),
    ],
)
def test_comparisons_are_read_with_their_values(question: str, found: list[tuple[str, str, float]]) -> None:
    assert [(item.comparator, item.value.kind, item.value.number) for item in comparisons(question)] == found
