"""What of a web page a reader does not see, and what stands around its subject rather than in it.

Inline styles, attributes and the names that pages give their parts; no style sheet is read.
"""

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

Sight = Literal["seen", "unseen", "hidden", "around", "beside", "comments"]

UNSEEN = frozenset(
    """head script style noscript template iframe object embed svg canvas audio video map button select textarea input
    datalist rt rp rtc""".split()
)
_AROUND = frozenset("nav footer aside menu".split())  # of a page, not of its subject
_ROLES = frozenset("navigation banner contentinfo complementary search".split())
_SECTIONS = frozenset("article aside main nav section".split())
_NEVER = frozenset(("nav", "menu"))
_NEVER_ROLES = frozenset(("navigation", "search", "alertdialog"))

# What pages call their parts: class and id names of common systems, as readability has them. A name counts by itself,
# or with a word of the second set; text about cookies or shares is named by neither.
_CONTAINERS = frozenset("div section aside ul ol form header footer p span".split())
_COOKIES = frozenset("cookie cookies cookiebar cookiebanner cookieconsent cookienotice gdpr consent".split())
_COMMENTS = frozenset("comments commentlist disqus".split())
_BESIDE = frozenset(
    """teaser teasers promo promos advert adverts advertisement ads adsbygoogle sponsored newsletter breadcrumb
    breadcrumbs pagination pager sharedaddy navbar skiplink""".split()
)
_SHARED = frozenset("related recommended share sharing social".split())
_WIDGETS = frozenset(
    """articles bar buttons content icons items links list media news posts products stories tools widget""".split()
)
_NOTICES = frozenset(
    "banner bar notice popup modal overlay dialog law message cookiebanner cookienotice cookiebar".split()
)
_NOTICE_CHARACTERS = 1_000
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_DISPLAY = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|$|!)",
    re.I,
)
_SIZE = re.compile(r"font-size\s*:\s*(?:0+(?:\.0+)?|1(?:\.0+)?(?=px|pt))\s*(?:px|pt|em|rem|%)?\s*(?:;|$|!)", re.I)
_AWAY = re.compile(r"(?:text-indent|left|top|right|margin-left|margin-top)\s*:\s*-\d{4,}", re.I)
_CLIPPED = re.compile(r"clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%", re.I)
_FLAT = re.compile(r"(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)", re.I)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;!]+)", re.I)
_WHITE = re.compile(r"white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*(?:,\s*1(?:\.0+)?\s*)?\)", re.I)


def sight(node: "LexborNode", *, around: bool) -> Sight:
    """How an element is to be taken. `around`: what stands around a page's subject is wanted."""
    tag, attributes = node.tag or "", node.attributes
    if tag in UNSEEN or (tag == "dialog" and "open" not in attributes):
        return "unseen"
    if _is_hidden(node, attributes):
        return "hidden"
    if not attributes and tag not in _AROUND and tag != "header":
        return "seen"
    role = attributes.get("role") or ""
    if not around or tag in _NEVER or role in _NEVER_ROLES:
        beside = role in _ROLES or role in _NEVER_ROLES or (tag in _AROUND and not _is_of_section(node, tag))
        heads = tag == "header" and not around and node.css_first("h1") is None
        if beside or (heads and not _is_of_section(node, tag)):
            return "around"
    return _by_name(node, tag, attributes)


def _is_of_section(node: "LexborNode", tag: str) -> bool:
    """Whether a header or footer is that of a section or an article, rather than the page's (HTML, 4.3)."""
    parent = node.parent if tag in {"header", "footer"} else None
    while parent is not None and parent.tag not in _SECTIONS:
        parent = parent.parent
    return parent is not None


def _by_name(node: "LexborNode", tag: str, attributes: "dict[str, str | None]") -> Sight:
    """What the names that a page gives an element say of it."""
    if tag not in _CONTAINERS:
        return "seen"
    classes = (attributes.get("class") or "")[:500]
    id_ = (attributes.get("id") or "")[:100] if "section" not in classes.split() and tag != "section" else ""
    given = f"{classes} {id_}"
    words = {word.lower() for word in _WORD.findall(given)} | set(given.lower().split())
    if words & _COOKIES and _is_notice(node, words):
        return "unseen"
    if words & _COMMENTS:
        return "comments"
    shared = words & _SHARED
    return "beside" if words & _BESIDE or (shared and (words & _WIDGETS or words <= _SHARED)) else "seen"


def _is_notice(node: "LexborNode", words: set[str]) -> bool:
    """Whether an element is called a notice, or is short and asks for something to be clicked."""
    if len(node.text(strip=True) or "") > _NOTICE_CHARACTERS:
        return False
    return bool(words & _NOTICES) or node.css_first("button, input, a") is not None


def _is_hidden(node: "LexborNode", attributes: "dict[str, str | None]") -> bool:
    if "hidden" in attributes and attributes.get("hidden") != "until-found":
        return True
    if attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style") or ""
    if node.tag == "font" and attributes.get("color"):
        style = f"{style};color:{attributes['color']}"
    if not style:
        return False
    if any(pattern.search(style) for pattern in (_DISPLAY, _SIZE, _AWAY, _CLIPPED)):
        return True
    return (_FLAT.search(style) is not None and "overflow" in style) or _is_ground_coloured(node, style)


def _is_ground_coloured(node: "LexborNode", style: str) -> bool:
    """Whether letters have the colour of what they stand on: that of the element itself, else a page's white."""
    colour = _COLOUR.search(style)
    if colour is None:
        return False
    own = _GROUND.search(style)
    letters = colour[1].strip().lower()
    if own is not None:
        return own[1].strip().lower() == letters or bool(_WHITE.fullmatch(letters) and _WHITE.fullmatch(own[1].strip()))
    return _WHITE.fullmatch(letters) is not None and not _stands_on_colour(node)


def _stands_on_colour(node: "LexborNode") -> bool:
    """Whether an element or one around it has a ground of its own, or a class to which a style sheet may give one."""
    around: LexborNode | None = node
    named = False
    root = node
    while around is not None:
        attributes = around.attributes
        if _GROUND.search(attributes.get("style") or "") or "bgcolor" in attributes:
            return True
        named = named or bool(attributes.get("class") or attributes.get("id"))
        root, around = around, around.parent
    return named and root.css_first("style, link[rel=stylesheet]") is not None
