"""Directory events of every route: which user, group or membership each concerns."""
