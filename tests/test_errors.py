"""The error tree: drawn in full, and one root for all."""

import inspect

from rag import errors


def tree() -> list[type[errors.CitespanError]]:
    return [item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, errors.CitespanError)]


def test_every_error_is_drawn_in_the_module_docstring() -> None:
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    assert drawn == {item.__name__ for item in tree()}


def test_every_error_says_what_it_means() -> None:
    assert [item.__name__ for item in tree() if not item.__doc__] == []
