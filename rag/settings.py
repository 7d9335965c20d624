"""Settings: defaults, overridden by `RAG_*` environment variables, overridden by what the caller passes.

Reads the environment, and looks whether the large reader has been fetched; nothing else.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError
from rag.models.registry import best_reader

DEFAULT_INDEX = ".citespan"
Strictness = Literal["lenient", "balanced", "strict"]
Reader = Literal["citespan-reader", "citespan-reader-large", "similarity"]


class Settings(BaseSettings):
    """How an assistant works. Each field can be set by `RAG_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="RAG_", extra="forbid", frozen=True, protected_namespaces=())

    encoder: str = Field("all-MiniLM-L6-v2", description="a name in the model catalogue, or a folder with a model")
    online: bool = Field(False, description="allow a download from the model hub")
    chunk_wordpieces: int = Field(200, ge=16, le=250, description="the longest chunk, in the encoder's wordpieces")
    candidates: int = Field(100, ge=1, le=1000, description="how many chunks each ranking puts forward")
    passages: int = Field(6, ge=1, le=2000, description="how many fused chunks are read")
    reader: Reader = Field(
        default_factory=best_reader,
        description="what finds the answer: the small trained model, the large one after it, or similarities alone",
    )
    strictness: Strictness = Field("balanced", description="how sure to be before answering: lenient, balanced, strict")
    threshold: float | None = Field(
        None, ge=0, le=1, description="the least confidence to answer with, if not by strictness"
    )
    file_megabytes: int = Field(200, ge=1, description="the largest file that is read")
    keep_versions: int = Field(0, ge=0, description="how many older texts of a document are kept, for old citations")
    chroma: str | None = Field(
        None, description="who keeps the vectors of an index that is made or rebuilt: a Chroma server's URL, or `local`"
    )
    question_characters: int = Field(2000, ge=1, description="the longest question")
    model: str = Field("auto", description="who writes the answers: by default the writer once it is fetched")
    judge: str = Field(
        "none", description="a language model that decides on doubtful statements: `same` as writes, or one"
    )
    show_doubtful: bool = Field(False, description="show statements whose support is in doubt, marked")
    model_timeout: float = Field(120, gt=0, description="how many seconds a language model may take for an answer")
    context_window: int = Field(4096, ge=512, description="how many tokens a language model reads at once")
    answer_tokens: int = Field(320, ge=32, description="how many tokens a language model may write")
    model_slots: int = Field(1, ge=1, le=16, description="how many questions a GGUF model answers at once")
    cache_dir: Path = Field(
        default_factory=lambda: Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "citespan",
        description="where `query` keeps its indexes",
    )

    @field_validator("chroma")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        found = value.rstrip("/") if value else None
        if found and not re.fullmatch(r"local|https?://(\[[\da-fA-F:]+\]|[\w.-]+)(:\d{1,5})?", found):
            raise ValueError(f"'{value}' is neither http://HOST:PORT nor local")
        return found


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `overrides`. Raises SettingsError naming each field that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"These settings cannot be used: {faults}. See docs/reference/settings.md.") from None
