"""The pure core: what hub and spoke agree on, and everything that decides; no I/O, no clock."""
