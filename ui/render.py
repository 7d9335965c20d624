"""The conversation and the page's header as HTML: values in, text out.

Pure: the same values give the same characters. Buttons say what they do in `data-` attributes, which `static/events.js`
sends to the server; no link and no script is ever written. The source reader is in `ui.sources.pane`.
"""

from collections.abc import Sequence
from pathlib import PurePath

from rag.markup import NOTHING, Html, join, tag, text
from rag.reports import DocumentInfo, Vote
from rag.types import Answer, Citation, Reason, Refusal, Statement
from ui.types import Turn, Turns, place

QUESTION_SHOWN = 2_000  # characters of a question that are repeated above its answer
QUOTE_SHOWN = 400  # characters of a quote that a hover card or a screen reader's label holds

TITLES: dict[Reason, str] = {
    "empty_index": "There is nothing to read yet",
    "off_topic": "The documents are about something else",
    "not_stated": "The documents do not say",
    "unsupported": "Nothing could be backed by a source",
    "bad_question": "This question cannot be answered as it stands",
}
VOTES: dict[Vote, str] = {"up": "Good answer", "down": "Bad answer"}
COMMENT_SHOWN = 2_000  # characters that the field for a comment takes
CONFIDENCE = "How likely it is that the documents answer this question."
SUPPORT = "How well the cited words carry the statement that is carried least."
WELCOME = (
    "Every statement of an answer carries a number. Choose it to read the exact words it rests on. "
    "Where the documents do not say, the answer tells you so."
)
EMPTY = (
    "This index is empty. Drop files anywhere on this page, or choose “Add documents” above: PDF, Word, EPUB, web "
    "pages, e-mails, tables, Markdown and plain text."
)


def header(name: str, documents: Sequence[DocumentInfo]) -> Html:
    """The product, the index it reads, and how much that holds."""
    index = tag("span", text(f"Index {PurePath(name).name or name}"), title=name)
    line = tag("p", index, tag("span", text(size(documents))), class_="cs-index")
    return tag("div", tag("h1", text("Citespan")), line, class_="cs-brand")


def size(documents: Sequence[DocumentInfo]) -> str:
    """How much an index holds, in words."""
    if not documents:
        return "no documents"
    characters = sum(item.characters for item in documents)
    return f"{counted(len(documents), 'document')}, {counted(characters, 'character')}"


def welcome(documents: int, examples: Sequence[str] = ()) -> Html:
    """What to do here, for an index of that many documents; shown until the first question."""
    return _invitation(examples) if documents else _first_steps()


def conversation(turns: Turns) -> Html:
    """Every turn in order. `static/conversation.js` reads out what is new: of this log, everything is, each time."""
    shown = (_turn(turn, index) for index, turn in enumerate(turns))
    return tag("div", *shown, class_="cs-turns", role="log", aria_live="off", aria_label="Conversation")


def chip(citation: Citation, turn: int, number: int, *, stale: bool = False, support: float | None = None) -> Html:
    """The numbered button that opens a citation; what hovering over it shows travels in its attributes."""
    quote = clipped(citation.quote, QUOTE_SHOWN)
    notes = ["The document has changed since."] if stale else []
    if support is not None:
        notes.append(f"Supports the statement: {percent(support)}")
    return tag(
        "button",
        text(str(number)),
        type="button",
        class_="cs-chip cs-stale" if stale else "cs-chip",
        data_event="cite",
        data_turn=turn,
        data_number=number,
        data_quote=quote,
        data_source=where(citation),
        data_note=" ".join(notes) or None,
        aria_label=f"Citation {number}, {file_name(citation.source)}: {quote}",
    )


def where(citation: Citation) -> str:
    """A citation's place for people: file, page where there are pages, characters."""
    page = f", page {citation.page}" if citation.page else ""
    return f"{file_name(citation.source)}{page}, characters {citation.start:,}–{citation.end:,}"


def file_name(source: str) -> str:
    """The last part of a source's path."""
    return PurePath(source).name or source


def clipped(value: str, limit: int) -> str:
    """`value`, or its beginning and an ellipsis."""
    return value if len(value) <= limit else value[:limit].rstrip() + "…"


def percent(share: float) -> str:
    """0.914 as 91%; never 100% for what is not certain."""
    return f"{min(round(share * 100), 99 if share < 1 else 100)}%"


def counted(number: int, noun: str) -> str:
    """1 document, 2,000 documents."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def paragraph(words: str, kind: str | None = None) -> Html:
    """A paragraph of plain text."""
    return tag("p", text(words), class_=kind)


def message(words: str) -> Html:
    """A message of the program as a paragraph; what stands between `backticks` is something to type."""
    parts = [tag("code", text(part)) if odd % 2 else text(part) for odd, part in enumerate(words.split("`"))]
    return tag("p", *parts)


def _invitation(examples: Sequence[str]) -> Html:
    buttons = join(
        tag("li", tag("button", text(item), type="button", class_="cs-example", data_question=item))
        for item in examples
    )
    offered = join([tag("h3", text("For example"), class_="cs-label"), tag("ul", buttons, class_="cs-examples")])
    heading = tag("h2", text("Ask your documents"))
    return tag("section", heading, paragraph(WELCOME), offered if examples else NOTHING, class_="cs-welcome")


def _first_steps() -> Html:
    return tag(
        "section",
        tag("h2", text("Add your first documents")),
        paragraph(EMPTY),
        paragraph("A whole folder is added from a terminal:"),
        tag("pre", tag("code", text("rag ingest path/to/folder"))),
        paragraph("Documents are read on this computer and never leave it."),
        class_="cs-welcome",
    )


def _turn(turn: Turn, index: int) -> Html:
    question = tag("h2", text(clipped(turn.question, QUESTION_SHOWN)), class_="cs-question")
    return tag("article", question, _body(turn, index), class_="cs-turn", aria_busy="true" if turn.working else None)


def _body(turn: Turn, index: int) -> Html:
    if turn.problem:
        heading = tag("h3", text("Something went wrong"))
        return tag("div", heading, message(turn.problem), class_="cs-refusal", role="alert")
    if turn.answer is None:
        return _unfinished(turn, index)
    if turn.answer.refusal:
        parts = [_refusal(turn, turn.answer.refusal, index)]
    else:
        said = [_statement(turn, statement, index) for statement in turn.answer.statements]
        parts = said or [tag("p", text(turn.answer.text), class_="cs-statement")]
    parts += [paragraph(note.message, "cs-note") for note in turn.answer.notes]
    before = _standalone(turn.answer), _warning(turn.answer)
    return join([*before, *parts, _facts(turn, turn.answer, index), _comment(turn, index), _dropped(turn.answer)])


def _unfinished(turn: Turn, index: int) -> Html:
    """What is known so far, and what is being done."""
    said = join(_statement(turn, statement, index) for statement in turn.statements)
    known = said or _nearest(turn, index, "Reading")
    if turn.stopped:
        return join([known, paragraph("Stopped.", "cs-note")])
    doing = "Checking each statement against its source…" if turn.evidence else "Looking through the documents…"
    return join([known, tag("p", tag("span", class_="cs-pulse", aria_hidden="true"), text(doing), class_="cs-waiting")])


def _statement(turn: Turn, statement: Statement, index: int) -> Html:
    numbers = {place(citation): number for number, citation in enumerate(turn.citations, start=1)}
    cited = {place(citation): citation for citation in statement.citations}
    chips = join(
        chip(citation, index, numbers[key], stale=numbers[key] in turn.stale, support=statement.support)
        for key, citation in cited.items()
    )
    said = _emphasised(statement, turn.answer.short_answer if turn.answer else None)
    return tag("p", said, tag("span", chips, class_="cs-chips"), class_="cs-statement")


def _emphasised(statement: Statement, short: Citation | None) -> Html:
    """The statement, with the few words that answer the question strong where it quotes them; found by offsets."""
    source = next((citation for citation in statement.citations if citation.quote == statement.text), None)
    if not (short and source) or (short.doc_id, short.version) != (source.doc_id, source.version):
        return text(statement.text)
    start, end = short.start - source.start, short.end - source.start
    if not 0 <= start < end <= len(statement.text):
        return text(statement.text)
    before, words, after = statement.text[:start], statement.text[start:end], statement.text[end:]
    return join([text(before), tag("strong", text(words)), text(after)])


def _refusal(turn: Turn, refusal: Refusal, index: int) -> Html:
    heading = tag("h3", text(TITLES[refusal.reason]))
    nearest = _nearest(turn, index, "The nearest the documents come")
    return tag("div", heading, message(refusal.message), nearest, class_="cs-refusal")


def _nearest(turn: Turn, index: int, title: str) -> Html:
    items = [
        tag(
            "li",
            tag("q", text(clipped(citation.quote, QUOTE_SHOWN))),
            tag("span", chip(citation, index, number, stale=number in turn.stale), class_="cs-chips"),
        )
        for number, citation in enumerate(turn.citations, start=1)
    ]
    heading = tag("h3", text(title), class_="cs-label")
    return join([heading, tag("ul", *items, class_="cs-nearest")]) if items else NOTHING


def _facts(turn: Turn, answer: Answer, index: int) -> Html:
    measured = answer.refusal or answer.statements
    facts = [_meter("Confidence", answer.confidence, CONFIDENCE)] if measured else []
    if answer.statements:
        facts.append(_meter("Support", min(statement.support for statement in answer.statements), SUPPORT))
    votes = tag("span", *(_vote(turn, index, vote) for vote in VOTES), class_="cs-votes")
    return tag("div", *facts, votes, class_="cs-facts")


def _vote(turn: Turn, index: int, vote: Vote) -> Html:
    """A thumb; the one that was chosen is pressed, and choosing it again takes the vote back."""
    pressed = "true" if turn.vote == vote else "false"
    about = {"aria_label": VOTES[vote], "aria_pressed": pressed, "data_note": VOTES[vote]}
    return tag("button", type="button", class_="cs-vote", data_event="vote", data_turn=index, data_vote=vote, **about)


def _comment(turn: Turn, index: int) -> Html:
    """Room for a few words after a vote."""
    if not turn.vote:
        return NOTHING
    if turn.thanked:
        return paragraph("Thank you. Your comment is kept beside the documents.", "cs-note")
    asked = "What was good?" if turn.vote == "up" else "What was wrong?"
    field = tag("input", name="comment", placeholder=f"{asked} (optional)", aria_label=asked, maxlength=COMMENT_SHOWN)
    send = tag("button", text("Send"), class_="cs-button")
    return tag("form", field, send, class_="cs-form", data_event="comment", data_turn=index)


def _meter(name: str, share: float, meaning: str) -> Html:
    """A word, a small bar and a figure; what it means on hover and for screen readers."""
    bar = tag("span", tag("i", style=f"width:{round(share * 100)}%"), class_="cs-meter")
    label = f"{name} {percent(share)}. {meaning}"
    parts = (text(name), bar, text(percent(share)))
    return tag("span", *parts, class_="cs-fact", tabindex=0, role="note", data_note=meaning, aria_label=label)


def _dropped(answer: Answer) -> Html:
    if not answer.dropped:
        return NOTHING
    items = [
        tag("li", tag("s", text(item.text)), text(" "), tag("small", text(f"support {percent(item.support)}")))
        for item in answer.dropped
    ]
    left_out = f"{counted(len(answer.dropped), 'statement')} left out: not carried by a source, or beside the question"
    title = tag("summary", text(left_out))
    return tag("details", title, tag("ul", *items), class_="cs-dropped")


def _warning(answer: Answer) -> Html:
    if answer.verified:
        return NOTHING
    mark = tag("strong", text("Unverified"), class_="cs-unverified")
    return tag("p", mark, text(" These statements were not checked against their sources."), class_="cs-note")


def _standalone(answer: Answer) -> Html:
    if answer.standalone_question in {"", answer.question}:
        return NOTHING
    return paragraph(f"Understood as: {clipped(answer.standalone_question, QUESTION_SHOWN)}", "cs-note")
