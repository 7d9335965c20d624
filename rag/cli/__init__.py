"""The command line. `rag.cli:main` is the console script; the commands are in `rag.cli.app`."""

from rag.cli.app import main as main
