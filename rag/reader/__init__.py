"""Readers: which sentences of the passages answer a question, in which words, and whether any does.

`SpanReader` reads with a trained cross-encoder, `CascadeReader` with a small and a large one, `MultipartReader` takes a
question apart first, and `SimilarityReader` needs no model but the encoder.
"""
