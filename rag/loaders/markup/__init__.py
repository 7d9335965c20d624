"""What formats made of markup have in common: tables, formulas, raised characters, printed numbers."""
