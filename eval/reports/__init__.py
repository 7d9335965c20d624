"""A judged run for people and for programs: terminal, Markdown, HTML, JUnit."""
