"""The only modules that speak AWS; botocore's errors are translated here and go no further."""
