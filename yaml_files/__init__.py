"""Reads what people write in YAML, and reports every mistake at its place."""
