"""An answer as blocks of Anthropic's form of citations, for clients that read it.

Text documents are cited by characters (`char_location`), documents with pages by page (`page_location`), of which the
last is not included. `document_index` counts the documents cited, in the order in which they first are.

Source: https://docs.claude.com/en/docs/build-with-claude/citations
"""

from typing import Any

from rag.types import Answer, Citation


def message(answer: Answer) -> dict[str, Any]:
    """The answer as a message: a text block a statement, each with its citations; our whole answer beside it."""
    order: dict[str, int] = {}
    for statement in answer.statements:
        for citation in statement.citations:
            order.setdefault(citation.doc_id, len(order))
    blocks = [
        {
            "type": "text",
            "text": statement.text,
            "citations": [_location(citation, order[citation.doc_id]) for citation in statement.citations],
        }
        for statement in answer.statements
    ]
    refusal = [{"type": "text", "text": answer.text, "citations": None}]
    return {
        "type": "message",
        "role": "assistant",
        "model": "citespan",
        "content": blocks or refusal,
        "stop_reason": "refusal" if answer.refusal else "end_turn",
        "citespan": answer.to_dict(),
    }


def _location(citation: Citation, index: int) -> dict[str, Any]:
    known = {"cited_text": citation.quote, "document_index": index, "document_title": citation.source}
    if citation.page is not None:
        pages = {"start_page_number": citation.page, "end_page_number": citation.page + 1}
        return {"type": "page_location", **known, **pages, "file_id": citation.doc_id}
    span = {"start_char_index": citation.start, "end_char_index": citation.end}
    return {"type": "char_location", **known, **span, "file_id": citation.doc_id}
