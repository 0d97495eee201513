"""Builds the ports of each function from its environment, once for each cold start.

Each function has its own module, so that it imports nothing that only another one needs.
"""
