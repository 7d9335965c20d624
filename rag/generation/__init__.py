"""Generators: statements proposed from evidence, by quoting or by a language model. Nothing here is verified yet."""
