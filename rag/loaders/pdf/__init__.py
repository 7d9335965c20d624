"""PDF: the text that a page shows, in reading order, with the box of every character."""
