"""What a Studio account is made of (CDK)."""
