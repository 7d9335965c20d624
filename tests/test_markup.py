"""Every string that is not ours reaches the page escaped, and comes back from it unchanged."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.markup import named, tag, text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    '<a href="javascript:alert(1)">x</a>',
    "</div></body><iframe src=//example.org>",
    "&lt;b&gt; &amp;lt;",
    "${alert(1)} {{constructor.constructor('alert(1)')()}}",
    "<!--<style>*{display:none}</style>-->",
    "admin\u202e)txt.exe(",
]
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


class Reading(HTMLParser):
    """What a browser would make of a piece of HTML: its elements, their attributes, and the text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(any_text)
@example("one\r\ntwo\rthree")
@example("\u202eabc\u2066\u200f\ufeff\x07")
def test_the_text_of_the_page_is_the_text_of_the_document(value: str) -> None:
    assert Reading(text(value)).text == value


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_a_text_makes_no_element(attack: str) -> None:
    made = Reading(text(attack)).elements
    assert [name for name, attributes in made if attributes.get("class") != "cs-hidden"] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_an_attribute_stays_in_it(attack: str) -> None:
    assert Reading(tag("b", title=attack)).elements == [("b", {"title": named(attack)})]


def test_characters_that_reorder_text_are_boxed_and_named() -> None:
    assert text("a\u202eb") == 'a<span class="cs-hidden" data-name="RLO">\u202e</span>b'
    assert tag("b", title="a\u202eb") == '<b title="a[RLO]b"></b>'


@pytest.mark.parametrize("lost", ["\0", "\ud800"])
def test_what_html_cannot_hold_is_replaced_visibly(lost: str) -> None:
    assert Reading(text(f"a{lost}b")).text == "a\ufffdb"


def test_attributes_are_written_left_out_or_bare() -> None:
    made = tag(
        "button", text("1"), class_="chip", data_event="cite", data_turn=0, hidden=True, title=None, disabled=False
    )
    assert made == '<button class="chip" data-event="cite" data-turn="0" hidden>1</button>'
