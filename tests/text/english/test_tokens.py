from rag.text.english.tokens import content_words, words


def test_what_a_contraction_leaves_is_no_word_but_the_same_letters_alone_are() -> None:
    assert words("Don won’t say what he'd won: Greg's vitamin D.") == [
        "don",
        "say",
        "what",
        "he",
        "won",
        "greg",
        "vitamin",
        "d",
    ]
    assert content_words("Who won?") == ["won"]


def test_numbers_with_points_and_commas_are_one_word() -> None:
    assert words("1,200.5 in 1980's money") == ["1,200.5", "in", "1980", "money"]
