"""JSON and XML: values under the names they have. What holds others is a heading, records in a list are rows.

The text is not the file's own: `{"port": 7412}` reads `port: 7412`. Numbers stand as the file has them. A schema is not
looked at.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UnreadableSourceError
from rag.loaders.archive import parse_xml
from rag.loaders.blocks import Blocks, CellText
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.web import html
from rag.types import Place

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LAST_LEVEL = 6
_CELL = 2_000  # characters: a longer value is no cell of a row
_SHORT = 200  # characters of a list that is written on one line


def read_json(path: Path, data: bytes) -> Content:
    """The values of a JSON file. Raises UnreadableSourceError naming the line that is wrong."""
    found = decode(path, data)
    try:
        value = json.loads(found.text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableSourceError(f"{path} is no readable JSON: {error}. Mend it and ingest it again.") from error
    return _content(value)


def read_xml(path: Path, data: bytes) -> Content:
    """The values of an XML file; a page of XHTML as a web page. Raises UnreadableSourceError."""
    root = parse_xml(path, path.name, data)
    if _name(root) == "html":
        return html.read(path.with_suffix(".xhtml"), data)
    return _content({_name(root): _value(root)})


def _content(value: Any) -> Content:
    blocks = Blocks()
    places: list[Place] = []
    _write(blocks, places, value, "", 1)
    return Content(blocks.text, places=tuple(places), blocks=blocks.blocks)


def _write(blocks: Blocks, places: list[Place], value: Any, name: str, level: int) -> None:
    """Write a value under its name, and what it holds a level deeper."""
    if isinstance(value, dict):
        if name and value:
            blocks.add(name, "heading", level=min(level, _LAST_LEVEL))
        for key, item in value.items():
            _write(blocks, places, item, key, level + bool(name))
    elif isinstance(value, list):
        _write_items(blocks, places, value, name, level)
    elif text := _plain(value):
        blocks.add(f"{name}: {text}" if name else text)


def _write_items(blocks: Blocks, places: list[Place], items: list[Any], name: str, level: int) -> None:
    if items and all(isinstance(item, dict) for item in items):
        _write_records(blocks, places, items, name, level)
    elif any(isinstance(item, dict | list) for item in items):
        for item in items:
            _write(blocks, places, item, name, level)
    else:
        _write_list(blocks, [_plain(item) for item in items], name)


def _write_list(blocks: Blocks, values: list[str], name: str) -> None:
    line = ", ".join(values)
    if len(line) <= _SHORT:
        blocks.add(f"{name}: {line}" if name else line)
        return
    if name:
        blocks.add(f"{name}:")
    for value in values:
        blocks.add(value, "list_item", level=1, number="-", mark="- ")


def _write_records(blocks: Blocks, places: list[Place], records: list[dict[str, Any]], name: str, level: int) -> None:
    """Records as rows; one that holds lists of others, or long texts, as a part of its own."""
    if name:
        blocks.add(name, "heading", level=min(level, _LAST_LEVEL))
    table = 0
    for number, record in enumerate(records, start=1):
        if any(_is_deep(item) for item in record.values()):
            for key, item in record.items():
                _write(blocks, places, item, key, level + 1)
            table = 0
            continue
        table = table or blocks.table()
        cells = [CellText(text, place, name=key) for place, (key, text) in enumerate(_flat(record), start=1)]
        places.append(Place("row", number, blocks.position))
        if not blocks.row(table, number, cells):
            places.pop()


def _is_deep(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_deep(item) for item in value.values())
    if isinstance(value, list):
        return any(isinstance(item, dict | list) for item in value)
    return len(_plain(value)) > _CELL


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Names, joined by dots, and values."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else key)
    else:
        yield name, ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else " ".join(str(value).split())


def _value(element: "Element") -> Any:
    """What an element holds: its text, or its attributes and elements by name; several of a name are a list."""
    children = [child for child in element if isinstance(child.tag, str)]
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    mixed = (element.text or "").strip() or any((child.tail or "").strip() for child in children)
    if mixed or not children:
        text = " ".join("".join(element.itertext()).split())
        return {**attributes, "text": text} if attributes and text else attributes or text
    found: dict[str, Any] = dict(attributes)
    seen: set[str] = set()
    for child in children:
        name, value = _name(child), _value(child)
        if name not in found:
            found[name] = value
        elif name in seen:
            found[name].append(value)
        else:
            found[name] = [found[name], value]
            seen.add(name)
    return found


def _name(element: "Element") -> str:
    return str(element.tag).rpartition("}")[2]
