"""Issued reports: text in the report's own wording, every number from the log."""
