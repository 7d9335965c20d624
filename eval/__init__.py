"""Measures Citespan on questions with known answers, and fails when a threshold breaks.

`python -m eval` runs the held-out set of the seed; see docs/how-to/evaluation.md. It uses `rag` by its public names
only, every measure is deterministic, and no language model judges anything.
"""
