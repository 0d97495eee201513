"""What the hub costs, measured on the embedded AWS: `python -m cli.benchmark`."""
