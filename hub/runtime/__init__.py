"""The code of the hub's Lambda functions."""
