"""Citespan: answers from your own documents, every statement with a receipt.

from rag import Assistant, query

Names load when they are first used, so that `import rag` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant as Assistant
    from rag.assistant import query as query
    from rag.errors import CitespanError as CitespanError
    from rag.llm.backends import language_model as language_model
    from rag.loaders import SUFFIXES as SUFFIXES
    from rag.models.cross_encoder import SpanModel as SpanModel
    from rag.models.registry import find_model as find_model
    from rag.models.sentence_encoder import SentenceEncoder as SentenceEncoder
    from rag.reports import CheckReport as CheckReport
    from rag.reports import DocumentInfo as DocumentInfo
    from rag.reports import Feedback as Feedback
    from rag.reports import IngestReport as IngestReport
    from rag.types import Answer as Answer
    from rag.types import AnswerDone as AnswerDone
    from rag.types import Citation as Citation
    from rag.types import Document as Document
    from rag.types import EvidenceFound as EvidenceFound
    from rag.types import Refusal as Refusal
    from rag.types import Statement as Statement
    from rag.types import StatementVerified as StatementVerified

__version__ = "0.1.0"

_HOMES = {
    "rag.assistant": ("Assistant", "query"),
    "rag.models.sentence_encoder": ("SentenceEncoder",),
    "rag.errors": ("CitespanError",),
    "rag.llm.backends": ("language_model",),
    "rag.loaders": ("SUFFIXES",),
    "rag.models.registry": ("find_model",),
    "rag.reports": ("CheckReport", "DocumentInfo", "Feedback", "IngestReport"),
    "rag.models.cross_encoder": ("SpanModel",),
    "rag.types": (
        "Answer",
        "AnswerDone",
        "Citation",
        "Document",
        "EvidenceFound",
        "Refusal",
        "Statement",
        "StatementVerified",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'rag' has no attribute '{name}'")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
