"""The one error tree of the evaluation. A broken threshold is a verdict and not an error.

    EvalError
    ├── CasesError              a case file or claim file that cannot be used
    ├── ThresholdsError         a threshold file that cannot be used
    ├── RunFileError            a saved run that cannot be read or compared
    ├── BenchError              a command that was to be timed failed
    ├── MissingPeerError        a package to compare with that is not installed
    └── NothingToMeasureError   a metric over nothing, which would prove nothing

Libraries' errors become one of these where the library is called.
"""

GUIDE = "docs/how-to/evaluation.md"  # where messages send people who write cases or thresholds


class EvalError(Exception):
    """Anything that keeps a run from being judged; the message is meant for the person at the keyboard."""


class CasesError(EvalError):
    """The cases are missing, malformed, empty, or do not fit the documents."""


class ThresholdsError(EvalError):
    """The thresholds are missing or malformed."""


class RunFileError(EvalError):
    """The saved run is missing, malformed, or shares no question with this one."""


class BenchError(EvalError):
    """A command that was to be timed failed; its last words are in the message."""


class MissingPeerError(EvalError):
    """There is nothing to compare with: the extra `peers` is not installed."""


class NothingToMeasureError(EvalError):
    """There is nothing a metric could be computed from."""
