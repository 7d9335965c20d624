"""From files to texts: one loader a module, one registry, and worker processes for parsers that are not ours.

`SUFFIXES` are the endings of the files that are read.
"""

from rag.loaders.registry import SUFFIXES as SUFFIXES
from rag.loaders.registry import Loaded as Loaded
from rag.loaders.registry import format_of as format_of
from rag.loaders.registry import load as load
from rag.loaders.registry import make_document as make_document
from rag.loaders.registry import not_read as not_read
from rag.loaders.registry import reading_version as reading_version
