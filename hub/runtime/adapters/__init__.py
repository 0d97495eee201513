"""The only modules that call AWS; they translate botocore's errors into ours."""
