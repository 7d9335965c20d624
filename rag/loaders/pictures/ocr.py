"""Optical character recognition (OCR) of pictures, offline: RapidOCR with the PP-OCRv6 models that its wheel carries.

Finds lines (DB, Liao et al., AAAI 2020), turns a page that lies on its side or its head, recognises each line (CTC).
Every character has a box, from the place where the recogniser saw it, and the recogniser's confidence. Fragments come
level and upright, so that the reading order can be told; `Placing` has the way back. It downloads nothing, restores no
spelling, and reads no handwriting and no right-to-left script.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.loaders.pdf.glyphs import Fragment, Glyph, fragment
from rag.types import Box

if TYPE_CHECKING:
    from rapidocr import RapidOCR

INSTALL = "Install OCR to have it read: pip install 'citespan[ocr]'"
DPI = 200  # a page is drawn that fine: what people scan with
SIDE = 4000  # pixels: a larger picture is made smaller
_DETECTION_SIDE = 2000  # pixels of the picture in which lines are looked for; they are cut out of the whole one
_DETECTION_LEAST = 736  # pixels of its shorter side, where the longer one allows it: as RapidOCR has it
_LONGEST = 200  # times its height that a line of text is long; what is longer would be read in hours
_THREADS = 1  # of one recogniser: there are as many parser processes as half the processors
_LEAST = 0.5  # confidence below which a line is no text: RapidOCR's own threshold
_TALL = 1.5  # a region that much higher than wide holds a line that lies on its side
_CELL_GAP = 1.5  # heights of a line: a wider gap between two characters parts cells, as in the PDF loader
_BATCH = 8  # lines recognised at once
_LONG = 4  # a region that many times as long as it is high tells how a page is tilted
_WIDEST = 0.75  # of the usual step from one character to the next: a character reaches no further to either side

Image = NDArray[np.uint8]
"""(height, width, 3), blue first, as OpenCV has it."""
Quads = NDArray[np.float32]
"""(n, 4, 2): the corners of n regions in pixels, from the one at the line's start and top, clockwise."""


@dataclass(frozen=True, slots=True)
class Placing:
    """How a picture was turned so that its lines run level from left to right, and the way back, in points.

    `quarters` are turns to the left by 90 degrees, `tilt` is what lines fell to the right after them, in radians;
    `width` and `height` are the picture's as it lies.
    """

    width: float
    height: float
    quarters: int = 0
    tilt: float = 0.0

    def level(self, x: float, y: float) -> tuple[float, float]:
        """A point of the picture turned by its quarters, with the tilt taken out."""
        cosine, sine = math.cos(self.tilt), math.sin(self.tilt)
        return x * cosine + y * sine, y * cosine - x * sine

    def on_page(self, box: Box) -> Box:
        """Where a box is seen on the picture as it lies."""
        cosine, sine = math.cos(self.tilt), math.sin(self.tilt)
        across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        x, y = across * cosine - down * sine, across * sine + down * cosine
        half_width, half_height = (box.right - box.left) / 2, (box.bottom - box.top) / 2
        if self.quarters % 2:
            half_width, half_height = half_height, half_width
        places = ((x, y), (self.width - y, x), (self.width - x, self.height - y), (y, self.height - x))
        x, y = places[self.quarters]
        return Box(box.page, x - half_width, y - half_height, x + half_width, y + half_height)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a picture says, as fragments that stand level and upright; `placing` tells where they are seen.

    `unsure` counts regions that look like text and could not be read.
    """

    fragments: tuple[Fragment, ...]
    placing: Placing
    unsure: int = 0


def available() -> bool:
    """Whether the packages that recognise text are installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def recognise(image: Image, *, page: int, scale: float) -> Recognised:
    """The text of a picture; `scale` is points a pixel, `page` the number that its boxes get."""
    engine = _engine()
    found = _upright(engine, image)
    height, width = image.shape[:2]
    placing = Placing(width * scale, height * scale, found.quarters, _tilt(found.quads))
    lines = list(_lines(engine, found)) if found.crops else []
    kept = [line for line in lines if line.confidence >= _LEAST and line.text.strip()]
    fragments = [item for line in kept for item in _fragments(line, _Scale(page, scale, placing))]
    return Recognised(tuple(fragments), placing, len(lines) - len(kept))


@cache
def _engine() -> "RapidOCR":
    """The recogniser, loaded once a process. Its models are named by path: with a path it looks for none elsewhere."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "Rec.rec_batch_num": _BATCH,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


@dataclass(frozen=True, slots=True)
class _Regions:
    """A picture turned so that its lines run from left to right, its regions, and the quarter turns that took."""

    image: Image
    quads: Quads
    crops: list[Image]
    quarters: int = 0


def _upright(engine: "RapidOCR", image: Image) -> _Regions:
    """The regions of a picture that may lie on its side or its head."""
    quads, quarters = _detect(engine, image), 0
    if _lies_on_its_side(quads):
        image, quarters = np.ascontiguousarray(np.rot90(image)), 1
        quads = _detect(engine, image)
    crops = engine.crop_text_regions(image, quads) if len(quads) else []
    if crops and _stands_on_its_head(engine, quads, crops):
        height, width = image.shape[:2]
        image = np.ascontiguousarray(np.rot90(image, 2))
        quads = (np.array([width, height], np.float32) - quads)[:, [2, 3, 0, 1]]
        crops, quarters = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops], quarters + 2
    return _Regions(image, quads, crops, quarters)


def _detect(engine: "RapidOCR", image: Image) -> Quads:
    """Where lines of text are."""
    import cv2

    height, width = image.shape[:2]
    scale = min(_DETECTION_SIDE / max(height, width), max(1.0, _DETECTION_LEAST / min(height, width)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    boxes = engine._load_det_model()(cv2.resize(image, size, interpolation=cv2.INTER_AREA)).boxes
    if boxes is None or not len(boxes):
        return np.zeros((0, 4, 2), np.float32)
    quads: Quads = np.asarray(boxes, np.float32) * np.array([width / size[0], height / size[1]], np.float32)
    long, high = _sides(quads)
    thin = np.maximum(long, high) > _LONGEST * np.maximum(1.0, np.minimum(long, high))
    return quads[~thin]  # a rule, or what a damaged picture shows


def _sides(quads: Quads) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How long and how high regions are, in pixels."""
    return np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1), np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)


def _lies_on_its_side(quads: Quads) -> bool:
    """Whether most of what is written, by length, is higher than wide."""
    if not len(quads):
        return False
    width, height = _sides(quads)
    tall = height > _TALL * width
    return float(height[tall].sum()) > float(width[~tall].sum())


def _stands_on_its_head(engine: "RapidOCR", quads: Quads, crops: list[Image]) -> bool:
    """Whether most of what is written, by length, is upside down; a line may look it and not be."""
    votes = engine.cls_and_rotate(crops)[1].cls_res
    width, _ = _sides(quads)
    turned = sum(float(size) * (1 if label == "180" else -1) for size, (label, _) in zip(width, votes, strict=True))
    return turned > 0


def _tilt(quads: Quads) -> float:
    """How far lines fall to the right, in radians: the median over regions that are long enough to tell."""
    width, height = _sides(quads)
    long = quads[width > _LONG * height]
    if not len(long):
        return 0.0
    run = long[:, 1] - long[:, 0]
    return float(median(np.arctan2(run[:, 1], run[:, 0])))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's characters, where along it each was seen (0..1, in order) and how sure the recogniser is of each."""

    quad: NDArray[np.float32]
    text: str
    centres: list[float]
    confidences: list[float]

    @property
    def confidence(self) -> float:
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


def _lines(engine: "RapidOCR", found: _Regions) -> Iterator[_Line]:
    engine.return_word_box = True
    result = engine.recognize_txt(found.crops)
    for quad, text, words in zip(found.quads, result.txts, result.word_results, strict=True):
        yield _Line(quad, text, _centres(text, words), list(words.confs[: len(text)]))


def _centres(text: str, words: Any) -> list[float]:
    """Where along its line each character was seen, 0..1; a space stands in the middle between its neighbours."""
    columns = iter([column for word in words.word_cols for column in word])
    length = max(1.0, words.line_txt_len)
    seen = [None if character.isspace() else (next(columns, 0) + 0.5) / length for character in text]
    known = [(number, place) for number, place in enumerate(seen) if place is not None]
    if not known:
        return [0.5] * len(text)
    numbers, places = zip(*known, strict=True)
    return [min(1.0, float(place)) for place in np.interp(range(len(text)), numbers, places)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From pixels of the upright picture to points of the level page."""

    page: int
    points: float
    placing: Placing

    def box(self, quad: NDArray[np.float32], start: float, end: float) -> Box:
        """The box of a part of a line, `start` and `end` from 0 to 1 along it."""
        corners = [
            self.placing.level(*(near + (far - near) * along) * self.points)
            for near, far in ((quad[0], quad[1]), (quad[3], quad[2]))
            for along in (start, end)
        ]
        across, down = zip(*corners, strict=True)
        return Box(self.page, float(min(across)), float(min(down)), float(max(across)), float(max(down)))


def _fragments(line: _Line, scale: _Scale) -> Iterator[Fragment]:
    """A line as runs of glyphs without a wide gap."""
    run: list[Glyph] = []
    last: Box | None = None
    for glyph in _glyphs(line, scale):
        if glyph.box and last and glyph.box.left - last.right > _CELL_GAP * (glyph.box.bottom - glyph.box.top):
            yield from filter(None, [fragment(run)])
            run = []
        run.append(glyph)
        last = glyph.box or last
    yield from filter(None, [fragment(run)])


def _glyphs(line: _Line, scale: _Scale) -> Iterator[Glyph]:
    for character, (start, end), sure in zip(line.text, _edges(line), line.confidences, strict=True):
        yield Glyph(character, None if character.isspace() else scale.box(line.quad, start, end), sure)


def _edges(line: _Line) -> list[tuple[float, float]]:
    """From where to where each character reaches along its line: half way to its neighbours, no wider than most."""
    steps = np.diff(line.centres)
    if not len(steps):
        return [(0.0, 1.0)] * len(line.centres)
    most = _WIDEST * float(np.median(steps))
    before, after = [most, *(steps / 2)], [*(steps / 2), most]
    return [
        (max(0.0, centre - min(left, most)), min(1.0, centre + min(right, most)))
        for centre, left, right in zip(line.centres, before, after, strict=True)
    ]
