"""PDF files written by hand, so that a test knows what is where: text at places, any characters, pages, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding /ToUnicode {map} 0 R >>"

_PICTURE = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"


@dataclass(frozen=True)
class Put:
    """Text with its left end at `x` and its base line at `y`, in points from the bottom left; Courier, 0.6 em wide."""

    x: float
    y: float
    text: str
    size: float = 10


def pdf(pages: Sequence[Sequence[Put]], *, pictures: Sequence[int] = (), rotate: int = 0) -> bytes:
    """A PDF whose pages (612 × 792 points) show that text; those whose numbers are in `pictures` show a picture."""
    codes = _codes(pages)
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    objects += [_FONT.format(map=4), _stream(_to_unicode(codes))]
    objects += [_stream("\x80", _PICTURE)]
    for number, puts in enumerate(pages, start=1):
        picture = "q 200 0 0 200 50 50 cm /I Do Q" if number in pictures else ""
        body = "".join(_put(put, codes) for put in puts) + picture
        objects.append(_stream(body))
        resources = "<< /Font << /F 3 0 R >> /XObject << /I 5 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate {rotate} /Contents {len(objects)} 0 R"
            f" /Resources {resources} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _file(objects)


def column(x: float, top: float, lines: Sequence[str], *, size: float = 10) -> list[Put]:
    """Lines of text below each other."""
    return [Put(x, top - number * size * 1.2, line, size) for number, line in enumerate(lines)]


def _codes(pages: Sequence[Sequence[Put]]) -> dict[str, int]:
    """A code of one byte for each character: its own where that is ASCII, else one that is free."""
    odd = sorted({character for puts in pages for put in puts for character in put.text if not character.isascii()})
    return {chr(code): code for code in range(32, 127)} | {character: 161 + n for n, character in enumerate(odd)}


def _put(put: Put, codes: dict[str, int]) -> str:
    shown = "".join(f"{codes[character]:02x}" for character in put.text)
    return f"BT /F {put.size} Tf {put.x} {put.y} Td <{shown}> Tj ET\n"


def _to_unicode(codes: dict[str, int]) -> str:
    lines = "\n".join(f"<{code:02x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange {len(codes)} beginbfchar\n{lines}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def _stream(body: str, entries: str = "") -> str:
    return f"<< {entries} /Length {len(body)} >>\nstream\n{body}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>"
    return out + f"{tail}\nstartxref\n{len(out)}\n%%EOF\n".encode("latin-1")
