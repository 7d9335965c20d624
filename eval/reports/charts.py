"""The report's charts as SVG: values in, markup out. Axes go from 0 to 1; each chart says in words what it shows."""

from collections.abc import Mapping, Sequence

from eval.scoring.calibration import CalibrationBin, CoveragePoint
from rag.markup import Html, tag

SIDE, LEFT, TOP, BOTTOM = 260, 46, 12, 42
BAR, NAME = 22, 120
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def coverage_chart(points: Sequence[CoveragePoint]) -> Html:
    """Precision against coverage, from the strictest threshold to none."""
    line = _line([(point.coverage, point.precision) for point in points])
    caption = "Precision and coverage: how many answers are right as more of the answerable questions are answered"
    return _figure(caption, _axes("coverage", "precision"), line)


def calibration_chart(bins: Sequence[CalibrationBin]) -> Html:
    """How often there is an answer against how confident the system is; on the diagonal the two agree."""
    largest = max(one.n for one in bins)
    dots = [
        tag(
            "circle",
            tag("title", f"{one.n} questions: confidence {one.confidence:.2f}, answerable {one.frequency:.2f}"),
            cx=_x(one.confidence),
            cy=_y(one.frequency),
            r=round(3 + 7 * (one.n / largest) ** 0.5, 1),
            class_="dot",
        )
        for one in bins
    ]
    diagonal = tag("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1), class_="grid")
    caption = "Calibration: how often there is an answer at each confidence; larger dots are more questions"
    return _figure(caption, _axes("confidence", "share answerable"), diagonal, *dots)


def hits_chart(shares: Sequence[float]) -> Html:
    """The share of questions with gold among the first k ranks, for k from 1 up."""
    last = max(len(shares) - 1, 1)
    line = _line([(at / last, share) for at, share in enumerate(shares)])
    caption = f"Retrieval: the share of questions with gold among the first k passages, k from 1 to {len(shares)}"
    return _figure(caption, _axes("k", "hit@k", ("1", "", "", "", str(len(shares)))), line)


def bars_chart(caption: str, shares: Mapping[str, tuple[float, int]]) -> Html:
    """A bar for each name, its share and the number that it is over."""
    rows = [_bar(row, name, share, n) for row, (name, (share, n)) in enumerate(shares.items())]
    width, height = NAME + SIDE + 80, BAR * len(shares) + 6
    return _framed(caption, width, height, *rows)


def _bar(row: int, name: str, share: float, n: int) -> Html:
    top = row * BAR + 4
    return tag(
        "g",
        tag("text", name, x=NAME - 6, y=top + 12, text_anchor="end"),
        tag("rect", x=NAME, y=top, width=SIDE, height=BAR - 6, class_="empty"),
        tag("rect", x=NAME, y=top, width=round(share * SIDE, 1), height=BAR - 6, class_="full"),
        tag("text", f"{share:.0%} of {n}", x=NAME + SIDE + 6, y=top + 12),
    )


def _figure(caption: str, *marks: Html) -> Html:
    return _framed(caption, LEFT + SIDE + 14, TOP + SIDE + BOTTOM, *marks)


def _framed(caption: str, width: int, height: int, *marks: Html) -> Html:
    drawing = tag("svg", *marks, viewBox=f"0 0 {width} {height}", width=width, role="img", aria_label=caption)
    return tag("figure", drawing, tag("figcaption", caption))


def _axes(x_name: str, y_name: str, x_labels: Sequence[str] = tuple(map("{:g}".format, TICKS))) -> Html:
    grid = []
    for tick, label in zip(TICKS, x_labels, strict=True):
        grid.append(tag("line", x1=_x(0), y1=_y(tick), x2=_x(1), y2=_y(tick), class_="grid"))
        grid.append(tag("text", f"{tick:g}", x=LEFT - 6, y=_y(tick) + 4, text_anchor="end"))
        grid.append(tag("text", label, x=_x(tick), y=_y(0) + 16, text_anchor="middle"))
    middle = TOP + SIDE / 2
    across = tag("text", x_name, x=LEFT + SIDE / 2, y=_y(0) + 34, text_anchor="middle")
    up = tag("text", y_name, x=11, y=middle, text_anchor="middle", transform=f"rotate(-90 11 {middle})")
    return tag("g", *grid, across, up)


def _line(points: Sequence[tuple[float, float]]) -> Html:
    path = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    dots = [tag("circle", cx=_x(x), cy=_y(y), r=2, class_="dot") for x, y in points]
    return tag("g", tag("polyline", points=path, class_="line"), *dots)


def _x(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIDE, 1)
