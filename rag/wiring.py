"""The composition root: stores opened and models chosen, as the settings say. Nothing else constructs either.

Models are passed on as they are and load when they are first needed.
"""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.pipeline import Answerer
from rag.answering.question_kinds import TrainedClassifier
from rag.answering.strategies.changes import ChangesStrategy
from rag.answering.strategies.comparison import ComparisonStrategy
from rag.answering.strategies.conversation import IndexStrategy, InstructionStrategy, TalkStrategy
from rag.answering.strategies.fact import FactStrategy
from rag.answering.strategies.listing import ListStrategy
from rag.answering.strategies.overview import OverviewStrategy
from rag.answering.strategies.table import TableStrategy
from rag.answering.strategy import Components
from rag.errors import IndexWriteError, NoIndexError
from rag.generation.extractive import Extractive
from rag.generation.llm_generator import Writer, writer_for
from rag.ingestion.index import Index
from rag.ingestion.ray_cluster import RayCluster
from rag.llm.backends import AUTO, Limits, label, open_backend
from rag.llm.gguf import WRITER, writer_here
from rag.models.calibration import load_calibration
from rag.models.cross_encoder import LargeSpanModel, SpanModel
from rag.models.registry import BASE, LARGE_BASE, LARGE_READER, READER, calibration_of, find_model
from rag.models.sentence_encoder import SentenceEncoder
from rag.protocols import Generator, Reader, Verifier
from rag.reader.cascade import CascadeReader
from rag.reader.multipart import MultipartReader
from rag.reader.similarity import SimilarityReader
from rag.reader.span import SpanReader
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.storage.chroma_client import home_of
from rag.storage.vector_store import ChromaVectors
from rag.text.context import Contexts
from rag.verification.judge import JudgedVerifier
from rag.verification.verifier import LexicalVerifier, TrainedVerifier

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

CATALOGUE = "catalogue.sqlite3"


def index_folder(index: Path, *, create: bool) -> Path:
    """The folder of an index, made if it may be. Raises NoIndexError or IndexWriteError."""
    folder = index.expanduser().resolve()
    if not (folder / CATALOGUE).is_file() and not create:
        raise NoIndexError(f"There is no index in {index}. Make one with `rag ingest PATH --index {index}`.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexWriteError(f"{folder} cannot be made: {error.strerror}. Name another place.") from error
    return folder


def open_index(folder: Path, base: Path, settings: Settings) -> Index:
    """The index in a folder, over its catalogue and its vectors; what an interrupted run left is not settled yet."""
    catalogue = Catalogue(folder / CATALOGUE)
    vectors = folder / "chroma"
    wanted = home_of(settings.chroma, vectors)
    return Index(
        folder=folder,
        base=base,
        chunk_wordpieces=settings.chunk_wordpieces,
        catalogue=catalogue,
        journal=Journal(catalogue.database),
        vectors=ChromaVectors(lambda: home_of(catalogue.meta("chroma"), vectors)),
        wanted=ChromaVectors(lambda: wanted) if settings.chroma else None,
        keep_versions=settings.keep_versions,
        file_megabytes=settings.file_megabytes,
        unchecked_encoder=encoder(settings),
    )


def encoder(settings: Settings) -> SentenceEncoder:
    """The encoder that the settings name."""
    return SentenceEncoder(lambda: find_model(settings.encoder, online=settings.online))


def ray_cluster(address: str, settings: Settings, index: Index) -> RayCluster:
    """A Ray cluster that parses, and embeds with the settings' encoder."""
    return RayCluster(address, partial(encoder, settings), index.unchecked_encoder.fingerprint)


def retriever(index: Index, settings: Settings) -> Retriever:
    """What finds the passages of an index."""
    return Retriever(
        catalogue=index.catalogue,
        vectors=index.vectors,
        encoder=lambda: index.encoder,
        catch_up=index.catch_up,
        candidates=settings.candidates,
        limit=settings.passages,
    )


def reader_and_verifier(settings: Settings) -> tuple[Reader, Verifier]:
    """The reader, and the verifier of statements; the same trained model does both."""
    if settings.reader == "similarity":
        return SimilarityReader(), LexicalVerifier()
    find = partial(find_model, online=settings.online)
    model, calibration = SpanModel(base=lambda: find(BASE)), load_calibration(calibration_of(READER))
    if settings.reader == READER:
        return SpanReader(model, calibration), TrainedVerifier.calibrated(model, calibration)
    large = LargeSpanModel(base=lambda: find(BASE), large_base=lambda: find(LARGE_BASE))
    both = load_calibration(calibration_of(LARGE_READER))
    reader = CascadeReader(large, both, first=model, ranks=calibration.sentence)
    return reader, TrainedVerifier.calibrated(large, both)


def generator(choice: "str | Generator | LLM", settings: Settings) -> Generator:
    """What writes the answers, by name or as an object. Raises SettingsError."""
    limits = Limits.of(settings)
    if choice == AUTO:
        choice = f"gguf:{WRITER}" if writer_here() else Extractive.name
    if isinstance(choice, str):
        return Extractive() if choice == Extractive.name else Writer.named(choice, limits)
    return choice if isinstance(choice, Generator) else writer_for(choice, limits)


def verifier(trained: Verifier, settings: Settings, writer: Generator) -> Verifier:
    """The trained verifier, or one that asks a language model about what it leaves in doubt. Raises SettingsError."""
    if settings.judge == "none":
        return trained
    if settings.judge != "same":
        label(settings.judge)
        return JudgedVerifier(trained, cache(partial(open_backend, settings.judge, Limits.of(settings))))
    if not isinstance(writer, Writer):
        return trained  # whoever quotes has no model to ask
    return JudgedVerifier(trained, lambda: writer.backend)


def answerer(index: Index, settings: Settings, writer: Generator) -> Answerer:
    """The steps from a question to an answer over an index."""
    reader, trained = reader_and_verifier(settings)
    by_strictness = reader.thresholds[settings.strictness]
    threshold = by_strictness if settings.threshold is None else settings.threshold
    components = Components(
        catalogue=index.catalogue,
        retriever=retriever(index, settings),
        reader=MultipartReader(reader, threshold),
        generator=writer,
        verifier=verifier(trained, settings, writer),
        threshold=threshold,
        contexts=Contexts(index.catalogue.kept_version),
        show_doubtful=settings.show_doubtful,
    )
    return Answerer(
        components=components,
        classifier=TrainedClassifier(lambda: index.encoder),
        strategies=(
            TalkStrategy(),
            IndexStrategy(),
            InstructionStrategy(),
            OverviewStrategy(),
            ChangesStrategy(),
            TableStrategy(),
            ListStrategy(),
            ComparisonStrategy(),
        ),
        fallback=FactStrategy(rewrite=writer.rewrite if isinstance(writer, Writer) else None),
        question_characters=settings.question_characters,
    )


def over(answerer: Answerer, catalogue: Catalogue) -> Answerer:
    """The same steps, with the same models, over the catalogue as somebody else sees it."""
    parts = answerer.components
    retriever = replace(parts.retriever, catalogue=catalogue)
    return replace(answerer, components=replace(parts, catalogue=catalogue, retriever=retriever))
