"""Tables of documents: what their cells hold, which of them a question means, and what comes of computing with those."""
