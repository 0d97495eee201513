"""What the hub account is made of (CDK)."""
