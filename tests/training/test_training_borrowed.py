"""Questions borrowed from another article: about a name of the passage, and never from the passage's own article."""

from random import Random

from training.borrowed import borrowed, patterns
from training.data import Reading
from training.text import Passage


def asked(group: str, question: str) -> Reading:
    return Reading("q", group, question, Passage("A text."))


OTHERS = [
    asked("bridges", "When was the Forth Bridge painted for the first time?"),
    asked("bridges", "When was the Forth Bridge opened by Prince Edward?"),
    asked("bridges", "Who painted it?"),
    asked("people", "Who was Marie Curie married to?"),
    asked("towers", "How many visitors does the Eiffel Tower count in a year?"),
]


def test_a_pattern_is_a_question_with_one_name() -> None:
    found = patterns([*OTHERS, asked("people", "Where was Marie Curie’s house, and where was Rome?")])
    assert {sort: [one.about("X") for one in asked_so] for sort, asked_so in found.items()} == {
        ("name", True, True): [
            "When was the X painted for the first time?",
            "How many visitors does the X count in a year?",
        ],
        ("name", False, True): ["Who was X married to?"],
    }


def test_the_borrowed_question_names_what_the_gold_sentence_names_and_has_no_answer(tower: Reading) -> None:
    for seed in range(20):
        made = borrowed(tower, patterns(OTHERS), Random(seed))
        assert made is not None and made.passage == Passage(tower.passage.text)
        assert made.question == "Who was Gustave Eiffel married to?"
        assert made == borrowed(tower, patterns(OTHERS), Random(seed))


def test_a_question_with_many_words_of_its_own_is_no_pattern() -> None:
    assert patterns([asked("bridges", "When were seven painters of the Forth Bridge given higher wages?")]) == {}


def test_there_is_nothing_to_borrow_without_a_name_or_another_article(tower: Reading) -> None:
    own = patterns([asked(tower.group, OTHERS[0].question)])
    assert borrowed(tower, own, Random(0)) is None
    assert borrowed(asked("towers", "Who?"), patterns(OTHERS), Random(0)) is None
