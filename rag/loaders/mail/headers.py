"""The headers of a message, decoded and bounded: a flood of them is cut where it is parsed, and named.

`email` decodes a header when it is asked for, in a time that grows faster than its length.
"""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import EmailPolicy

SHOWN = ("Subject", "From", "To", "Cc", "Date")
_FIELDS = SHOWN[1:]  # the subject is the heading
_LONGEST = 8_000  # characters of a header that are decoded
_LONGEST_SHOWN = 2_000


class BoundedPolicy(EmailPolicy):
    """Python's policy for messages; headers longer than any program writes them are cut."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """The name and value of a header, from its lines."""
        lines: list[str] = []
        left = _LONGEST
        for line in sourcelines:
            lines.append(line[:left])
            left -= len(line)
            if left <= 0:
                break
        name, value = super().header_source_parse(lines)
        return str(name), str(value)


POLICY = BoundedPolicy()


def fields(message: EmailMessage) -> list[tuple[str, str]]:
    """The names and values of the headers that a reader of a message sees below its subject."""
    values = ((name, header(message, name)) for name in _FIELDS)
    return [(name, value) for name, value in values if value]


def header(message: EmailMessage, name: str) -> str:
    """A header's value on one line, decoded; cut after the last address that fits when it is too long."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    decoded = _without_surrogates(raw)
    try:
        value = str(message[name] or "") if decoded == raw else decoded
    except (ValueError, IndexError, TypeError, AttributeError, LookupError, AssertionError):
        value = decoded
    text = " ".join(_without_surrogates(value).split())
    if len(text) <= _LONGEST_SHOWN:
        return text
    return text[: text.rfind(",", 0, _LONGEST_SHOWN) if "," in text[:_LONGEST_SHOWN] else _LONGEST_SHOWN] + " …"


def cut_headers(message: EmailMessage) -> list[str]:
    """The names of the headers that are longer than what is read of them."""
    lengths = {name.lower(): len(str(value)) for name, value in message.raw_items()}
    return [name for name in SHOWN if lengths.get(name.lower(), 0) > _LONGEST_SHOWN]


def _without_surrogates(text: str) -> str:
    """The text of a header that was sent as raw bytes, by the encoding that it is in most likely."""
    if text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text):
        return text
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
