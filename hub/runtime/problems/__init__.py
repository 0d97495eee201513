"""Every problem that the product reports: its kind, severity, text and remedy, by area."""
