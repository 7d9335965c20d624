"""E-mail messages, by Python's `email`: who wrote to whom, when and about what, then the text, part by part.

Forwarded messages stand under a heading of their own. Of one text in two forms the plain one is taken, unless it
is only a stub of the other. Attachments are handed over, to be read by their own loaders.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import collapse_rfc2231_value
from mimetypes import guess_extension
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import Blocks
from rag.loaders.content import Attachment, Content
from rag.loaders.decoding import decode
from rag.loaders.mail.body import unflowed, write_fields, write_plain
from rag.loaders.mail.headers import POLICY, SHOWN, cut_headers, fields, header
from rag.loaders.web.html import gaps, write_html
from rag.loaders.web.scribe import LeftOut

_DEEPEST = 20  # messages and parts within one another
_MOST_PARTS = 2_000
_SIGNS = ("MIME-Version", "Content-Type", "Received", "Message-ID")  # of a message without the headers that people see
_STATUS_FIELDS = 50
_STUB = 3  # times as many words as the plain text has, at which the HTML is taken for the message
_LOCKED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"))
_SIGNATURES = frozenset("application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature".split())
_TEXTS = frozenset(("text/plain", "text/html"))
_LAST_LEVEL = 6


@dataclass(slots=True)
class _Letter:
    """What has been read of a message."""

    path: Path
    blocks: Blocks = field(default_factory=Blocks)
    left_out: LeftOut = field(default_factory=LeftOut)
    attachments: list[Attachment] = field(default_factory=list)
    locked: bool = False
    parts: int = 0


def read(path: Path, data: bytes) -> Content:
    """The text of a message. Raises UnreadableSourceError when it is none."""
    try:
        message = message_from_bytes(data, policy=POLICY)
    except RecursionError as error:
        raise UnreadableSourceError(f"{path} cannot be read: its parts are nested too deeply.") from error
    if not isinstance(message, EmailMessage) or not any(name in message for name in (*SHOWN, *_SIGNS)):
        raise UnreadableSourceError(f"{path} is no e-mail message: it has no header. Save the message again as .eml.")
    letter = _Letter(path)
    _write_message(letter, message, 0)
    if letter.locked and not letter.attachments and letter.blocks.length <= _head_length(message):
        raise UnreadableSourceError(f"{path} is encrypted. Decrypt it in your mail program and save it again.")
    told = [*(["an encrypted part is not read"] if letter.locked else ()), *gaps(letter.left_out)]
    if cut := cut_headers(message):
        told.append(f"headers are cut: {', '.join(cut)}")
    blocks = letter.blocks
    return Content(blocks.text, blocks=blocks.blocks, gaps=tuple(told), attachments=tuple(letter.attachments))


def _head_length(message: EmailMessage) -> int:
    head = Blocks()
    head.add(header(message, "Subject"), mark="Subject: ")
    write_fields(head, list(fields(message)))
    return head.length


def _write_message(letter: _Letter, message: EmailMessage, depth: int) -> None:
    subject = header(message, "Subject")
    title = "Forwarded message: " if subject else "Forwarded message"
    mark = "Subject: " if not depth else ""
    letter.blocks.add(title * bool(depth) + subject, "heading", level=min(depth + 1, _LAST_LEVEL), mark=mark)
    write_fields(letter.blocks, list(fields(message)))
    _write_part(letter, message, depth)


def _write_part(letter: _Letter, part: EmailMessage, depth: int) -> None:
    letter.parts += 1
    if depth > _DEEPEST or letter.parts > _MOST_PARTS:
        raise UnreadableSourceError(
            f"{letter.path} has more than {_MOST_PARTS:,} parts, or parts nested deeper than {_DEEPEST} times. "
            "Save what you need of it by itself."
        )
    kind = part.get_content_type()
    if kind in _LOCKED:
        letter.locked = True
    elif kind == "multipart/alternative":
        _write_alternative(letter, part, depth)
    elif part.is_multipart():
        _write_parts(letter, part, depth)
    elif kind in _TEXTS and not _is_attached(part):
        _write_text(letter, part, depth)
    elif kind not in _SIGNATURES:
        letter.attachments.append(_attachment(part))


def _write_parts(letter: _Letter, part: EmailMessage, depth: int) -> None:
    """Write the parts of a part, or the message that it is."""
    for inner in _inner(part):
        if part.get_content_type() == "message/rfc822":
            _write_message(letter, inner, depth + 1)
        elif part.get_content_type() == "message/delivery-status":
            write_fields(letter.blocks, [(name, header(inner, name)) for name in list(inner)[:_STATUS_FIELDS]])
        else:
            _write_part(letter, inner, depth + 1)


def _inner(part: EmailMessage) -> Iterator[EmailMessage]:
    payload = part.get_payload()
    yield from (inner for inner in payload if isinstance(inner, EmailMessage)) if isinstance(payload, list) else ()


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _write_alternative(letter: _Letter, part: EmailMessage, depth: int) -> None:
    """Write the plain form of a text, or the last other one where the plain one is a stub of it, or is not there."""
    plain: EmailMessage | None = None
    rich: EmailMessage | None = None
    for inner in _inner(part):
        kind = inner.get_content_type()
        if kind == "text/plain" and plain is None:
            plain = inner
        elif kind in {"text/html", "multipart/related", "multipart/mixed", "multipart/alternative"}:
            rich = inner
    if plain is None or (rich is not None and _is_stub(letter, plain, rich)):
        chosen = rich
    else:
        chosen = plain
        letter.attachments.extend(_attached(rich))
    if chosen is not None:
        _write_part(letter, chosen, depth)
    else:
        letter.attachments.extend(_attachment(inner) for inner in _inner(part))


def _attached(rich: EmailMessage | None) -> Iterator[Attachment]:
    """The attachments that stand within the form that is not taken; the pictures of its layout are none of them."""
    for inner in rich.walk() if rich is not None else ():
        if (
            isinstance(inner, EmailMessage)
            and not inner.is_multipart()
            and inner.get_content_disposition() == "attachment"
        ):
            yield _attachment(inner)


def _is_stub(letter: _Letter, plain: EmailMessage, rich: EmailMessage) -> bool:
    scratch = _Letter(letter.path)
    page = next((item for item in rich.walk() if item.get_content_type() == "text/html"), None)
    if not isinstance(page, EmailMessage):
        return False
    write_html(scratch.blocks, _decoded(letter, page), main_part=False)
    words = len(scratch.blocks.text.split())
    return words > _STUB * len(_decoded(letter, plain).split())


def _write_text(letter: _Letter, part: EmailMessage, depth: int) -> None:
    text = _decoded(letter, part)
    if part.get_content_type() == "text/html":
        found = write_html(letter.blocks, text, main_part=False)
        letter.left_out.hidden += found.hidden
        letter.left_out.struck += found.struck
        return
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    write_plain(letter.blocks, text, level=min(depth + 2, _LAST_LEVEL))


def _decoded(letter: _Letter, part: EmailMessage) -> str:
    return decode(letter.path, _payload(part), declared=part.get_content_charset()).text.replace("\r\n", "\n")


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachment(part: EmailMessage) -> Attachment:
    name = _file_name(part)
    suffix = Path(name).suffix or guess_extension(part.get_content_type()) or ""
    return Attachment(name or part.get_content_type(), _payload(part), suffix.lower())


def _file_name(part: EmailMessage) -> str:
    found = part.get_filename()
    return Path(collapse_rfc2231_value(found).replace("\\", "/")).name if found else ""
