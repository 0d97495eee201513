"""The embedded AWS: moto plus the services it lacks; inferred behaviour is marked as such."""
