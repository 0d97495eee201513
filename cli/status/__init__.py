"""Whether the hub works: what `studio-hub status` reads, judges and prints."""
