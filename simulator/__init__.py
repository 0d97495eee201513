"""The embedded AWS: moto plus the services it lacks; what is inferred is marked so."""
