"""From logits to probabilities and thresholds, on development data; and their measures."""
