"""The hub: hears the directory, decides, and acts in every spoke account."""
