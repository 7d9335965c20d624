"""Pages and books made of HTML."""
