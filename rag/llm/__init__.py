"""Language models behind LlamaIndex's `LLM`, and where their files are."""
