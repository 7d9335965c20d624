"""From a question to an answer: retrieve, read, write, verify, cite; or a refusal that says why."""
