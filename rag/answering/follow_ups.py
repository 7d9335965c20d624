"""Follow-up questions made whole, from the last turns of a conversation, by rule.

A turn is an earlier question and its answer. Only the question that is looked up depends on them: what is cited comes
from what is retrieved for that question alone. English only; a question that needs nothing is left as it is.

`--history` and `history=` take turns as `Answer`s, as their JSON, or as (question, answer) pairs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import SettingsError
from rag.text.english.tokens import STOP_WORDS, content_words
from rag.types import Answer
from rag.verification.grounding import names, unfounded

LAST_TURNS = 3  # how far back a follow-up may point
_LONGEST_SAID = 600  # characters of an earlier answer that are looked at

History = Sequence[Answer | Mapping[str, Any] | tuple[str, Any]]
Rewrite = Callable[[str, Sequence[tuple[str, str]]], str]

_PERSON = {"he": "", "she": "", "him": "", "her": "", "his": "’s", "hers": "’s"}
_THING = {"it": "", "its": "’s", "this": "", "that": "", "they": "", "them": "", "their": "’s", "theirs": "’s"}
_PRONOUN = re.compile(rf"\b({'|'.join([*_PERSON, *_THING])})\b", re.IGNORECASE)
_LEAD = re.compile(r"^(?:(?:and|but|so|then|also|ok|okay)\b[ ,]*)+", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:what|how) about\s+(.+)$|"
    r"^((?:in|at|on|for|from|by|with|of|to|during|after|before)\s(?!.*\b(?:wh\w+|how|did|do|does|is|are|was|were)\b).+)$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(who|whom|whose|what|when|where|why|how|how many|how much|which)(?: (?:so|not|exactly|else))?$", re.I
)
# "this" and "that" before a noun, and "that" after one, point nowhere.
_DETERMINES = re.compile(r"^(?:this|that)$", re.IGNORECASE)
_DETERMINER = re.compile(r"\b(?:the|this|that|these|those|an?)\s+((?:[\w’'-]+\s*){1,4})", re.IGNORECASE)
_VERB_START = re.compile(
    r"\s(?:be|is|are|was|were|in|on|of|for|say|said|have|has|had|do|does|did|published|reveal|reveals)\b.*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b\d[\d.,]*\b")


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question, in words that can be understood alone, and what was answered."""

    question: str
    said: str


def turns(history: History) -> tuple[Turn, ...]:
    """The last turns of a conversation, oldest first. Raises SettingsError for what is no turn."""
    return tuple(_turn(item) for item in list(history)[-LAST_TURNS:])


def is_follow_up(question: str) -> bool:
    """Whether a question points at what was said before: a pronoun, or something left out."""
    plain = question.strip().rstrip("?!. ")
    bare = _LEAD.sub("", plain)
    return bool(_points(bare)) or bare != plain or bool(_ABOUT.match(bare) or _BARE.match(bare))


def resolve(question: str, earlier: Sequence[Turn]) -> str:
    """The question in words that can be understood alone; itself when it needs nothing, or nothing is known."""
    if not earlier or not is_follow_up(question):
        return question
    bare = _LEAD.sub("", question.strip().rstrip("?!. "))
    if match := _ABOUT.match(bare):
        return _with_another(earlier[-1].question, bare, match[1] or match[2])
    if _BARE.match(bare):
        return f"{_statement_of(earlier[-1].question)}, and {bare.lower()}?"
    return _sentence(_pronouns_filled(bare, earlier))


def readings(question: str, earlier: Sequence[Turn]) -> tuple[str, ...]:
    """The ways in which a follow-up may be meant, the rules' own first; the question alone when it is none.

    Beside it stand the question with what the last answer names, and the last question with this one behind it. Which
    is meant shows when they are looked up: see `rag.answering.strategies.fact`.
    """
    by_rule = resolve(question, earlier)
    if not earlier or not is_follow_up(question):
        return (by_rule,)
    bare = _LEAD.sub("", question.strip().rstrip("?!. "))
    last = earlier[-1]
    meant = [name for name in _name_runs(last.said)[:1] if _points(bare)]
    named = [_sentence(_replaced(bare, name)) for name in meant]
    return tuple(dict.fromkeys([by_rule, *named, f"{_statement_of(last.question)} – {bare}?"]))


def rewritten(question: str, earlier: Sequence[Turn], rewrite: Rewrite) -> str:
    """The question as a model makes it whole, or as the rules do where the model's has particulars of its own.

    A model is asked for follow-ups alone. What it names must stand in the conversation: it may not bring in others.
    """
    by_rule = resolve(question, earlier)
    if not earlier or not is_follow_up(question):
        return by_rule
    found = " ".join(rewrite(question, [(turn.question, turn.said) for turn in earlier]).split())
    told = [question, *(text for turn in earlier for text in (turn.question, turn.said))]
    keeps = set(names(question)) | set(_NUMBER.findall(question))
    usable = found and not is_follow_up(found) and len(found) <= 2 * len(by_rule) + 40
    whole = usable and not unfounded(found, told) and all(word in found for word in keeps)
    return _sentence(found) if whole else by_rule


def _turn(item: Answer | Mapping[str, Any] | tuple[str, Any]) -> Turn:
    if isinstance(item, Answer):
        return Turn(item.standalone_question, _said(item.text, bool(item.refusal)))
    if isinstance(item, Mapping) and isinstance(item.get("question"), str):
        question = str(item.get("standalone_question") or item["question"])
        return Turn(question, _said(str(item.get("text") or item.get("answer") or ""), bool(item.get("refusal"))))
    if isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str):
        answer = item[1]
        return _turn(answer) if isinstance(answer, Answer | Mapping) else Turn(item[0], _said(str(answer), False))
    raise SettingsError("A turn of the history is an answer, its JSON, or a question with its answer.")


def _said(text: str, refused: bool) -> str:
    """What an answer said; a refusal said nothing about the documents."""
    return "" if refused else text[:_LONGEST_SAID]


def _points(text: str) -> list[re.Match[str]]:
    """The pronouns that point back."""
    return [
        match for match in _PRONOUN.finditer(text) if not _is_determiner(text, match) and not _resolved(text, match)
    ]


def _is_determiner(text: str, match: re.Match[str]) -> bool:
    """Whether a `this` or `that` belongs to a noun or a clause of the question itself, as in `that year`."""
    after = re.match(r"\s+(\w+)", text[match.end() :])
    return bool(_DETERMINES.match(match[0])) and bool(after and after[1].lower() not in STOP_WORDS)


def _resolved(text: str, match: re.Match[str]) -> bool:
    """Whether the question names, before a pronoun, what that stands for: `What did Iran say of its agents?`."""
    return bool(_subjects(text[: match.start()]))


def _pronouns_filled(text: str, earlier: Sequence[Turn]) -> str:
    """The text with what each pronoun stands for, where the last turns tell."""
    for match in reversed(_points(text)):
        word = match[0].lower()
        meant = _person(earlier) if word in _PERSON else _thing(earlier)
        # "her" before a noun is a possessive, elsewhere an object
        owns = (_PERSON | _THING)[word] or ("’s" if word == "her" and re.match(r"\s+\w", text[match.end() :]) else "")
        if meant:
            text = f"{text[: match.start()]}{meant}{owns}{text[match.end() :]}"
    return text


def _replaced(text: str, name: str) -> str:
    """The text with a name for each pronoun that points back."""
    for match in reversed(_points(text)):
        owns = (_PERSON | _THING)[match[0].lower()]
        text = f"{text[: match.start()]}{name}{owns}{text[match.end() :]}"
    return text


def _person(earlier: Sequence[Turn]) -> str:
    """The last person named: the newest turn first, its answer before its question, a name of several words best."""
    texts = [text for turn in reversed(earlier) for text in (turn.question, turn.said)]
    found = [name for text in texts for name in reversed(_name_runs(text))]
    return next((name for name in found if " " in name), found[0] if found else "")


def _thing(earlier: Sequence[Turn]) -> str:
    """What the newest question is about that names anything; failing that, what its answer names."""
    for turn in reversed(earlier):
        found = _subjects(turn.question) or _name_runs(turn.said)
        if found:
            return found[0]
    return ""


def _subjects(question: str) -> list[str]:
    """Names and `the …` phrases of a question, in its order."""
    phrases = [(match.start(), f"the {_noun(match[1])}") for match in _DETERMINER.finditer(question) if _noun(match[1])]
    named = [(question.find(run), run) for run in _name_runs(question)]
    inside = [(at, run) for at, run in named if not any(start <= at < start + len(text) for start, text in phrases)]
    return [text for _, text in sorted([*phrases, *inside])]


def _noun(text: str) -> str:
    """The words of a phrase as far as its noun."""
    kept: list[str] = []
    for word in _VERB_START.sub("", f" {text}").split():
        if word.lower() in STOP_WORDS:
            break
        kept.append(word)
    return " ".join(kept)


def _name_runs(text: str) -> list[str]:
    """Names of one or more words, in order."""
    known = set(names(text))
    runs: list[list[str]] = [[]]
    for word in re.findall(r"[\w-]+|[^\w\s]", text):
        if word in known:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]


def _with_another(asked: str, bare: str, other: str) -> str:
    """The last question with what it was about put for another thing, or that added at its end."""
    new_numbers, old_numbers = _NUMBER.findall(other), _NUMBER.findall(asked)
    if new_numbers and old_numbers:
        return asked.replace(old_numbers[-1], new_numbers[-1])
    new, old = _name_runs(other), _name_runs(asked)
    if new and old and len(content_words(other)) <= len(new[-1].split()) + 1:
        return asked.replace(old[-1], new[-1])
    return f"{_statement_of(asked)}, {bare}?"


def _statement_of(question: str) -> str:
    return question.strip().rstrip("?!. ")


def _sentence(text: str) -> str:
    """A question with a capital and a question mark."""
    plain = _statement_of(text)
    return f"{plain[:1].upper()}{plain[1:]}?"
