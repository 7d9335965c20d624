"""The web chat: `build(assistant)` makes the Gradio app, `serve(...)` runs it on this machine.

Importing this package is cheap; Gradio loads when one of the two is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.app import build, look, serve

__all__ = ["build", "look", "serve"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'ui' has no attribute {name!r}")
    from ui import app

    return getattr(app, name)
