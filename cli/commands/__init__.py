"""The commands of studio-hub, a module each."""
