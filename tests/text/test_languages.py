"""Whether a question is in another language than a text."""

import pytest

from rag.text.languages import mismatch

ENGLISH = "The boathouse is open from April to October. Members pay a deposit for the key."
GERMAN = "Das Bootshaus ist von April bis Oktober geöffnet. Mitglieder zahlen ein Pfand für den Schlüssel."


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Wann ist das Bootshaus geöffnet?", ENGLISH, ("German", "English")),
        ("À quelle heure ouvre le hangar à bateaux ?", ENGLISH, ("French", "English")),
        ("¿Cuándo abre el cobertizo de botes?", ENGLISH, ("Spanish", "English")),
        ("When is the boathouse open?", GERMAN, ("English", "German")),
        ("When is the boathouse open?", ENGLISH, None),
        ("Wann ist das Bootshaus geöffnet?", GERMAN, None),
        ("ok", ENGLISH, None),
        ("Kern & Sohn", ENGLISH, None),
    ],
)
def test_a_question_in_another_language_is_told(question: str, text: str, expected: tuple[str, str] | None) -> None:
    assert mismatch(question, text) == expected
