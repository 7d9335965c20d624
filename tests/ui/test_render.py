"""Conversations and source views as HTML, tested as values."""

from dataclasses import replace

import pytest

from rag.reports import DocumentInfo
from rag.types import Note, Reason, Refusal, Statement
from tests.fakes.chat import answered, document, quoted, refused
from tests.test_markup import ATTACKS, Reading
from ui.conversations.bar import bar
from ui.render import TITLES, conversation, file_name, header, percent, size, welcome
from ui.sources.pane import LISTED, contents, progress
from ui.sources.pane import document as view_of
from ui.types import Kept, Mark, Turn, Upload, View

NOTES = document("folder/notes.txt", "Rain fell. The bridge is 40 metres long. Rain fell. It was built in 1911.\n")
LENGTH = quoted(NOTES, "The bridge is 40 metres long.")
BUILT = quoted(NOTES, "It was built in 1911.")
TWO = answered("How long?", Statement(LENGTH.quote, (LENGTH,), 0.97), Statement("Built in 1911.", (BUILT, LENGTH), 0.8))


def buttons(markup: str) -> list[dict[str, str | None]]:
    return [attributes for name, attributes in Reading(markup).elements if name == "button"]


def chips(markup: str) -> list[dict[str, str | None]]:
    return [button for button in buttons(markup) if "cs-chip" in (button["class"] or "")]


def test_the_header_names_the_index_and_its_size() -> None:
    listed = [DocumentInfo("1", "a.txt", "v", 1200, 3, "2026-11-23"), DocumentInfo("2", "b.txt", "v", 50, 1, "")]
    assert (
        Reading(header("/home/anna/.citespan", listed)).text == "CitespanIndex .citespan2 documents, 1,250 characters"
    )
    assert (size([]), size(listed[:1])) == ("no documents", "1 document, 1,200 characters")


def test_statements_carry_numbered_chips_and_one_span_keeps_one_number() -> None:
    shown = chips(conversation((Turn("How long?", answer=TWO),)))
    assert [(chip["data-number"], chip["data-quote"], chip["data-note"]) for chip in shown] == [
        ("1", LENGTH.quote, "Supports the statement: 97%"),
        ("2", BUILT.quote, "Supports the statement: 80%"),
        ("1", LENGTH.quote, "Supports the statement: 80%"),
    ]
    assert shown[0]["data-source"] == "notes.txt, characters 11–40"
    assert shown[0]["aria-label"] == "Citation 1, notes.txt: The bridge is 40 metres long."


def test_an_answer_says_how_sure_it_is_and_how_well_supported() -> None:
    assert Reading(conversation((Turn("How long?", answer=TWO),))).text.endswith("Confidence91%Support80%")


def test_the_words_that_answer_are_strong_found_by_offset_not_by_search() -> None:
    twice = document("a.txt", "The 7 of 7 were found.")
    whole = quoted(twice, twice.text)
    answer = answered("How many?", Statement(whole.quote, (whole,), 1.0), short_answer=quoted(twice, "7", occurrence=1))
    assert "The 7 of <strong>7</strong> were found." in conversation((Turn("How many?", answer=answer),))


def test_a_short_answer_in_another_place_leaves_the_statement_plain() -> None:
    answer = replace(TWO, short_answer=quoted(NOTES, "Rain"))
    assert "<strong>" not in conversation((Turn("How long?", answer=answer),))


@pytest.mark.parametrize("reason", list(TITLES))
def test_a_refusal_says_why_and_offers_the_nearest(reason: Reason) -> None:
    answer = refused("Who?", Refusal(reason, "Because <b>.", (LENGTH, BUILT)))
    shown = conversation((Turn("Who?", answer=answer),))
    assert Reading(shown).text.startswith(
        f"Who?{TITLES[reason]}Because <b>.The nearest the documents come{LENGTH.quote}1"
    )
    assert [chip["data-number"] for chip in chips(shown)] == ["1", "2"]


def test_dropped_statements_are_disclosed_and_a_rewritten_question_is_shown() -> None:
    dropped = (Statement("It is red.", (LENGTH,), 0.12),)
    notes = (Note("not_stated", "The documents do not say: who built it?"),)
    answer = replace(TWO, dropped=dropped, standalone_question="How long is the bridge?", status="partial", notes=notes)
    shown = Reading(conversation((Turn("How long?", answer=answer),))).text
    assert "Understood as: How long is the bridge?" in shown
    assert "The documents do not say: who built it?" in shown
    assert shown.endswith("1 statement left out: not carried by a source, or beside the questionIt is red. support 12%")
    two = Reading(conversation((Turn("How long?", answer=replace(answer, dropped=dropped * 2)),))).text
    assert "2 statements left out: not carried by a source" in two


WORKING = [
    (Turn("Q"), "QLooking through the documents…"),
    (Turn("Q", evidence=(LENGTH,)), f"QReading{LENGTH.quote}1Checking each statement against its source…"),
    (Turn("Q", (LENGTH,), TWO.statements[:1]), f"Q{LENGTH.quote}1Checking each statement against its source…"),
    (Turn("Q", (LENGTH,), stopped=True), f"QReading{LENGTH.quote}1Stopped."),
    (Turn("Q", problem="The index is locked by 12."), "QSomething went wrongThe index is locked by 12."),
]


@pytest.mark.parametrize(("turn", "expected"), WORKING)
def test_an_answer_on_its_way_shows_what_is_known(turn: Turn, expected: str) -> None:
    assert Reading(conversation((turn,))).text == expected
    assert ('aria-busy="true"' in conversation((turn,))) == turn.working


def test_a_citation_whose_document_changed_is_marked_stale() -> None:
    shown = chips(conversation((Turn("How long?", answer=TWO, stale=frozenset({2})),)))
    assert [chip["class"] for chip in shown] == ["cs-chip", "cs-chip cs-stale", "cs-chip"]
    assert shown[1]["data-note"] == "The document has changed since. Supports the statement: 80%"


def test_a_huge_question_is_shown_by_its_beginning() -> None:
    assert len(conversation((Turn("a" * 100_000, problem="Too long."),))) < 3_000


def test_an_empty_index_explains_how_to_add_documents() -> None:
    assert "rag ingest" in welcome(0)
    assert [button["data-question"] for button in buttons(welcome(1, ["Who is A?"]))] == ["Who is A?"]


def view(**changes: object) -> View:
    marks = (Mark(LENGTH.start, LENGTH.end, 1, True), Mark(BUILT.start, BUILT.end, 2, False))
    whole = View(NOTES.doc_id, NOTES.source, NOTES.version, NOTES.text, 0, len(NOTES.text), len(NOTES.text), marks)
    return replace(whole, citation=LENGTH, number=1, count=2, line=1, **changes)  # type: ignore[arg-type]


def test_the_reader_marks_the_cited_span_and_the_others_of_the_answer() -> None:
    shown = view_of(view())
    assert '<mark class="cs-mark cs-current" data-number="1">The bridge is 40 metres long.</mark>' in shown
    assert '<mark class="cs-mark" data-number="2">It was built in 1911.</mark>' in shown
    assert f"line 1, characters 11–40 · version {NOTES.version[:8]}" in Reading(shown).text
    assert 'data-event="earlier"' not in shown and 'data-event="later"' not in shown


def test_a_window_offers_what_comes_before_and_after() -> None:
    shown = view_of(view(text=NOTES.text[5:50], start=5, end=50))
    assert [button["data-event"] for button in buttons(shown) if button["class"] == "cs-more"] == ["earlier", "later"]


def test_a_stale_citation_shows_its_words_and_marks_nothing() -> None:
    shown = view_of(view(problem="This document has changed.", text=""))
    assert f"<blockquote>{LENGTH.quote}</blockquote>" in shown
    assert "<mark" not in shown and "Open it as it is now" in shown


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_from_outside_becomes_markup(attack: str) -> None:
    evil = document(attack, f"{attack} and more")
    cited = quoted(evil, attack)
    answer = answered(attack, Statement(attack, (cited,), 1.0), dropped=(Statement(attack, (cited,), 0.1),))
    refusal = refused(attack, Refusal("not_stated", attack, (cited,)))
    page = View(evil.doc_id, evil.source, evil.version, evil.text, 0, len(evil.text), len(evil.text), citation=cited)
    failed = (Upload(attack, "added"), Upload(attack, "failed", attack))
    turns = (Turn(attack, answer=answer), Turn(attack, answer=refusal), Turn(attack, problem=attack))
    listed = [DocumentInfo(attack, attack, attack, 1, 1, attack)]
    markup = (
        conversation(turns)
        + view_of(page)
        + header(attack, listed)
        + contents(listed)
        + progress(failed)
        + bar((Kept(attack, attack, 1, attack),), attack, attack)
        + welcome(1, [attack])
    )
    for name, attributes in Reading(markup).elements:
        assert name in OURS
        assert not [key for key in attributes if key.startswith("on") or key in {"href", "src", "srcdoc", "action"}]


OURS = frozenset(
    "article aside blockquote button code details div form h1 h2 h3 h4 header i input li mark nav p pre q s "
    "section small span strong summary ul".split()
)


def test_each_uploaded_file_is_told_of_by_name() -> None:
    states = (
        Upload("a.md", "added"),
        Upload("b.txt", "failed", "b.txt is not UTF-8 at byte 3"),
        Upload("c.txt", "failed", "only some files"),
        Upload("d.txt", "reading"),
        Upload("e.txt"),
    )
    assert Reading(progress(states)).text == (
        "Read: 3 of 5 filesa.md addedNot added: b.txt is not UTF-8 at byte 3Not added: c.txt: only some files"
        "d.txt reading…e.txt waiting"
    )


def test_of_many_files_that_are_done_only_failures_are_named() -> None:
    done = (*(Upload(f"{number}.md", "added") for number in range(7)), Upload("b.txt", "failed", "b.txt is empty"))
    assert Reading(progress(done)).text == "In the index: 7 of 8 filesNot added: b.txt is empty"
    assert Reading(progress((*done, Upload("c.md", "reading")))).text.startswith(
        "Read: 8 of 9 files0.md added1.md added"
    )


def test_a_document_is_listed_with_size_chunks_and_version_and_is_removed_in_two_steps() -> None:
    shown = contents([DocumentInfo("id-1", "folder/a.txt", "abcdef0123", 1200, 3, "2026-11-23T09:00:00")])
    assert "a.txt1,200 characters · 3 passages · version abcdef01 · added 2026-11-23" in Reading(shown).text
    (removal,) = [button for button in buttons(shown) if button.get("data-event") == "remove"]
    assert removal["data-doc"] == "id-1"
    assert "<details" in shown[: shown.index('data-event="remove"')]


def test_a_vote_shows_and_asks_for_a_word() -> None:
    voted = Turn("How long?", answer=TWO, vote="down", feedback="1")
    thumbs = [button for button in buttons(conversation((voted,))) if button["class"] == "cs-vote"]
    assert [(thumb["data-vote"], thumb["aria-pressed"]) for thumb in thumbs] == [("up", "false"), ("down", "true")]
    assert "What was wrong?" in conversation((voted,))
    thanked = conversation((replace(voted, thanked=True),))
    assert "Thank you." in thanked and "<form" not in thanked


def test_an_answer_that_was_not_checked_says_so() -> None:
    unchecked = replace(TWO, verified=False)
    assert "UnverifiedThese statements were not checked" not in conversation((Turn("How long?", answer=TWO),))
    shown = Reading(conversation((Turn("How long?", answer=unchecked),))).text
    assert shown.startswith("How long?Unverified These statements were not checked against their sources.")


SHELF = (Kept("a", "The bridge", 2, ""), Kept("b", "Rain", 1, ""))


def test_the_bar_is_empty_on_a_first_visit() -> None:
    assert bar((), "") == '<div class="cs-bar" data-current=""></div>'


def test_the_bar_names_the_conversation_and_leads_to_the_others() -> None:
    shown = bar(SHELF, "a", "Told.")
    assert Reading(shown).text == (
        "ConversationsThe bridge2 questionsRain1 questionThe bridgeOptionsRenameExport MarkdownExport JSONDelete"
        "It is kept in this browser only.Delete itNewTold."
    )
    listed = [button for button in buttons(shown) if button.get("data-event") == "resume"]
    assert [(item["data-id"], item.get("aria-current")) for item in listed] == [("a", "true"), ("b", None)]


def test_a_new_conversation_has_no_options_yet() -> None:
    assert Reading(bar(SHELF, "")).text == "ConversationsThe bridge2 questionsRain1 question"
    assert Reading(bar(SHELF[:1], "a")).text.startswith("The bridgeOptions")


def test_a_list_of_many_documents_is_cut_and_says_so() -> None:
    listed = [DocumentInfo(str(n), f"{n}.txt", "v", 10, 1, "") for n in range(LISTED + 3)]
    shown = contents(listed)
    assert shown.count('class="cs-document"') == LISTED
    assert Reading(shown).text.endswith("And 3 more documents; all of them: rag docs")


@pytest.mark.parametrize(("share", "shown"), [(0, "0%"), (0.914, "91%"), (0.999, "99%"), (1, "100%")])
def test_only_certainty_is_shown_as_all(share: float, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(("source", "name"), [("a/b.txt", "b.txt"), ("b.txt", "b.txt"), ("/", "/")])
def test_a_source_is_named_by_its_file(source: str, name: str) -> None:
    assert file_name(source) == name


def test_what_of_a_file_was_not_read_is_told() -> None:
    uploads = [Upload("a.xlsx", "added", "not read: sheet Pay is hidden and not read"), Upload("b.txt", "added")]
    assert "a.xlsx added; not read: sheet Pay is hidden and not readb.txt added" in Reading(progress(uploads)).text
    listed = [DocumentInfo("1", "a.xlsx", "v", 1200, 3, "2026-11-23", gaps=("sheet Pay is hidden and not read",))]
    assert "Not read: sheet Pay is hidden and not read." in Reading(contents(listed)).text
