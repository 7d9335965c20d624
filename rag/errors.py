"""The one error tree. Each message says what happened, to what, and what to do next.

    CitespanError
    ├── SourceError               a file or folder that was to be read
    │   ├── SourceNotFoundError       no such path, or nothing in it to read
    │   └── UnreadableSourceError     not text, not UTF-8, or no permission
    ├── IndexStateError           the index as a whole
    │   ├── NoIndexError              nothing has been ingested there
    │   ├── IndexMismatchError        made with another encoder, chunker or version of Citespan
    │   ├── IndexLockedError          another process is writing
    │   ├── IndexDamagedError         the catalogue or the vectors cannot be read
    │   ├── IndexWriteError           disk full, read-only, or no permission
    │   └── VectorServerError         the Chroma server is down, or answers with an error
    ├── DocumentNotFoundError     no document of that id or name
    ├── ModelError                model files and model servers
    │   ├── ModelNotFoundError        nowhere to be found offline
    │   ├── ModelHashError            the file is not the one the catalogue names
    │   ├── ModelUnusableError        it cannot be loaded: not a model, or a package is missing
    │   ├── ModelServerError          down, or it answers with an error
    │   ├── ModelTimeoutError         no answer in time
    │   └── ContextOverflowError      more text than the model reads at once
    ├── ClusterError              Ray is not installed, not to be reached, or its workers die
    └── SettingsError             a setting that cannot be used

A refusal to answer is not an error: see `rag.types.Refusal`. Errors of libraries are caught in the module that calls
the library, and become one of these there.
"""


class CitespanError(Exception):
    """Anything that goes wrong in Citespan itself; the message is meant for the person at the keyboard."""


class SourceError(CitespanError):
    """A file or folder that was to be read."""


class SourceNotFoundError(SourceError):
    """The path does not exist, or there is nothing in it to read."""


class UnreadableSourceError(SourceError):
    """The file is not text, not UTF-8, or may not be read."""


class IndexStateError(CitespanError):
    """The index as a whole."""


class NoIndexError(IndexStateError):
    """There is no index at that place."""


class IndexMismatchError(IndexStateError):
    """The index was made with another encoder, chunker or format."""


class IndexLockedError(IndexStateError):
    """Another process is writing to the index."""


class IndexDamagedError(IndexStateError):
    """The catalogue or the vectors cannot be read."""


class IndexWriteError(IndexStateError):
    """The disk is full or may not be written."""


class VectorServerError(IndexStateError):
    """The Chroma server that holds the vectors is down, or answers with an error."""


class DocumentNotFoundError(CitespanError):
    """No document of that id or name is in the index."""


class ModelError(CitespanError):
    """Model files and model servers."""


class ModelNotFoundError(ModelError):
    """The model's files are nowhere to be found."""


class ModelHashError(ModelError):
    """The model's file is not the one the catalogue names."""


class ModelUnusableError(ModelError):
    """The model cannot be loaded: its file is no model, or a package is missing."""


class ModelServerError(ModelError):
    """The model's server is down, or answers with an error."""


class ModelTimeoutError(ModelError):
    """The model did not answer in time."""


class ContextOverflowError(ModelError):
    """The prompt is longer than what the model reads at once."""


class ClusterError(CitespanError):
    """Ray is not installed, no cluster answers, or it does not do its work."""


class SettingsError(CitespanError):
    """A setting that cannot be used."""
