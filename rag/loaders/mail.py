"""E-mail messages, by Python's `email`: who wrote to whom, when and about what, then the text.

The plain text is taken where there is one, else the HTML's. Attachments are named in a warning, not read.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.web.html import visible_text

_HEADERS = ("Subject", "From", "To", "Cc", "Date")


def read(path: Path, data: bytes) -> Content:
    """The text of a message. Raises UnreadableSourceError when it is none."""
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not any(name in message for name in _HEADERS):
        raise UnreadableSourceError(f"{path} is no e-mail message: it has no header. Save the message again as .eml.")
    headers = "\n".join(f"{name}: {' '.join(str(message[name]).split())}" for name in _HEADERS if message[name])
    attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    gaps = (f"attachments are not read: {', '.join(attached)}",) if attached else ()
    return Content(f"{headers}\n\n{_body(path, message)}".rstrip(), gaps=gaps)


def _body(path: Path, message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    payload = body.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text = decode(path, data, declared=body.get_content_charset()).text.replace("\r\n", "\n")
    return visible_text(text, main_part=False) if body.get_content_type() == "text/html" else text.strip()
