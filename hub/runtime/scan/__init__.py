"""Scans: list a group, a target or the directory, compare with the ledger, queue who differs.

A scan changes no user. `reconcile` handles every user that a scan queued.
"""
