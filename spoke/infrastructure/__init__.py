"""A Studio account's resources (CDK)."""
