"""Unanswerable twins and edited claims: rows that look like right ones."""
