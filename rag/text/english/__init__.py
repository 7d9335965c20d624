"""What little knowledge of English the rules need: tokens, stems, questions."""
