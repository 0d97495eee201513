"""Decides, and does nothing else: values in, values out; no clock, no client, no log."""
