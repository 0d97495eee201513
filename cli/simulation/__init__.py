"""Plays scenarios on the embedded AWS."""
