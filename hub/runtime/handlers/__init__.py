"""One module for each Lambda function: parse, wire, call, report."""
