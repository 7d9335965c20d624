"""Verification: whether the evidence supports a statement. It fails closed."""
