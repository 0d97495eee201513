"""The mappings table as a reviewed file: format, difference of rows and of people, application."""
