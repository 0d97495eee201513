"""The commands of studio-hub, one module each."""
