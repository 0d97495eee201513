"""Explains one user: what the mappings call for, what the ledger has, and what is done next."""
