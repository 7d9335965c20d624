"""The source pane: a document with its cited spans."""
