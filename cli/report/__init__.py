"""The access review: who has which profile where, with which role, since when and why."""
