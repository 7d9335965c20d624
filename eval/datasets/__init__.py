"""Question and claim sets: their forms, where they are kept, the tasks made of them."""
