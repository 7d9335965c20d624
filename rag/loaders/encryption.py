"""Office files that are encrypted, opened with the password that was given (by msoffcrypto).

Asks nobody, and keeps no password.
"""

from io import BytesIO
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders import options

_OF_EXCEL = "VelvetSweatshop"  # what Excel encrypts a workbook with that is only protected from changes


def decrypted(path: Path, data: bytes) -> bytes:
    """The bytes of an OLE file, decrypted if it is encrypted. Raises UnreadableSourceError."""
    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import FileFormatError

    try:
        file = OfficeFile(BytesIO(data))
        if not file.is_encrypted():
            return data
    except (FileFormatError, OSError, ValueError, AttributeError):
        return data  # none of the formats that can be: what it is, its loader says
    for password in (options.current().password, _OF_EXCEL):
        if password is not None and (opened := _opened(file, password)):
            return opened
    raise encrypted(path)


def encrypted(path: Path) -> UnreadableSourceError:
    """What to say of a file that is encrypted and was not opened."""
    if options.current().password is None:
        return UnreadableSourceError(f"{path} is encrypted. Give its password with --password, or save it without one.")
    return UnreadableSourceError(f"{path} is encrypted, and the password that was given does not open it.")


def _opened(file: object, password: str) -> bytes | None:
    """The decrypted bytes; None where that is not the password."""
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError, ParseError

    plain = BytesIO()
    try:
        file.load_key(password=password)  # type: ignore[attr-defined]
        file.decrypt(plain)  # type: ignore[attr-defined]
    except (DecryptionError, InvalidKeyError, ParseError, ValueError):
        return None
    return plain.getvalue()
