"""Files that are text already: plain text, Markdown, tables of rows."""
