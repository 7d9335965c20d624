"""Tables of documents: what their cells hold, which cells a question means, and what comes of computing with them."""
