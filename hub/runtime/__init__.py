"""What runs in the hub's Lambda functions."""
