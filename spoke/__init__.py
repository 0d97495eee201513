"""The spoke: what a Studio account grants to the hub."""
