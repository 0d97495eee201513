"""Reconciles one user: observe, desire, plan, guard, apply, record."""
