"""Whether an index is sound, from its own texts: every receipt exact, catalogue and vectors in step. Mends nothing."""

from collections.abc import Iterator
from hashlib import sha256

from rag.catalogue import Catalogue
from rag.journal import Journal
from rag.reports import CheckReport
from rag.types import VectorStore


def check(catalogue: Catalogue, journal: Journal, vectors: VectorStore) -> CheckReport:
    """What the index holds and what is wrong with it. For the holder of the writer's lock."""
    ready, held = catalogue.ready_ids(), vectors.ids()
    problems = [*journal.faults(), *_text_faults(catalogue)]
    if lost := len(ready - held):
        problems.append(f"{lost} chunks have no vector; run `rag rebuild`")
    if strays := len(held - ready):
        problems.append(f"{strays} vectors belong to no chunk; run `rag rebuild`")
    return CheckReport(
        documents=len(catalogue.versions()), chunks=len(ready), vectors=len(held), problems=tuple(problems)
    )


def _text_faults(catalogue: Catalogue) -> Iterator[str]:
    for doc_id in sorted(catalogue.versions()):
        document = catalogue.document(doc_id)
        if sha256(document.text.encode("utf-8")).hexdigest() != document.version:
            yield f"the text of {document.source} is not that of its version; ingest it again"
        for chunk in catalogue.chunks_of(doc_id):
            if document.text[chunk.start : chunk.end] != chunk.text:
                yield f"chunk {chunk.id} is not what {document.source} says at {chunk.start}; run `rag rebuild`"
