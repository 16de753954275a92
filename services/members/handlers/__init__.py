"""Load, look up, decide, append: one function for each command."""
