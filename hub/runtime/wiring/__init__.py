"""Builds the world of each function from its environment, once for each cold start.

One module a function, so that a function imports nothing that only another one needs.
"""
