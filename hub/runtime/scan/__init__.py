"""Looks: list a group, a target or the directory, compare with the ledger, queue who differs.

A look describes and changes no one itself; who is queued is looked at by `reconcile`.
"""
