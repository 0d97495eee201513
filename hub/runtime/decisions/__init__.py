"""Pure decisions: values in, values out; no clock, no client, no log."""
