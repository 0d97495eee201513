"""The hub account's resources (CDK)."""
