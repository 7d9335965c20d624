"""From a question's words to queries over tables, likeliest first, with how sure that is.

Words are linked to values and columns (`rag.tables.links`), what is named otherwise by meaning (`rag.tables.sense`);
a classifier says what is to be done (`rag.tables.operations`). What a question names and a table does not have makes a
query less sure, a year or a name that it contradicts rules it out. Nothing is computed here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.tables.comparisons import Comparison, comparisons
from rag.tables.links import ColumnLink, Lexicon, Token, ValueLink, chosen, time_unit, tokens
from rag.tables.model import Column
from rag.tables.operations import Operation, Wanted
from rag.tables.query import Filter, Query, filter_of_texts
from rag.tables.sense import CLEAR, MOST_VALUES, Sense, statement
from rag.tables.values import SECONDS, Value

LEAST_SHARE = 0.06  # the least probability of an operation that is tried
NEAR_VALUE = 0.38  # the least similarity with which a value is meant in other words
MARGIN = 0.1  # by how much it must be nearer than the next value of its column
NOT_A_ROW = 0.6  # what it costs that the thing asked for is the column that is compared
NEAR_COLUMN = 0.2  # the least similarity with which a column is meant in other words
_YEAR = re.compile(r"(?<![\w.-])(?:1[89]|20)\d\d(?![\w-])")
_NEGATED = frozenset("not no without never ohne nicht kein keine".split())
_ADDS: frozenset[Operation] = frozenset({"sum", "mean"})
_ORDERS: frozenset[Operation] = frozenset({"minimum", "maximum", "latest", "earliest"})


@dataclass(frozen=True, slots=True)
class Understood:
    """A query that a question may mean, and how sure that is: of the whole, of its operation, of its column (0..1).

    `explained` is the share of the question's words that the table accounts for, `left` are the others. `rivals` are
    the columns between which their names alone do not decide.
    """

    query: Query
    confidence: float
    operation: float
    target: float
    explained: float
    left: tuple[str, ...] = ()
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A question beside one table: its words, what they are linked to, and what they compare."""

    question: str
    lexicon: Lexicon
    asked: Sequence[Token]
    values: Sequence[ValueLink]
    columns: Sequence[ColumnLink]
    compared: Sequence[Comparison]
    filters: tuple[Filter, ...]
    taken: frozenset[int]

    @property
    def explained(self) -> float:
        """The share of the words that mean something for which the table accounts."""
        meaning = sum(bool(token.stems) for token in self.asked)
        return 1 - len(self.left) / meaning if meaning else 0.0

    @property
    def left(self) -> list[int]:
        """The places of the words that neither the table nor what it stands under accounts for."""
        named = {place for link in self.columns for place in link.tokens} | self.taken
        about = self.lexicon.about
        return [
            place
            for place, token in enumerate(self.asked)
            if token.stems and place not in named and not about & set(token.stems)
        ]


def understood(question: str, wanted: Wanted, lexicons: Sequence[Lexicon], sense: Sense) -> list[Understood]:
    """The queries that a question may mean, surest first; none of a table that contradicts it."""
    found: list[Understood] = []
    for lexicon in lexicons:
        read = read_beside(question, lexicon)
        if read is not None:
            found += _queries(read, wanted, sense)
    found.sort(key=lambda item: (-item.confidence, item.query.table.document.source, item.query.table.number))
    return [_decided(question, found[0], sense), *found[1:]] if found else []


def _decided(question: str, item: Understood, sense: Sense) -> Understood:
    """The query with the one of its rival columns whose cells answer better as statements, as the reader has it."""
    if not item.rivals:
        return item
    table = item.query.table
    read = {column: sense.relevance(question, statement(table, table.body[0], column)) for column in item.rivals}
    best = min(item.rivals, key=lambda column: (-read[column], item.rivals.index(column)))
    if read[best] - read[item.rivals[0]] < CLEAR:
        return item
    return replace(item, query=replace(item.query, target=best))


def read_beside(question: str, lexicon: Lexicon) -> Read | None:
    """The question beside a table; None when it names a year, or compares with something, that the table lacks."""
    asked = tokens(question)
    links = lexicon.values(asked)
    values = chosen(links)
    compared = comparisons(question)
    words_of = {item: _places(asked, item) for item in compared}
    by_value = {place for link in values for place in link.tokens}
    columns = lexicon.columns(asked, by_value)
    wholly = {place for link in columns if link.share > 0.99 for place in link.tokens}
    filters: list[Filter] = []
    taken = set(by_value)
    for item in compared:
        named = words_of[item] & (by_value | wholly)
        if item.comparator == "during" and _year_of(item) in _first_texts(lexicon):
            values.append(_row_link(lexicon, _year_of(item), words_of[item]))
            taken |= words_of[item]
            continue
        if named and (item.comparator == "during" or words_of[item] <= by_value | wholly):
            continue
        made = _compared(item, lexicon, columns)
        if made is None and not (item.dated and _year_of(item) in lexicon.table.about):
            return None
        filters += [made] if made else []
        taken |= words_of[item]
    if not _years_known(question, lexicon, filters):
        return None
    filters = [*_filters(lexicon, values), *filters]
    used = {item.column for item in filters}
    rest = [link for link in columns if link.column not in used or link.share > 0.99]
    return Read(question, lexicon, asked, values, rest, compared, tuple(filters), frozenset(taken))


def _queries(read: Read, wanted: Wanted, sense: Sense) -> list[Understood]:
    found = []
    for operation, share in sorted(_shares(read, wanted).items(), key=lambda item: -item[1]):
        if share >= LEAST_SHARE and operation != "lookup":
            made = _query(read, operation, sense, wanted.asking[operation])
            found += [_judged(read, made, share, wanted.asking[operation])] if made else []
    return found


def _shares(read: Read, wanted: Wanted) -> dict[Operation, float]:
    """The shares of the operations, where a column of numbers is named and none of dates: then longest is greatest."""
    shares = dict(wanted.shares)
    columns = [read.lexicon.table.columns[link.column] for link in read.columns]
    dated = any(column.kind == "date" or column.years for column in columns)
    if dated or not any(column.counts for column in columns):
        return shares
    pool = shares["latest"] + shares["earliest"]
    both = shares["maximum"] + shares["minimum"]
    for operation in ("maximum", "minimum") if both else ():
        shares[operation] += pool * shares[operation] / both
    return shares | {"latest": 0.0, "earliest": 0.0}


@dataclass(frozen=True, slots=True)
class _Made:
    query: Query
    target: float
    filters_met: frozenset[int] = frozenset()
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """The column to compute with, how sure that is, and the columns between which it is not decided yet."""

    column: int
    sure: float
    rivals: tuple[int, ...] = ()


def _query(read: Read, operation: Operation, sense: Sense, asking: frozenset[str]) -> _Made | None:
    filters, met = read.filters, frozenset[int]()
    if operation in ("list", "count") or (operation in _ADDS | _ORDERS and not filters):
        more, met = _meant(read, sense, asking)
        filters = (*filters, *more)
    if operation in ("list", "count"):
        return _rows_query(read, operation, filters, met)
    if operation == "difference":
        return _difference(read, sense)
    if _names_row(read):
        return None
    target = _target(read, operation, sense, filters)
    if target is None:
        return None
    named_by = _asked_column(read, filters) if operation in _ORDERS else None
    named_by = None if named_by == target.column else named_by
    query = Query(read.lexicon.table, operation, target.column, filters, named_by=named_by)
    return _Made(query, target.sure, met, target.rivals)


def _names_row(read: Read) -> bool:
    """Whether the question names a single row: then it is looked up, and nothing is computed."""
    table = read.lexicon.table
    named = [item for item in read.filters if item.column == table.name_column and item.texts]
    return any(sum(len(read.lexicon.rows_with(item.column, text)) for text in item.texts) == 1 for item in named)


def _rows_query(read: Read, operation: Operation, filters: tuple[Filter, ...], met: frozenset[int]) -> _Made | None:
    """Rows counted or listed, or the different texts of the column that is asked for first."""
    table = read.lexicon.table
    if _names_row(read):
        return None
    asked = _asked_column(read, filters)
    if operation == "count" and asked is not None and asked != table.name_column:
        column = table.columns[asked]
        if column.counts and not column.years:
            return _Made(Query(table, "sum", asked, filters), 0.9, met) if column.kind == "number" else None
        return _Made(Query(table, "count", asked, filters, distinct=True), 0.8, met)
    if not filters:
        return None if operation == "list" or asked is None else _Made(Query(table, "count"), 0.7)
    if operation == "list" and asked is not None and asked != table.name_column:
        return _Made(Query(table, "list", asked, filters, distinct=True), 0.8, met)
    return _Made(Query(table, operation, table.name_column if operation == "list" else None, filters), 1.0, met)


def _asked_column(read: Read, filters: Sequence[Filter]) -> int | None:
    """The column that the question asks about first: its name stands before all else that means something."""
    used = {item.column for item in filters}
    first = next((place for place, token in enumerate(read.asked) if token.stems), None)
    near = [link for link in read.columns if first in link.tokens and link.column not in used]
    return near[0].column if near else None


def _target(read: Read, operation: Operation, sense: Sense, filters: Sequence[Filter]) -> _Target | None:
    """The column to compute with and how sure that is: the one whose name is there, else the nearest in meaning."""
    table = read.lexicon.table
    used = {item.column for item in filters if item.texts}
    fitting = [
        position
        for position, column in enumerate(table.columns)
        if position not in used and position != table.name_column and _fits(column, operation)
    ]
    if not fitting:
        return None
    lexical = {link.column: link.share for link in read.columns if link.column in fitting}
    best = sorted(lexical.values(), reverse=True)
    if best and best[0] > 0.49 and (len(best) == 1 or best[0] - best[1] > 0.3):
        return _Target(max(lexical, key=lambda column: lexical[column]), 0.6 + 0.4 * best[0])
    near = sense.near_columns(phrase(read), table, fitting)
    total = {column: near[column] + 0.5 * lexical.get(column, 0.0) for column in fitting}
    ranked = sorted(fitting, key=lambda column: (-total[column], column))
    margin = total[ranked[0]] - total[ranked[1]] if len(ranked) > 1 else 0.2
    if total[ranked[0]] < NEAR_COLUMN:
        return _Target(ranked[0], 0.2)
    sure = min(1.0, 0.4 + 0.6 * total[ranked[0]] + min(margin, 0.3))
    return _Target(ranked[0], sure, tuple(ranked[:2]) if margin < CLEAR else ())


def phrase(read: Read) -> str:
    """The question without the words that name values, and what the table stands under: what is asked of it."""
    about = read.lexicon.titled
    words = [
        token.text
        for place, token in enumerate(read.asked)
        if place not in read.taken and not (token.stems and about & set(token.stems))
    ]
    return " ".join(words)


def _fits(column: Column, operation: Operation) -> bool:
    """Whether an operation can be done with a column's kind of values; mixed ones are said to be mixed later."""
    if operation in _ADDS:
        kinds = ("number", "money", "duration", *(("percentage",) if operation == "mean" else ()))
        return (column.kind in kinds and not column.years) or ("number" in column.mixed or "money" in column.mixed)
    if operation in ("latest", "earliest"):
        return column.kind == "date" or column.years
    return column.counts or "number" in column.mixed or "money" in column.mixed


def _difference(read: Read, sense: Sense) -> _Made | None:
    """Two rows in one column, named by the question. Two columns of one row are two rows of the turned table."""
    table = read.lexicon.table
    filters = read.filters
    years = [year for item in read.compared if (year := _year_of(item)) in _first_texts(read.lexicon)]
    if table.name_column is not None and len(set(years)) == 2:
        others = [item for item in filters if item.column != table.name_column]
        filters = (filter_of_texts(table, table.name_column, years), *others)
    if not any(len(item.texts) == 2 for item in filters):
        return None
    target = _target(read, "maximum", sense, filters)
    return _Made(Query(table, "difference", target.column, filters), target.sure) if target else None


def _meant(read: Read, sense: Sense, asking: frozenset[str]) -> tuple[tuple[Filter, ...], frozenset[int]]:
    """The filter for a value that the words left over mean without saying it, and those words."""
    if yes := _answered_yes(read):
        return (yes,), frozenset()
    words_left = [(place, read.asked[place].text) for place in read.left]
    left = [place for place, word in words_left if word.lower() not in asking and not any(map(str.isdigit, word))]
    if not left or len(left) > 4:
        return (), frozenset()
    words = " ".join(read.asked[place].text for place in left)
    best: tuple[float, int, str] | None = None
    for column in _few_valued(read):
        texts, name = read.lexicon.texts(column), read.lexicon.table.columns[column].name
        near = sorted(zip(sense.value_scores(words, phrase(read), name, texts), texts, strict=True), reverse=True)
        if near[0][0] >= NEAR_VALUE and near[0][0] - near[1][0] >= MARGIN and (best is None or near[0][0] > best[0]):
            best = (near[0][0], column, near[0][1])
    if best is None:
        return (), frozenset()
    return (filter_of_texts(read.lexicon.table, best[1], [best[2]]),), frozenset(left)


def _answered_yes(read: Read) -> Filter | None:
    """The filter for rows with yes (or no, where the question denies) in a column whose name the question says."""
    table = read.lexicon.table
    for link in read.columns:
        if table.columns[link.column].kind == "boolean":
            wanted = 0.0 if any(token.text.lower() in _NEGATED for token in read.asked) else 1.0
            values = table.columns[link.column].values
            texts = {table.text_at(row, link.column) for row in table.body if values[row].number == wanted}
            return filter_of_texts(table, link.column, sorted(texts)) if texts else None
    return None


def _few_valued(read: Read) -> list[int]:
    """The columns of words that few different values stand in, and which no filter uses yet."""
    used = {item.column for item in read.filters}
    table = read.lexicon.table
    return [
        position
        for position, column in enumerate(table.columns)
        if column.kind == "text"
        and position not in used
        and position != table.name_column
        and 1 < len(read.lexicon.texts(position)) <= MOST_VALUES
    ]


def _filters(lexicon: Lexicon, values: Sequence[ValueLink]) -> list[Filter]:
    """One filter for each column of which values are meant; several values of it are alternatives."""
    columns = dict.fromkeys(link.column for link in values)
    texts = {column: [link.text for link in values if link.column == column] for column in columns}
    return [filter_of_texts(lexicon.table, column, texts[column]) for column in columns]


def _compared(item: Comparison, lexicon: Lexicon, columns: Sequence[ColumnLink]) -> Filter | None:
    """The filter that a comparison makes of the column it is about, or None when no column can be compared with it."""
    table = lexicon.table
    kinds = {"date": ("date",), "money": ("money", "number"), "percentage": ("percentage",), "duration": ("duration",)}
    wanted = kinds.get(item.value.kind, ("number", "money"))
    fitting = [
        position
        for position, column in enumerate(table.columns)
        if column.kind in wanted or (item.dated and column.years) or _unit_meant(column, item)
    ]
    if not fitting:
        return None
    shares = {link.column: link.share for link in columns}
    column = max(
        fitting,
        key=lambda position: (shares.get(position, 0.0), table.columns[position].kind == wanted[0], -position),
    )
    value = item.value
    if item.dated and table.columns[column].years:
        if not _year_of(item):
            return None
        value = Value("number", float(_year_of(item)))
    elif value.kind == "duration" and (unit := time_unit(table.columns[column])):
        value = Value("number", (value.number or 0.0) / SECONDS[unit])
    return Filter(column, comparator=item.comparator, value=value, said=f"{table.columns[column].name} is {item.text}")


def _unit_meant(column: Column, item: Comparison) -> bool:
    """Whether a column of plain numbers has the unit of the comparison in its name."""
    unit = item.value.unit
    if item.value.kind == "duration":
        return bool(time_unit(column))
    return column.kind == "number" and bool(unit) and unit.lower() in column.name.lower()


def _years_known(question: str, lexicon: Lexicon, filters: Sequence[Filter]) -> bool:
    """Whether every year that the question names stands over the table, in a header, or is compared with dates."""
    table = lexicon.table
    dated = any(item.value and item.value.kind in ("date", "number") for item in filters)
    names = " ".join([table.about, *(column.name for column in table.columns)])
    for year in _YEAR.findall(question):
        if year not in names and not dated and not any(year in text for text in _first_texts(lexicon)):
            return False
    return True


def _row_link(lexicon: Lexicon, text: str, places: frozenset[int]) -> ValueLink:
    """The link of words to the row that has a text for its name."""
    name = lexicon.table.name_column or 0
    return ValueLink(name, text, lexicon.rows_with(name, text), places, 1.0)


def _first_texts(lexicon: Lexicon) -> list[str]:
    name = lexicon.table.name_column
    return lexicon.texts(name) if name is not None else []


def _year_of(item: Comparison) -> str:
    """The year that a comparison names; empty for none."""
    year = _YEAR.search(item.text)
    return year[0] if year else ""


def _places(asked: Sequence[Token], item: Comparison) -> frozenset[int]:
    """The places of the words that a comparison is made of."""
    return frozenset(place for place, token in enumerate(asked) if token.start < item.end and item.start < token.end)


def _judged(read: Read, made: _Made, share: float, asking: frozenset[str]) -> Understood:
    """A query with how sure it is that the question means it.

    The words that ask for the operation count as explained. What is asked about first, and what has a name, the table
    must know of.
    """
    meaning = [place for place, token in enumerate(read.asked) if token.stems]
    left = [place for place in read.left if place not in made.filters_met]
    left = [place for place in left if read.asked[place].text.lower() not in asking]
    explained = 1 - len(left) / len(meaning) if meaning else 0.0
    strange = any(place == meaning[0] or particular(read.asked, place) for place in left)
    target = made.query.target
    whose = {place for link in read.columns if link.column == target for place in link.tokens}
    if made.query.operation in _ORDERS and meaning[0] in whose:  # what is asked for is a row, not what is compared
        share *= NOT_A_ROW
    sure = share * made.target * (0.4 + 0.6 * explained) * (0.4 if strange else 1.0)
    words = tuple(read.asked[place].text for place in left)
    return Understood(made.query, min(1.0, sure), share, made.target, explained, words, made.rivals)


def particular(asked: Sequence[Token], place: int) -> bool:
    """Whether a word is a name or has a digit: what a table does not know of, it says nothing about."""
    word = asked[place].text
    return any(character.isdigit() for character in word) or (place > 0 and word[0].isupper())
