"""Whether an index is sound, from its own texts: every receipt exact, catalogue and vectors in step. Mends nothing."""

from collections.abc import Iterator
from hashlib import sha256

from rag.errors import IndexDamagedError
from rag.protocols import VectorStore
from rag.reports import CheckReport
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal


def check(catalogue: Catalogue, journal: Journal, vectors: VectorStore, *, fault: str | None = None) -> CheckReport:
    """What the index holds and what is wrong with it; `fault`: what is already known to be wrong with the vectors.

    For the holder of the writer's lock.
    """
    ready, held = catalogue.ready_ids(), set[str]()
    problems = [*journal.faults(), *_text_faults(catalogue)]
    if fault is None:
        try:
            held = vectors.ids()
            problems.extend(_vector_faults(ready, held))
        except IndexDamagedError as error:
            fault = str(error)
    problems.extend([fault] if fault else [])
    return CheckReport(
        documents=len(catalogue.versions()), chunks=len(ready), vectors=len(held), problems=tuple(problems)
    )


def _vector_faults(ready: set[str], held: set[str]) -> Iterator[str]:
    if lost := len(ready - held):
        yield f"{lost} chunks have no vector; run `rag rebuild`"
    if strays := len(held - ready):
        yield f"{strays} vectors belong to no chunk; run `rag rebuild`"


def _text_faults(catalogue: Catalogue) -> Iterator[str]:
    for doc_id in sorted(catalogue.versions()):
        document = catalogue.document(doc_id)
        if sha256(document.text.encode("utf-8")).hexdigest() != document.version:
            yield f"the text of {document.source} is not that of its version; ingest it again"
        for chunk in catalogue.chunks_of(doc_id):
            if document.text[chunk.start : chunk.end] != chunk.text:
                yield f"chunk {chunk.id} is not what {document.source} says at {chunk.start}; run `rag rebuild`"
