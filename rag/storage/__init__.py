"""The index on disk: the catalogue (SQLite), the vectors (Chroma), and what keeps them in step."""
