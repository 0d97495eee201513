"""What several deployables agree on: values, names, messages and errors; no I/O, no clock."""
