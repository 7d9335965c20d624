"""Training of the reader and the verifier: a cross-encoder of our own from MiniLM-L6, on open data, on a CPU.

`python -m training reader|verifier|evaluate|export`. Nothing in `rag/` imports this package; what it hands over is
the exported weights and their format (see `training.export`).
"""
