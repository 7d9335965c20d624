"""Metrics, scorers, statistics and thresholds: values in, numbers out."""
