"""From files to a consistent index: discovery, reading, chunking, embedding, publishing."""
