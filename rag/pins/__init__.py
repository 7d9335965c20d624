"""Citations kept in a file beside what they support, and held against documents that have changed since."""
