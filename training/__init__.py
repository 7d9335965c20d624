"""Training of the reader and the verifier: a cross-encoder of our own from MiniLM-L6, on open data, on a CPU.

`python -m training --help` lists the commands; a teacher, or a reader taught by one, needs the extra `train`. Nothing
in `rag/` imports this package; what it hands over is the exported weights and their format (see
`training.modeling.export`).
"""
