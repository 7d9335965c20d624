"""The seed with ten statements changed: every change is found, with the span that says otherwise."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.verification.claims import statement_spans
from tests.conftest import SEEDS

pytestmark = [pytest.mark.model, pytest.mark.timeout(1800)]
CHANGES = (  # ten statements, each changed in one thing
    ("700 pages long", "70 pages long"),
    ("the Intercept and the New York Times", "the Intercept and the Washington Post"),
    ("between 1980 and 1988", "between 1980 and 1987"),
    ("around 60 percent", "around 16 percent"),
    ("fled Saddam Hussein’s persecution and sought refuge in Iran", "fled Iran and sought refuge with Saddam Hussein"),
    ("more important than demographics was", "less important than demographics was"),
    ("the Iraqi Army ceased", "the Syrian Army ceased"),
    ("Al Qaeda in Iraq", "Boko Haram in Iraq"),
    ("who were disgruntled with Daesh rule", "who were not disgruntled with Daesh rule"),
    ("the Iranians were able to outmaneuver the Americans", "the Americans were able to outmaneuver the Iranians"),
)


def test_ten_changes_are_found_each_with_the_span_that_says_otherwise(seed_text: str, tmp_path: Path) -> None:
    changed = seed_text
    for old, new in CHANGES:
        assert changed.count(old) == 1
        changed = changed.replace(old, new)
    with Assistant.open(tmp_path / "index", base=SEEDS, generator="extractive") as assistant:
        assistant.ingest(SEEDS)
        statements = assistant.verify(changed).statements
    told = {one.text: one for one in statements if one.verdict != "supported"}
    wanted = {new: old for old, new in CHANGES}
    found = {new: next((one for text, one in told.items() if new in text), None) for new in wanted}
    assert [new for new, one in found.items() if one is None] == []
    assert {new: wanted[new] in one.citations[0].quote for new, one in found.items() if one} == dict.fromkeys(
        wanted, True
    )
    assert [text for text in told if not any(new in text for new in wanted)] == []
    assert len(statements) == len(statement_spans(seed_text))
