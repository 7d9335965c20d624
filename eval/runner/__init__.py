"""Asks the questions, judges the claims, keeps a run and compares two."""
