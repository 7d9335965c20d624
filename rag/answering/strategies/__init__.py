"""One strategy for each kind of question. `rag.wiring` registers them; `rag.answering.pipeline` asks them in turn."""
