"""Text and its structure: sentences, chunks, places on pages. Every span is an exact offset."""
