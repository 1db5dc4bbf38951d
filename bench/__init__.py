"""Benchmarks: one script per promise."""
