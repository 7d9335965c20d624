"""The data that trains: sets, texts with spans, claims, tasks, batches."""
