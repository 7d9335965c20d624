"""The headers of messages tell about the message: only a question about a message is answered with them.

A reader takes a message's date for the date of whatever the message is about: of eight questions for an event whose
date the message does not say, it answered all eight with the header's (docs/lab/formats.md). Reads no text.
"""

import re
from collections.abc import Iterable

from rag.types import Passage

# What people call messages, and what is done with them: a closed class, of which the commonest are here.
_MESSAGE = re.compile(
    r"\b(?:e-?mails?|mails?|messages?|letters?|memos?|invitations?|newsletters?|correspondence|replies|reply|replied"
    r"|sen[dt]|sends|sending|sender|senders|write|writes|wrote|written|writing|author|received?|receives|forward(?:ed|s)?"
    r"|subject|recipients?|addressees?|addressed|cc|nachricht|geschickt|gesendet|geschrieben|absender|mensaje|correo"
    r"|enviado|escrito|courriel|envoyé|écrit)\b",
    re.IGNORECASE,
)


def is_about_a_message(question: str) -> bool:
    """Whether a question names a message, or its sending or writing."""
    return _MESSAGE.search(question) is not None


def that_may_answer(question: str, passages: Iterable[Passage]) -> list[Passage]:
    """The passages without the headers of messages, unless the question is about a message."""
    if is_about_a_message(question):
        return list(passages)
    return [passage for passage in passages if all(span.role != "field" for span in passage.chunk.context)]
