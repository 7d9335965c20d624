"""The documents of the Tarn Valley Heritage Railway, which does not exist, written into a folder in eight formats.

Written for this evaluation; every name and figure is invented. The same call writes the same texts.
"""
# ruff: noqa: E501 -- the lines of documents are as long as they are

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

Rows = Sequence[Sequence[object]]

HANDBOOK = """# Volunteers' handbook

Tarn Valley Heritage Railway, edition of January 2024.

## 1. Rostering

Volunteers sign up for turns in the roster by the 20th of the month before. A turn that is given back less than 48 hours
before it begins must be handed to the duty manager by telephone. Nobody works more than ten hours in a turn, and there
are at least eleven hours between two turns.

## 2. Safety on the line

Everybody who goes on the line wears an orange vest and safety boots. Drivers have their eyesight tested every two years.
Anybody who has drunk alcohol in the last twelve hours stays off the line.

Report the following to the duty manager at once:

- a signal passed at danger
- an injury to anybody
- a broken rail
- an animal on the track

## 3. Training

A trainee guard makes twelve turns with a guard before the examination. The examination is held twice a year, in April and
October. Those who fail may try again after three months.

## 4. Expenses

| Expense | Limit | Receipt needed |
|---|---|---|
| Travel by car, a mile | 0.35 pounds | no |
| Meal on a full turn | 9 pounds | yes |
| Overnight stay | 55 pounds | yes |
| Safety boots | 70 pounds a year | yes |

Claims are paid within three weeks. The treasurer, Maud Ellery, pays them.

## 5. Benefits

After twenty turns a volunteer gets a family pass for the season. Dogs of volunteers travel free. Visitors pay 3 pounds for
a dog.

## 6. Contacts

| Role | Name | Extension |
|---|---|---|
| Duty manager | changes daily | 11 |
| Treasurer | Maud Ellery | 14 |
| Training | Joss Penhale | 17 |
| Workshop | Ines Carrow | 22 |
"""

FARES = """<!doctype html><html lang="en"><head><title>Fares and trains</title></head><body>
<header><a href="/">Tarn Valley</a> <a href="/fares">Fares</a></header><main>
<h1>Fares and trains</h1><p>Valid from 1 May 2024.</p>
<h2>Fares</h2><table><thead><tr><th>Ticket</th><th>Adult (pounds)</th><th>Child (pounds)</th></tr></thead><tbody>
<tr><td>Single</td><td>9.50</td><td>4.75</td></tr><tr><td>Return</td><td>14.00</td><td>7.00</td></tr>
<tr><td>Day rover</td><td>19.00</td><td>9.50</td></tr><tr><td>Footplate ride</td><td>65.00</td><td>65.00</td></tr>
</tbody></table><p>Children under four travel free. A dog costs 4 pounds.</p>
<h2>Trains</h2><table><thead><tr><th>Train</th><th>Leaves Tarnhead</th><th>Arrives Moorfoot</th><th>Buffet</th></tr></thead>
<tbody><tr><td>T1</td><td>10:10</td><td>10:52</td><td>no</td></tr><tr><td>T2</td><td>12:25</td><td>13:07</td><td>yes</td></tr>
<tr><td>T3</td><td>14:40</td><td>15:22</td><td>yes</td></tr><tr><td>T4</td><td>16:30</td><td>17:12</td><td>no</td></tr></tbody>
</table><h2>Bring with you</h2><p>On the winter trains you should have:</p>
<ul><li>a warm coat</li><li>cash for the buffet</li><li>your printed ticket</li></ul>
<h2>Access</h2><p>Wheelchairs are carried in coach C; tell us two days before. There is no lift at Moorfoot.</p>
</main><footer>Tarn Valley Heritage Railway, Station Road</footer></body></html>
"""

INCIDENTS: Rows = (
    ("incident", "date", "place", "kind", "delay_min", "loco", "status"),
    ("I-01", "2024-01-14", "Tarnhead", "signal", 12, "Merlin", "closed"),
    ("I-02", "2024-02-03", "Moorfoot", "points", 35, "Kestrel", "closed"),
    ("I-03", "2024-02-18", "Alder Bank", "animal", 8, "Merlin", "closed"),
    ("I-04", "2024-03-09", "Tarnhead", "door", 5, "Osprey", "closed"),
    ("I-05", "2024-04-01", "Alder Bank", "tree", 90, "Merlin", "closed"),
    ("I-06", "2024-04-20", "Moorfoot", "signal", 22, "Osprey", "closed"),
    ("I-07", "2024-05-05", "Tarnhead", "engine", 64, "Kestrel", "under review"),
    ("I-08", "2024-05-26", "Moorfoot", "animal", 15, "Merlin", "closed"),
    ("I-09", "2024-06-16", "Alder Bank", "points", 41, "Osprey", "closed"),
    ("I-10", "2024-07-07", "Tarnhead", "door", 4, "Merlin", "closed"),
    ("I-11", "2024-08-11", "Moorfoot", "engine", 110, "Kestrel", "under review"),
    ("I-12", "2024-09-01", "Alder Bank", "signal", 18, "Merlin", "closed"),
    ("I-13", "2024-10-13", "Tarnhead", "tree", 55, "Osprey", "closed"),
    ("I-14", "2024-12-08", "Moorfoot", "door", 6, "Merlin", "open"),
)
LOCOMOTIVES: Rows = (
    ("Locomotive", "Built", "Weight (tonnes)", "Boiler certificate until", "State"),
    ("Merlin", 1938, 62.5, "2029-06-30", "in traffic"),
    ("Kestrel", 1951, 81, "2026-03-31", "in the workshop"),
    ("Osprey", 1944, 70, "2031-09-30", "in traffic"),
    ("Wagtail", 1912, 24.5, "2025-05-31", "on display"),
    ("Heron", 1960, 48, "2027-11-30", "in traffic"),
)
VISITORS: Rows = (
    ("Month", "Passengers", "Shop sales (pounds)", "Buffet sales (pounds)"),
    ("April", 4120, 9800, 6100),
    ("May", 6240, 14350, 9020),
    ("June", 7015, 15900, 10240),
    ("July", 9860, 22140, 15300),
    ("August", 11930, 26700, 18850),
    ("September", 6405, 13900, 9310),
)
HIRE: Rows = (
    ("Hire", "Price (pounds)", "Includes"),
    ("Saloon, half day", 420, "steward"),
    ("Saloon, full day", 690, "steward and lunch"),
    ("Whole train, full day", 3150, "crew and guard"),
    ("Station hall, evening", 280, "cleaning"),
)
ACCOUNTS: Rows = (
    ("Thousand pounds", "2022", "2023", "2024"),
    ("Fares", "388", "412", "455"),
    ("Shop and buffet", "171", "186", "203"),
    ("Grants", "60", "85", "40"),
    ("Coal", "92", "118", "104"),
    ("Repairs", "150", "139", "177"),
)


def write_documents(folder: Path) -> list[Path]:
    """Write the eight documents into a folder, which is made; their paths, in order of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "volunteers-handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "fares-and-trains.html").write_text(FARES, encoding="utf-8")
    lines = (",".join(map(str, row)) for row in INCIDENTS)
    (folder / "incidents-2024.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _mail(folder / "bridge-works.eml")
    _workbook(folder / "rolling-stock-and-visitors-2024.xlsx")
    _agreement(folder / "hire-agreement.docx")
    _slides(folder / "season-2025.pptx")
    _review(folder / "annual-review-2024.pdf")
    return sorted(folder.iterdir())


def _mail(path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Ines Carrow <ines@tarnvalley.example>", "all volunteers <all@tarnvalley.example>"
    message["Subject"], message["Date"] = "Works at Alder Bank bridge", "Mon, 13 Jan 2025 09:12:00 +0000"
    message.set_content(
        "Dear all,\n\nThe bridge at Alder Bank is painted and two of its bearings are replaced. The works begin on 3 February"
        " 2025 and last five weeks. The firm is Harrow Steel. They cost 48,000 pounds, half of which the county pays.\n\n"
        "No train runs beyond Alder Bank until then. A bus takes passengers on to Moorfoot.\n\nInes\n"
    )
    path.write_bytes(message.as_bytes())


def _workbook(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for number, (title, rows) in enumerate((("Locomotives", LOCOMOTIVES), ("Visitors 2024", VISITORS))):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(list(row))
    book.save(path)


def _agreement(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_heading("Hire agreement", 1)
    document.add_paragraph("Between the Tarn Valley Heritage Railway (the Railway) and the Hirer.")
    document.add_heading("1. Booking", 2)
    document.add_paragraph(
        "A booking is binding once a deposit of 25 % is paid. The rest is due fourteen days before the day of hire."
    )
    document.add_heading("2. Prices", 2)
    table = document.add_table(rows=0, cols=3)
    for row in HIRE:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    document.add_heading("3. Cancelling", 2)
    document.add_paragraph("The Railway may cancel without compensation if:")
    for item in (
        "the fire risk on the moor is severe",
        "no boiler is in certificate",
        "the Hirer has not paid in time",
    ):
        document.add_paragraph(item, style="List Bullet")
    document.add_paragraph("If the Hirer cancels less than seven days before, the whole price is owed.")
    document.add_heading("4. Conduct", 2)
    document.add_paragraph("Smoking is not allowed on the train. Candles and confetti are not allowed in the saloon.")
    document.save(str(path))


def _slides(path: Path) -> None:
    import pptx

    deck = pptx.Presentation()
    for title, lines in (
        ("Season 2025", ["Board meeting of 9 December 2024", "Presented by Joss Penhale"]),
        (
            "What is new",
            ["A dining train on Fridays from June", "Heron returns to traffic in April", "A dog costs 5 pounds"],
        ),
        ("Risks", ["Coal may cost a fifth more", "Too few trained guards", "The wall at Moorfoot leans"]),
        ("Decisions", ["Raise the adult return to 15 pounds", "Hire a second workshop fitter", "Close on Mondays"]),
    ):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text_frame.text = "\n".join(lines)
    deck.save(str(path))


def _review(path: Path) -> None:
    from reportlab.lib import colors
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    styles = getSampleStyleSheet()
    grid = Table([list(row) for row in ACCOUNTS], style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    story = [
        Paragraph("Annual review 2024", styles["Title"]),
        Paragraph("The year", styles["Heading2"]),
        Paragraph(
            "The railway carried 52,300 passengers, four per cent more than in 2023. It has 214 active volunteers and six "
            "paid staff. The longest closure was in April, when a tree fell at Alder Bank.",
            styles["BodyText"],
        ),
        Paragraph("Money", styles["Heading2"]),
        Paragraph("Income and costs of three years are these.", styles["BodyText"]),
        Spacer(1, 6),
        grid,
        Spacer(1, 6),
        Paragraph(
            "The reserve stands at 260,000 pounds. The board aims at 300,000 pounds by the end of 2026.",
            styles["BodyText"],
        ),
        Paragraph("People", styles["Heading2"]),
        Paragraph(
            "Aldous Finch has chaired the board since 2019. The members elected Tamsin Roke as secretary in May. The next "
            "annual meeting is on 17 May 2025 in the station hall at Tarnhead.",
            styles["BodyText"],
        ),
    ]
    SimpleDocTemplate(str(path), title="Annual review 2024", invariant=1).build(story)
