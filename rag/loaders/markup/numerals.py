"""Numbers of lists in the forms that are printed: `iv`, `b`, `03`, `2nd`, `③`. The names of forms are Word's."""

_LARGEST = 9999  # larger numbers are written in digits: a Roman one would be as long as it is large
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def written(count: int, form: str) -> str:
    """A number in one of Word's number formats; in digits where the format is none of the usual."""
    if form == "none":
        return ""
    if not 0 < count <= _LARGEST:
        return str(count)
    if form in {"upperRoman", "lowerRoman"}:
        return _cased(_roman(count), form)
    if form in {"upperLetter", "lowerLetter"}:
        return _cased(chr(ord("a") + (count - 1) % 26) * (1 + (count - 1) // 26), form)
    if form == "decimalZero":
        return f"{count:02}"
    if form == "ordinal":
        return f"{count}{_ordinal(count)}"
    if form == "decimalEnclosedCircle" and count <= 20:
        return chr(0x2460 + count - 1)
    return str(count)


def _cased(text: str, form: str) -> str:
    return text.upper() if form.startswith("upper") else text


def _roman(count: int) -> str:
    text = ""
    for size, sign in _ROMAN:
        text += sign * (count // size)
        count %= size
    return text + _ROMAN_ONES[count]


def _ordinal(count: int) -> str:
    return "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
