"""What tables say to a question: a cell that is looked up, or what comes of computing; or that it is not sure enough.

It chooses between the queries a question may mean and the cell that a look-up finds. Nothing is cited here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.tables.compute import compute
from rag.tables.links import Lexicon
from rag.tables.lookup import Found, ReadPassages, look_up, named_cell
from rag.tables.model import Table
from rag.tables.operations import Wanted
from rag.tables.query import Query, Result
from rag.tables.question import Understood, understood
from rag.tables.sense import Sense, statement
from rag.tables.wording import Told, cells_of, faulty, told

SURE = 0.35  # the least confidence with which a computed answer is given; see docs/lab/tables.md
RELEVANT = 0.5  # the least relevance of a cell that was found by reading
RELEVANT_NAMED = 0.3  # that of a cell whose row and column the question names
UNLINKED = 0.8  # that of a cell in a row with which the question shares no value
LOOKED_UP = 0.55  # the least mean of its relevance and the reader's confidence


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What a table says, in words, with its cells, and how sure it is that this was asked (0..1).

    `refused` tells that `told` says why nothing is answered; the cells then are the nearest. `operation` is said in
    words by `told`, and `rows` is how many rows it rests on.
    """

    told: Told
    table: Table
    confidence: float
    result: Result | None = None
    refused: bool = False


def answer(
    question: str, wanted: Wanted, lexicons: Sequence[Lexicon], sense: Sense, read: ReadPassages
) -> TableAnswer | None:
    """What the tables say to a question; None when none of them is about it, or it is not sure what is asked."""
    named = named_cell(question, lexicons)
    if named and (said := _looked_up(question, named, sense)):
        return said
    computed = _computed(understood(question, wanted, lexicons, sense))
    share = wanted.shares["lookup"]
    if computed and computed.confidence > max(share, SURE):
        return computed
    found = look_up(question, lexicons, sense, read)
    looked_up = _looked_up(question, found, sense) if found else None
    if looked_up and found and (found.named or not computed or share * looked_up.confidence > computed.confidence):
        return looked_up
    return computed if computed and computed.confidence >= SURE else None


def _computed(queries: Sequence[Understood]) -> TableAnswer | None:
    """What the surest query comes to. One that nothing passes, or that cannot be computed, says so."""
    if not queries:
        return None
    best = queries[0]
    result = compute(best.query)
    table = best.query.table
    if result.fault or not result.rows:
        return TableAnswer(_why_not(result), table, best.confidence, result, refused=True)
    return TableAnswer(told(result), table, best.confidence, result)


def _why_not(result: Result) -> Told:
    """Why nothing was computed, with the cells of the column that a filter was held against, if any."""
    query = result.query
    shown = Result(Query(query.table, "list", query.target, query.filters), query.table.body[:3])
    return Told(faulty(result), cells_of(shown), computed=False)


def _looked_up(question: str, found: Found, sense: Sense) -> TableAnswer | None:
    """The cell as a statement; None where the question names what the row lacks, or the statement does not answer."""
    if found.unknown:
        return None
    table = found.lexicon.table
    said = statement(table, found.row, found.column, found.by)
    relevance = sense.relevance(question, said)
    confidence = (found.confidence + relevance) / 2
    said_so = found.named and found.column in {link.column for link in found.read.columns}
    linked = found.named or found.by
    if relevance < (RELEVANT_NAMED if said_so else RELEVANT) or confidence < (LOOKED_UP if linked else UNLINKED):
        return None
    columns = [table.name_column, *found.by, found.column]
    cells = [cell for column in columns if column is not None and (cell := table.cell(found.row, column))]
    return TableAnswer(Told(said, tuple(dict.fromkeys(cells)), computed=False), table, confidence)
