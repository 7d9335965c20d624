"""The service's own two pages, whole in one response each: a document opened at a span, and the list of routes."""

import base64
import hashlib
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
code, th { font-family: ui-monospace, monospace; font-size: .9em; }
mark { background: #fd6; color: #000; } td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
"""
# Offsets are code points, JavaScript's are UTF-16 units: hence Array.from.
_SCRIPT = """
const text = Array.from(document.querySelector('pre').textContent);
function show() {
  const found = /^#char=(\\d+),(\\d+)$/.exec(location.hash);
  if (!found) return;
  const [start, end] = [Number(found[1]), Number(found[2])], mark = document.createElement('mark');
  mark.textContent = text.slice(start, end).join('');
  document.querySelector('pre').replaceChildren(text.slice(0, start).join(''), mark, text.slice(end).join(''));
  mark.scrollIntoView({block: 'center'});
}
addEventListener('hashchange', show);
show();
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_NOTHING_ELSE = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SPAN_POLICY = f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; {_NOTHING_ELSE}"
DOCS_POLICY = f"default-src 'none'; style-src {_hash(_STYLE)}; {_NOTHING_ELSE}"
_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
# A newline that follows <pre> is dropped by browsers, so there is one to drop.
SPAN_PAGE = (
    f"{_HEAD}<title>{{source}}</title><style>{_STYLE}</style><h1>{{source}}</h1><pre>\n{{text}}</pre>"
    f"<script>{_SCRIPT}</script></html>"
)


def docs_page(schema: dict[str, Any]) -> str:
    """The routes of an OpenAPI schema, for people; it loads nothing."""
    routes = [
        _route(f"{method.upper()} {path}", operation, schema)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    title = escape(f"{schema['info']['title']} {schema['info']['version']}")
    intro = 'The machine-readable description is <a href="/openapi.json">openapi.json</a>.'
    return f"{_HEAD}<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1><p>{intro}</p>{''.join(routes)}</html>"


def _route(name: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    fields = [(item["name"], item.get("description", "")) for item in operation.get("parameters", [])]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = schema["components"]["schemas"].get(content["schema"].get("$ref", "").rpartition("/")[2], {})
        fields += [(field, told.get("description", "")) for field, told in body.get("properties", {}).items()]
    rows = "".join(f"<tr><th>{escape(field)}</th><td>{escape(told)}</td></tr>" for field, told in fields)
    text = escape(f"{operation.get('summary', '')}. {operation.get('description', '')}")
    return f"<h2><code>{escape(name)}</code></h2><p>{text}</p><table>{rows}</table>"
